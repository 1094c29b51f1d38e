/** Rows of `parts`: one for each run of bytes. What is true of the whole part stands on its run 0. */
import type { Instant } from '../../../base/clock.ts'
import type { Locator, PartRow, Run, RunSeal } from '../records.ts'
import type { NewPart } from '../store.ts'
import type { Columns, Row } from './connection.ts'
import { asBytes, asInteger, bytes, integer } from './connection.ts'
import type { Placement } from './locators.ts'
import { decodeLocator, noBytes, placement } from './locators.ts'
import { sealMember } from './object-rows.ts'
import { CorruptRecord, draft, isEncryptedRecord, seal, unseal } from './seal.ts'

export const partColumns =
  'content, run, number, revision, start, size, runs, part_size, locator, record'

/** Of a run 0, whose content is known. */
export const headColumns = 'number, revision, start, size, runs, part_size, locator, record'

/** Of every run. */
interface KeptOfRun {
  readonly seal?: RunSeal
}

/** Of run 0. */
interface Kept extends KeptOfRun {
  readonly etag: string
  readonly modified: Instant
  readonly checksums: Readonly<Record<string, string>>
}

export interface RunWrite {
  readonly size: number
  readonly placement: Placement
  /** A draft: sealed once content and revision are known. */
  readonly record: Uint8Array
}

/** A part without bytes is one run without bytes, so that it has a row. */
export function draftRuns(part: NewPart): RunWrite[] {
  const kept: Kept = { etag: part.etag, modified: part.modified, checksums: part.checksums }
  const runs = part.runs.map((run) => ({
    size: run.sizeBytes,
    placement: placement(run.locator),
    kept: sealMember(run.seal),
  }))
  if (runs.length === 0) runs.push({ size: 0, placement: noBytes, kept: {} })
  return runs.map((run, index) => {
    const { size, placement } = run
    const columns = { number: part.number, run: index, size, partSize: part.sizeBytes }
    const said = index === 0 ? { ...kept, ...run.kept } : run.kept
    const names = identity({ ...columns, runs: runs.length })
    return { size, placement, record: draft(names, said, run.kept.seal !== undefined) }
  })
}

export function lateColumns(content: number, revision: number): string {
  return `${content}:${revision}`
}

/** A part by what a page shows of it, and where it begins in its object; unknown of one that an older program wrote. */
export type ShownPart = readonly [
  number: number,
  revision: number,
  start: number | null,
  sizeBytes: number,
  kept: Kept,
]

/** Of `headColumns`. Throws CorruptRecord. */
export function decodeHead(row: Columns, content: number): ShownPart {
  const number = asInteger(row[0], 'number')
  const revision = asInteger(row[1], 'revision')
  const start = row[2] === null ? null : asInteger(row[2], 'start')
  const sizeBytes = asInteger(row[5], 'part_size')
  const size = asInteger(row[3], 'size')
  const named = identity({
    number,
    run: 0,
    size,
    runs: asInteger(row[4], 'runs'),
    partSize: sizeBytes,
  })
  const late = lateColumns(content, revision)
  const locator = asBytes(row[6], 'locator')
  const sealed = { record: asBytes(row[7], 'record'), identity: named, late, locator }
  return [number, revision, start, sizeBytes, unseal(sealed) as Kept]
}

export function shownRow([number, revision, , sizeBytes, kept]: ShownPart): PartRow {
  const { etag, modified, checksums } = kept
  return { number, sizeBytes, etag, modified, checksums, revision }
}

/** Of a run with bytes, of a completed object. Throws CorruptRecord. */
export function decodeRun(row: Row): Run & { readonly start: number } {
  const { seal } = open(row) as KeptOfRun
  const locator = decodeLocator(bytes(row, 'locator'))
  if (!isOfRun(locator)) throw new CorruptRecord('a run of a part names no bytes')
  const start = integer(row, 'start')
  return { sizeBytes: integer(row, 'size'), locator, ...sealMember(seal), start }
}

/** Of any run; undefined where it has no bytes. Throws CorruptRecord. */
export function proveRun(row: Row): Locator | undefined {
  open(row)
  return decodeLocator(bytes(row, 'locator'))
}

/** The record of a run whose bytes lie elsewhere now. Throws CorruptRecord. */
export function resealedRun(row: Row, locator: Uint8Array): Uint8Array {
  const columns = identified(row)
  const isEncrypted = isEncryptedRecord(bytes(row, 'record'))
  const record = draft(identity(columns), open(row), isEncrypted)
  return seal(record, lateOf(row), locator)
}

function isOfRun(locator: Locator | undefined): locator is Exclude<Locator, { kind: 'parts' }> {
  return locator !== undefined && locator.kind !== 'parts'
}

function open(row: Row): unknown {
  const locator = bytes(row, 'locator')
  const named = identity(identified(row))
  return unseal({ record: bytes(row, 'record'), identity: named, late: lateOf(row), locator })
}

function lateOf(row: Row): string {
  return lateColumns(integer(row, 'content'), integer(row, 'revision'))
}

function identified(row: Row): Identified {
  return {
    number: integer(row, 'number'),
    run: integer(row, 'run'),
    size: integer(row, 'size'),
    runs: integer(row, 'runs'),
    partSize: integer(row, 'part_size'),
  }
}

interface Identified {
  readonly number: number
  readonly run: number
  readonly size: number
  readonly runs: number
  readonly partSize: number
}

function identity(part: Identified): string {
  return `part\0${part.number}\0${part.run}\0${part.size}\0${part.runs}\0${part.partSize}`
}
