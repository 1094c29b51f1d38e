/** Listings of keys: where a page begins, what its rows say, and where the next page goes on. */
import { pageEntriesMax } from '../base/limits.ts'
import { S3Error } from '../model/errors.ts'
import type { _Object, CommonPrefix, ObjectVersion } from '../model/types.gen.ts'
import type { ListedObject } from '../stores/metadata/records.ts'
import { commonPrefix, successor } from '../stores/metadata/order.ts'
import type { ListPage, ListQuery } from '../stores/metadata/store.ts'
import { percentEncodePath } from '../wire/percent.ts'
import { quoted } from './etags.ts'
import { type BucketOwners, ownerOf } from './owners.ts'
import { ownerIn } from './ownership.ts'
import { openToken, sealToken } from './page-tokens.ts'
import type { Objects } from './objects.ts'
import { wholeSeconds } from './times.ts'

/** The first key of a page; `exclusive` leaves that key itself out. */
export interface Start {
  readonly from: string
  readonly exclusive: boolean
}

/** How the keys of one answer are written: as they are, or percent-encoded for `encoding-type=url`. */
export type KeyText = (key: string) => string

/** Throws InvalidArgument for a count that is none; more than a page holds is a page. */
export function pageSize(name: string, max: number | undefined): number {
  if (max === undefined) return pageEntriesMax
  if (Number.isInteger(max) && max >= 0 && max <= countMax) return Math.min(max, pageEntriesMax)
  throw new S3Error(
    'InvalidArgument',
    { ArgumentName: name, ArgumentValue: max },
    `Argument ${name} must be an integer between 0 and ${countMax}`,
  )
}

/** S3 reads counts as signed 32-bit integers. */
const countMax = 2_147_483_647

/** RFC 3986 with slashes kept, so that both kinds of decoders, those that take '+' for a space and those that do not, read it back. */
export function keyText(encodingType: string | undefined): KeyText {
  if (encodingType === undefined) return (key) => key
  if (encodingType === 'url') return percentEncodePath
  throw new S3Error(
    'InvalidArgument',
    { ArgumentName: 'encoding-type', ArgumentValue: encodingType },
    'Invalid Encoding Method specified in Request',
  )
}

/** ListObjects goes on behind its marker, and behind the whole common prefix that the marker stands in. */
export function startAtMarker(
  marker: string,
  prefix: string,
  delimiter: string,
): Start | undefined {
  const common = marker.startsWith(prefix) ? commonPrefix(marker, prefix, delimiter) : undefined
  return common === undefined ? { from: marker, exclusive: true } : startBehind(common)
}

/** ListObjectsV2 goes on where its token says, else behind `start-after`. Throws InvalidArgument; undefined: nothing can follow. */
export function startAtToken(
  token: string | undefined,
  startAfter: string,
  scope: string,
): Start | undefined {
  // An empty token is what a client sends that fills in every parameter: the first page.
  if (token === undefined || token === '') return { from: startAfter, exclusive: true }
  const position = openToken(scope, token)
  if (position === undefined) {
    throw new S3Error(
      'InvalidArgument',
      { ArgumentName: 'continuation-token' },
      'The continuation token provided is incorrect',
    )
  }
  const entry = position.slice(1)
  return position.startsWith(prefixMark) ? startBehind(entry) : { from: entry, exclusive: true }
}

/** The token that goes on behind the last entry of a page; undefined when the page is the last. */
export function nextToken(page: ListPage<ListedObject>, scope: string): string | undefined {
  const last = page.truncated ? page.entries.at(-1) : undefined
  if (last === undefined) return undefined
  const position = 'row' in last ? `${keyMark}${last.row.key}` : `${prefixMark}${last.commonPrefix}`
  return sealToken(scope, position)
}

/** The last key or common prefix of a page that is not the last. */
export function nextMarker(page: ListPage<ListedObject>): string | undefined {
  const last = page.truncated ? page.entries.at(-1) : undefined
  if (last === undefined) return undefined
  return 'row' in last ? last.row.key : last.commonPrefix
}

const keyMark = 'k'
const prefixMark = 'p'

/** The page that begins there; nothing at all for `max-keys=0` and for a start behind every key. */
export async function pageFrom(
  start: Start | undefined,
  query: Omit<ListQuery, keyof Start>,
  objects: Pick<Objects, 'list'>,
): Promise<ListPage<ListedObject>> {
  if (start === undefined || query.max === 0) return { entries: [], truncated: false }
  return await objects.list({ ...query, ...start })
}

export function contentsOf(
  page: ListPage<ListedObject>,
  text: KeyText,
  owners: BucketOwners | undefined,
): readonly _Object[] {
  const contents: _Object[] = []
  for (const entry of page.entries) {
    if ('row' in entry) contents.push(contentOf(entry.row, text, owners))
  }
  return contents
}

/** As ListObjectVersions names them; every row of the page is the latest of its key. */
export function versionsOf(
  page: ListPage<ListedObject>,
  text: KeyText,
  owners: BucketOwners,
): readonly ObjectVersion[] {
  return page.entries.flatMap((entry) =>
    'row' in entry
      ? [
          {
            ...contentOf(entry.row, text, owners),
            VersionId: entry.row.versionId,
            IsLatest: true,
          },
        ]
      : [],
  )
}

export function commonPrefixesOf(page: ListPage<unknown>, text: KeyText): readonly CommonPrefix[] {
  return page.entries.flatMap((entry) =>
    'row' in entry ? [] : [{ Prefix: text(entry.commonPrefix) }],
  )
}

/** Throws InvalidArgument for an attribute that S3 does not know; the one it knows, RestoreStatus, no object here has. */
export function checkOptionalAttributes(attributes: readonly string[] | undefined): void {
  const unknown = attributes?.find((attribute) => attribute !== 'RestoreStatus')
  if (unknown === undefined) return
  throw new S3Error(
    'InvalidArgument',
    { ArgumentName: 'x-amz-optional-object-attributes', ArgumentValue: unknown },
    'Invalid attribute name specified.',
  )
}

function contentOf(row: ListedObject, text: KeyText, owners: BucketOwners | undefined): _Object {
  const { checksum } = row
  return {
    Key: text(row.key),
    LastModified: wholeSeconds(row.modified),
    ETag: quoted(row.etag),
    ChecksumAlgorithm: checksum === undefined ? undefined : [checksum.algorithm],
    ChecksumType: checksum?.type,
    Size: row.sizeBytes,
    StorageClass: row.storageClass,
    Owner: owners === undefined ? undefined : ownerOf(ownerIn(owners.bucket, row), owners),
  }
}

/** Behind every key with this prefix; undefined when no key can be. */
function startBehind(prefix: string): Start | undefined {
  const from = successor(prefix)
  return from === undefined ? undefined : { from, exclusive: false }
}
