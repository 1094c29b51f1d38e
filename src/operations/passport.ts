/**
 * What this server can do, member by member, from the lists that it works by: docs/s3-coverage.md and `GET /-/capabilities` are
 * both made of it, so neither can say what the other does not.
 */
import type { Dialect } from '../model/dialects/dialect.ts'
import { operations as table, type OperationName } from '../model/operations.gen.ts'
import type { Member, Operation, Place } from '../model/schema.ts'
import { ignoredBecause } from './ignored.ts'
import { operations as offered } from './index.ts'

export interface Passport {
  /** Operations of S3's table, by name. */
  readonly operations: readonly OperationEntry[]
  /** What is no operation of the table, and is answered all the same. */
  readonly besides: readonly OperationEntry[]
  readonly dialect: DialectEntry
}

export interface OperationEntry {
  readonly name: string
  /** e.g. `PUT /{bucket}/{key}?partNumber=&uploadId=`. */
  readonly request: string
  /** `answered`: truthfully, where nothing can be set. */
  readonly state: 'implemented' | 'answered' | 'refused'
  /** How much there is of it, or why it is refused. */
  readonly note?: string
  /** Of operations that are refused there are none. */
  readonly members: readonly MemberEntry[]
}

export interface MemberEntry {
  readonly name: string
  readonly in: Place
  /** The header, query parameter or element. */
  readonly at: string
  readonly state: 'honoured' | 'refused' | 'ignored'
  readonly because?: string
  /** Values of a refused member that change nothing and are taken. */
  readonly except?: readonly string[]
}

export interface DialectEntry {
  readonly name: string
  /** As they are asked for, with the class that is kept. */
  readonly storageClasses: Readonly<Record<string, string>>
  readonly presignedSecondsMax: number
  readonly ignoredHeaders: readonly string[]
  readonly refusedHeaders: readonly string[]
  readonly refusedMethods: readonly string[]
  readonly withheldHeaders: readonly string[]
}

/** What the passport needs to know of an entry of the list. */
interface Entry {
  readonly run?: unknown
  readonly only?: string
  readonly because?: string
  readonly refuses?: readonly string[]
  readonly harmless?: { readonly [member: string]: readonly string[] | undefined }
}

type Row = Operation<OperationName>

const rows: readonly Row[] = Object.values(table).toSorted((one, other) =>
  one.name < other.name ? -1 : 1,
)

export function passport(dialect: Dialect): Passport {
  return { operations: rows.map(entryOf), besides: besides(dialect), dialect: spoken(dialect) }
}

function entryOf(row: Row): OperationEntry {
  const entry: Entry = offered[row.name]
  const base = { name: row.name, request: requestLine(row) }
  if (entry.run === undefined) {
    return { ...base, state: 'refused', ...noted(entry.because), members: [] }
  }
  const members = row.input.map((member) => memberOf(row.name, member, entry))
  const state = entry.only === undefined ? 'implemented' : 'answered'
  return { ...base, state, ...noted(entry.only), members }
}

function noted(note: string | undefined): { note?: string } {
  return note === undefined ? {} : { note }
}

function memberOf(operation: OperationName, member: Member, entry: Entry): MemberEntry {
  const { name, at, in: place } = member
  const base = { name, in: place, at }
  if (entry.refuses?.includes(name) === true) {
    const except = entry.harmless?.[name]
    return { ...base, state: 'refused', ...(except !== undefined && { except }) }
  }
  const because = ignoredBecause(operation, name)
  return because === undefined
    ? { ...base, state: 'honoured' }
    : { ...base, state: 'ignored', because }
}

function requestLine(row: Row): string {
  const path = { service: '/', bucket: '/{bucket}', object: '/{bucket}/{key}' }[row.level]
  const required = row.input.filter((member) => member.in === 'query' && member.required)
  const query = [
    ...Object.entries(row.query).map(([name, value]) => (value === '' ? name : `${name}=${value}`)),
    ...required.map(({ at }) => `${at}=`),
  ]
  return `${row.method} ${path}${query.length === 0 ? '' : `?${query.join('&')}`}`
}

function besides({ extendedList }: Dialect): readonly OperationEntry[] {
  return [
    {
      name: 'POST Object',
      request: 'POST /{bucket}',
      state: 'implemented',
      note: 'a form with a signed policy; its fields are the headers of PutObject',
      members: [],
    },
    {
      name: 'OPTIONS preflight',
      request: 'OPTIONS /{bucket}/{key}',
      state: 'implemented',
      note: 'answered by the rules of PutBucketCors',
      members: [],
    },
    {
      name: 'ListBucketsExtended',
      request: 'GET /?extended',
      state: extendedList ? 'implemented' : 'refused',
      note: 'of IBM COS; in the dialect ibm',
      members: [],
    },
  ]
}

function spoken(dialect: Dialect): DialectEntry {
  return {
    name: dialect.name,
    storageClasses: Object.fromEntries(dialect.storageClasses),
    presignedSecondsMax: dialect.presignedSecondsMax,
    ignoredHeaders: [...dialect.ignoredHeaders],
    refusedHeaders: dialect.refusedHeaders,
    refusedMethods: dialect.refusedMethods,
    withheldHeaders: [...dialect.withheldHeaders],
  }
}
