/** Rows of `objects` and `versions`: one form, so that a version keeps its record when it is replaced. */
import type { Instant } from '../../../base/clock.ts'
import type { BucketId, Locator, ObjectRow, RunSeal } from '../records.ts'
import type { NewObject } from '../store.ts'
import type { KeptAttributes } from './attributes.ts'
import { keepAttributes, restoreAttributes } from './attributes.ts'
import type { Row } from './connection.ts'
import { bytes, integer, text } from './connection.ts'
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
  return decodeNamed(
    { bucket, key: text(row, 'key'), version: text(row, 'version'), marker },
    row,
    isLatest,
  )
}

/** The same for a row that shows only what a listing cannot know. */
export function decodeListed(row: Row, bucket: BucketId): ObjectRow {
  return decodeNamed(
    { bucket, key: text(row, 'key'), version: text(row, 'version'), marker: 0 },
    row,
    true,
  )
}

export const listedColumns = 'key, ver, version, locator, record'

function decodeNamed(names: Names, row: Row, isLatest: boolean): ObjectRow {
  const locator = bytes(row, 'locator')
  const late = lateColumns(integer(row, 'ver'))
  const sealed = { record: bytes(row, 'record'), identity: identity(names), late, locator }
  const kept = unseal(sealed) as Kept
  return {
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
    ...sealMember(kept.seal),
    attributes: restoreAttributes(kept.attributes),
  }
}

/** The row as a reader would find it. */
export function writtenRow(
  object: Omit<NewObject, 'locator'>,
  locator: Locator | undefined,
): ObjectRow {
  return {
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
    ...sealMember(object.seal),
    attributes: object.attributes,
  }
}

/** Absent where there is none, as in what was put. */
export function sealMember(seal: RunSeal | undefined): { readonly seal?: RunSeal } {
  return seal === undefined ? {} : { seal }
}

function identity(names: Names): string {
  return `object\0${names.bucket}\0${names.key}\0${names.version}\0${names.marker}`
}
