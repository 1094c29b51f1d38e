/**
 * The list of parts in a CompleteMultipartUpload: read strictly, then held against the parts that are there.
 *
 * The order of the rules is the order in which S3 was seen to complain: the form of the list, its order, each part and
 * its ETag and checksum, then the sizes.
 */
import { partNumberMax, partSizeBytesMin } from '../base/limits.ts'
import { S3Error } from '../model/errors.ts'
import type { PartRow, UploadRow } from '../stores/metadata/records.ts'
import { parseEtag } from './etags.ts'
import type { ChecksumMembers } from './parts.ts'

/** One part as the client lists it. */
export interface ListedPart {
  readonly number: number
  /** Without quotes. */
  readonly etag: string
  /** Base64 by algorithm, as sent. */
  readonly checksums: ReadonlyMap<string, string>
}

export interface CompletedPartMembers extends ChecksumMembers {
  readonly ETag?: string | undefined
  readonly PartNumber?: number | undefined
}

const memberPrefix = 'Checksum'

/** The list as sent. Throws MalformedXML when it is empty, too long or lacks a member; InvalidArgument for a number below 1. */
export function listedParts(
  parts: readonly CompletedPartMembers[] | undefined,
): readonly ListedPart[] {
  if (parts === undefined || parts.length === 0 || parts.length > partNumberMax) {
    throw new S3Error('MalformedXML')
  }
  return parts.map(listedPart)
}

function listedPart(part: CompletedPartMembers): ListedPart {
  if (part.PartNumber === undefined || part.ETag === undefined) throw new S3Error('MalformedXML')
  if (part.PartNumber < 1) {
    const detail = { ArgumentName: 'PartNumber', ArgumentValue: part.PartNumber }
    throw new S3Error('InvalidArgument', detail, 'PartNumber must be >= 1')
  }
  // ETags come quoted and bare: SDKs send them as they got them, people type them as they like.
  const etag = parseEtag(part.ETag)
  return { number: part.PartNumber, etag, checksums: checksumMembers(part) }
}

/** The checksums among the members of an input, base64 by algorithm. */
export function checksumMembers(members: object): ReadonlyMap<string, string> {
  let sent: Map<string, string> | undefined
  for (const name of Object.keys(members)) {
    if (!name.startsWith(memberPrefix) || settingMembers.has(name)) continue
    const value: unknown = members[name as keyof typeof members]
    if (typeof value !== 'string') continue
    sent ??= new Map()
    sent.set(name.slice(memberPrefix.length), value)
  }
  return sent ?? none
}

/** Most of ten thousand parts bring none. */
const none: ReadonlyMap<string, string> = new Map()

/** Members that begin alike and say how to compute, not what came out. */
const settingMembers: ReadonlySet<string> = new Set(['ChecksumAlgorithm', 'ChecksumType'])

/** Strictly ascending, so that no part is listed twice. Throws InvalidPartOrder. */
export function checkOrder(list: readonly ListedPart[], uploadId: string): void {
  let last = 0
  for (const part of list) {
    if (part.number <= last) throw new S3Error('InvalidPartOrder', { UploadId: uploadId })
    last = part.number
  }
}

/**
 * The stored parts that the list names, in its order. Throws InvalidPart, InvalidRequest for a missing checksum, BadDigest
 * for a wrong one, EntityTooSmall for any part but the last below 5 MiB.
 */
export function chosenParts(
  upload: UploadRow,
  list: readonly ListedPart[],
  stored: ReadonlyMap<number, PartRow>,
): readonly PartRow[] {
  checkOrder(list, upload.uploadId)
  const chosen = list.map((listed) => {
    const part = stored.get(listed.number)
    if (part === undefined || part.etag !== listed.etag) throw invalidPart(upload, listed)
    checkListedChecksum(upload, listed, part)
    return part
  })
  checkSizes(chosen)
  return chosen
}

function invalidPart(upload: UploadRow, listed: ListedPart): S3Error {
  return new S3Error('InvalidPart', {
    UploadId: upload.uploadId,
    PartNumber: listed.number,
    ETag: listed.etag,
  })
}

/** Row 29 for an upload without an algorithm, else rows 26 to 28: S3 was recorded with exactly these sentences. */
function checkListedChecksum(upload: UploadRow, listed: ListedPart, part: PartRow): void {
  const asked = upload.checksum
  const sent = asked === undefined ? undefined : listed.checksums.get(asked.algorithm)
  if (listed.checksums.size > (sent === undefined ? 0 : 1)) throw invalidPart(upload, listed)
  if (asked === undefined) return
  const name = asked.algorithm.toLowerCase()
  if (sent === undefined && asked.type === 'COMPOSITE') {
    throw new S3Error('InvalidRequest', {}, missingChecksum(name, listed.number))
  }
  if (sent !== undefined && sent !== part.checksums[asked.algorithm]) {
    const sentence = `The ${name} you specified for part ${listed.number} did not match what we received.`
    throw new S3Error('BadDigest', {}, sentence)
  }
}

function missingChecksum(name: string, number: number): string {
  return (
    `The upload was created using a ${name} checksum. The complete request must include the checksum for each part. ` +
    `It was missing for part ${number} in the request.`
  )
}

/** Row 7: only now is it known which part is the last one. */
function checkSizes(parts: readonly PartRow[]): void {
  const small = parts.slice(0, -1).find((part) => part.sizeBytes < partSizeBytesMin)
  if (small === undefined) return
  throw new S3Error('EntityTooSmall', {
    ProposedSize: small.sizeBytes,
    MinSizeAllowed: partSizeBytesMin,
    PartNumber: small.number,
    ETag: small.etag,
  })
}
