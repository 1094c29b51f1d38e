/**
 * CompleteMultipartUpload: the listed parts become one object in one transaction in which no byte moves.
 *
 * What the client asks for is judged against the parts as they are read; the transaction then insists that they are still
 * those parts, or it is read and judged again. A receipt stays behind, so that asking again gets the same answer.
 */
import { createHash } from 'node:crypto'
import type { Instant } from '../base/clock.ts'
import { objectSizeBytesMax, pageEntriesMax } from '../base/limits.ts'
import type { ChecksumType } from '../model/checksum-types.ts'
import { S3Error } from '../model/errors.ts'
import type { CustomerKey } from '../payload/encryption/envelope.ts'
import type { BucketRow, Checksum, PartRow, UploadRow } from '../stores/metadata/records.ts'
import {
  isRefusal,
  type Completion,
  type Condition,
  type MetadataStore,
} from '../stores/metadata/store.ts'
import {
  checkCompletionType,
  checkWholeChecksum,
  completedChecksum,
  type PartDigests,
} from './completed-checksum.ts'
import { checkKeyOfChecksums } from './encrypted-uploads.ts'
import { encryptionAnswer, type EncryptionAnswer } from './encryption-answer.ts'
import { chosenParts, type ListedPart } from './part-list.ts'
import { accepted } from './refusals.ts'
import type { Settings } from './settings.ts'
import { wholeSeconds } from './times.ts'

export interface CompletionRequest {
  readonly bucket: BucketRow
  readonly key: string
  readonly uploadId: string
  readonly list: readonly ListedPart[]
  /** Of the whole object, base64 by algorithm, as sent. */
  readonly checksums: ReadonlyMap<string, string>
  readonly checksumType: ChecksumType | undefined
  /** `x-amz-mp-object-size`. */
  readonly sizeBytes: number | undefined
  readonly condition: Condition
  /** The key of an upload of SSE-C, where the request brings it. */
  readonly customer: CustomerKey | undefined
  readonly now: Instant
}

/** What the client is told of its object, now and whenever it asks again. */
export interface Completed {
  /** Without quotes. */
  readonly etag: string
  readonly checksum: Checksum | undefined
  readonly partCount: number
  /** Absent in receipts of before there was any. */
  readonly encryption?: EncryptionAnswer
}

export interface CompletionRules {
  readonly metadata: MetadataStore
  readonly settings: Settings
  readonly digests: PartDigests
}

/** Rounds of reading and judging, while others replace parts of the same upload all the time. */
const attemptsMax = 16

/**
 * Completes the upload. Throws NoSuchUpload, InvalidPartOrder, InvalidPart, InvalidRequest, BadDigest, EntityTooSmall,
 * EntityTooLarge, PreconditionFailed, NoSuchKey, ConditionalRequestConflict, and OperationAborted when the parts never
 * hold still. Whatever it throws, the upload stays as it was.
 */
export async function completeUpload(
  rules: CompletionRules,
  request: CompletionRequest,
): Promise<Completed> {
  const subject = { key: request.key, uploadId: request.uploadId }
  const requestHash = hashOf(request)
  for (let attempt = 1; ; attempt++) {
    const upload = await rules.metadata.getUpload(request.uploadId)
    if (upload === undefined || !isOf(upload, request)) return repeated(rules, request, requestHash)
    checkKeyOfChecksums(request.customer, upload)
    const stored = await storedParts(rules.metadata, upload)
    // Parts go when their upload goes: what is missing means nothing when somebody else has ended it meanwhile.
    if ((await rules.metadata.getUpload(request.uploadId)) === undefined) continue
    const parts = chosenParts(upload, request.list, stored)
    const completed = judge(rules, { request, upload, parts })
    await checkConflict(rules.metadata, request, upload)
    const result = await rules.metadata.completeUpload(
      completion({ request, upload, parts, completed, requestHash }),
    )
    if (!isRefusal(result)) return completed
    const again = result.refused === 'upload-missing' || result.refused === 'parts-changed'
    if (!again || attempt === attemptsMax) accepted(result, subject)
  }
}

/** An upload of another bucket or key is no upload of this one (row 5). */
function isOf(
  row: { readonly bucket: number; readonly key: string },
  request: CompletionRequest,
): boolean {
  return row.bucket === request.bucket.id && row.key === request.key
}

/** Row 49: the answer that the same request got; another request finds no upload any more. */
async function repeated(
  { metadata }: CompletionRules,
  request: CompletionRequest,
  requestHash: string,
): Promise<Completed> {
  const receipt = await metadata.getReceipt(request.uploadId)
  const isSame = receipt !== undefined && isOf(receipt, request)
  if (!isSame || receipt.requestHash !== requestHash) {
    throw new S3Error('NoSuchUpload', { UploadId: request.uploadId })
  }
  return receipt.answer as Completed
}

/** The upload's parts by number, as they are now. */
async function storedParts(
  metadata: MetadataStore,
  upload: UploadRow,
): Promise<ReadonlyMap<number, PartRow>> {
  const stored = new Map<number, PartRow>()
  for (let after = 0, more = true; more;) {
    const page = await metadata.listParts(upload.uploadId, after, pageEntriesMax)
    for (const part of page.parts) stored.set(part.number, part)
    after = page.parts.at(-1)?.number ?? after
    more = page.truncated
  }
  return stored
}

interface Judged {
  readonly request: CompletionRequest
  readonly upload: UploadRow
  readonly parts: readonly PartRow[]
}

function judge(rules: CompletionRules, { request, upload, parts }: Judged): Completed {
  checkCompletionType(upload, request.checksumType)
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0)
  checkObjectSize(sizeBytes, request.sizeBytes)
  const checksum = completedChecksum(upload, parts, rules)
  checkWholeChecksum(request.checksums, checksum, parts.length)
  const etag = rules.digests.multipartEtag(parts.map((part) => part.etag))
  const encryption = encryptionAnswer(upload.attributes.encryption)
  return { etag, checksum, partCount: parts.length, encryption }
}

function checkObjectSize(sizeBytes: number, expected: number | undefined): void {
  if (expected !== undefined && expected !== sizeBytes) {
    const sentence = `The provided 'x-amz-mp-object-size' header value ${expected} does not match what was computed: ${sizeBytes}`
    throw new S3Error('InvalidRequest', {}, sentence)
  }
  if (sizeBytes > objectSizeBytesMax) {
    throw new S3Error('EntityTooLarge', {
      ProposedSize: sizeBytes,
      MaxSizeAllowed: objectSizeBytesMax,
    })
  }
}

/**
 * S3 was recorded to refuse If-Match, though the ETag fits, when that object came after the upload had begun: whoever
 * started the upload cannot have meant it. Seconds are compared, which is what clients see.
 */
async function checkConflict(
  metadata: MetadataStore,
  { bucket, key, condition }: CompletionRequest,
  upload: UploadRow,
): Promise<void> {
  if (condition.ifMatch === undefined) return
  const found = await metadata.getObject(bucket.id, key)
  const isMeant = found !== undefined && condition.ifMatch.includes(found.row.etag)
  if (!isMeant || wholeSeconds(found.row.modified).getTime() <= upload.initiated) return
  throw new S3Error('ConditionalRequestConflict', { Condition: 'If-Match', Key: key })
}

function completion(
  all: Judged & { readonly completed: Completed; readonly requestHash: string },
): Completion {
  const { request, upload, completed } = all
  return {
    uploadId: upload.uploadId,
    parts: all.parts.map(({ number, revision }) => ({ number, revision })),
    object: {
      bucket: upload.bucket,
      key: upload.key,
      owner: upload.owner,
      etag: completed.etag,
      modified: request.now,
      attributes: { ...upload.attributes, checksum: completed.checksum },
    },
    condition: request.condition,
    receipt: { requestHash: all.requestHash, answer: completed },
  }
}

/** What was asked for, in a form that is the same whenever it is asked again. */
function hashOf(request: CompletionRequest): string {
  const { checksums, checksumType, sizeBytes, condition, customer } = request
  const list = request.list.map((part) => [part.number, part.etag, ...part.checksums])
  const asked = [
    list,
    [...checksums],
    checksumType,
    sizeBytes,
    condition.ifMatch,
    condition.ifNoneMatch,
    ...(customer === undefined ? [] : [customer.keyMd5]),
  ]
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex')
}
