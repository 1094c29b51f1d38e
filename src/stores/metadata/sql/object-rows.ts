/** Rows of `objects` and `versions`: one form, so that a version keeps its record when it is replaced. */
import type { Instant } from '../../../base/clock.ts'
import type { BucketId, Locator, ObjectRow, RunSeal } from '../records.ts'
import type { NewObject } from '../store.ts'
import type { KeptAttributes } from './attributes.ts'
import { keepAttributes, restoreAttributes } from './attributes.ts'
import type { Columns, Row } from './connection.ts'
import { asBytes, asInteger, asText, bytes, integer, text } from './connection.ts'
import { decodeLocator } from './locators.ts'
import { draft, unseal } from './seal.ts'

/** Versions of a bucket whose versioning was never enabled, or is suspended. */
export const nullVersion = 'null'

export const objectColumns = 'bucket, key, ver, version, marker, locator, record'

/** What a delete marker shows in place of a locator. */
const nowhere: Locator = { kind: 'inline', row: 0 }

interface Kept {
  readonly owner: string
  readonly size: number
  readonly etag: string
  readonly modified: Instant
  readonly parts?: number | undefined
  readonly seal?: RunSeal | undefined
  readonly attributes: KeptAttributes
}

export interface Names {
  readonly bucket: BucketId
  readonly key: string
  readonly version: string
  readonly marker: number
}

/** The record of an object, lacking the columns that the transaction assigns: `lateColumns` and the locator. */
export function draftObject(object: Omit<NewObject, 'locator'>, version: string): Uint8Array {
  const kept: Kept = {
    owner: object.owner,
    size: object.sizeBytes,
    etag: object.etag,
    modified: object.modified,
    parts: object.partCount === 0 ? undefined : object.partCount,
    seal: object.seal,
    attributes: keepAttributes(object.attributes),
  }
  const names = { bucket: object.bucket, key: object.key, version, marker: 0 }
  return draft(identity(names), kept, object.attributes.encryption !== undefined)
}

export function lateColumns(ver: number): string {
  return String(ver)
}

/** Throws CorruptRecord. */
export function decodeObject(row: Row, isLatest: boolean): ObjectRow {
  const bucket = integer(row, 'bucket')
  const marker = integer(row, 'marker')
  const names = { bucket, key: text(row, 'key'), version: text(row, 'version'), marker }
  const ver = integer(row, 'ver')
  const columns = { ver, locator: bytes(row, 'locator'), record: bytes(row, 'record') }
  return decodeNamed(names, columns, isLatest)
}

/** What a listing or a look-up by key cannot know by itself. */
export const listedColumns = 'key, ver, version, locator, record'

export function listedKey([key]: Columns): string {
  return asText(key, 'key')
}

/** The same for `listedColumns` of a row that is no delete marker. */
export function decodeListed(row: Columns, bucket: BucketId): ObjectRow {
  const names = { bucket, key: listedKey(row), version: asText(row[2], 'version'), marker: 0 }
  const ver = asInteger(row[1], 'ver')
  const columns = { ver, locator: asBytes(row[3], 'locator'), record: asBytes(row[4], 'record') }
  return decodeNamed(names, columns, true)
}

interface Described {
  readonly ver: number
  readonly locator: Uint8Array
  readonly record: Uint8Array
}

function decodeNamed(names: Names, row: Described, isLatest: boolean): ObjectRow {
  const { ver, locator, record } = row
  const sealed = { record, identity: identity(names), late: lateColumns(ver), locator }
  const kept = unseal(sealed) as Kept
  const plain = {
    bucket: names.bucket,
    key: names.key,
    versionId: names.version,
    isLatest,
    deleteMarker: names.marker === 1,
    owner: kept.owner,
    sizeBytes: kept.size,
    etag: kept.etag,
    modified: kept.modified,
    partCount: kept.parts ?? 0,
    locator: decodeLocator(locator) ?? nowhere,
    attributes: restoreAttributes(kept.attributes),
  }
  // Of a row in a thousand, and what spreads it costs each of them.
  return kept.seal === undefined ? plain : { ...plain, seal: kept.seal }
}

/** The row as a reader would find it. */
export function writtenRow(
  object: Omit<NewObject, 'locator'>,
  locator: Locator | undefined,
): ObjectRow {
  const plain = {
    bucket: object.bucket,
    key: object.key,
    versionId: nullVersion,
    isLatest: true,
    deleteMarker: false,
    owner: object.owner,
    sizeBytes: object.sizeBytes,
    etag: object.etag,
    modified: object.modified,
    partCount: object.partCount,
    locator: locator ?? nowhere,
    attributes: object.attributes,
  }
  return object.seal === undefined ? plain : { ...plain, seal: object.seal }
}

/** Absent where there is none, as in what was put. */
export function sealMember(seal: RunSeal | undefined): { readonly seal?: RunSeal } {
  return seal === undefined ? {} : { seal }
}

/** What the identities of all rows of a bucket begin with. */
export function identityBegin(bucket: BucketId): string {
  return `object\0${bucket}\0`
}

function identity(names: Names): string {
  return `${identityBegin(names.bucket)}${names.key}\0${names.version}\0${names.marker}`
}
