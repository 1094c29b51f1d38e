/** A store with one bucket, a clock that stands still, and short names for what the tests write again and again. */
import assert from 'node:assert/strict'
import type { Clock } from '../../../src/base/clock.ts'
import { fileId, type FileId } from '../../../src/base/ids.ts'
import type {
  BucketRow,
  NewLocator,
  ObjectAttributes,
  ObjectRow,
  PartRow,
  UploadRow,
} from '../../../src/stores/metadata/records.ts'
import type { ByteRange } from '../../../src/stores/blobs/store.ts'
import { isRefusal } from '../../../src/stores/metadata/store.ts'
import type {
  Completion,
  Condition,
  MetadataStore,
  NewObject,
  NewPart,
  Refusal,
} from '../../../src/stores/metadata/store.ts'

export type Open = (clock: Clock) => Promise<MetadataStore>

export const owner: string = 'a'.repeat(64)

/** Whatever a test stores lies in it. */
export const wholeRange: ByteRange = { offset: 0, lengthBytes: 1e9 }

export const plain: ObjectAttributes = {
  headers: {},
  metadata: [],
  storageClass: 'STANDARD',
  tags: [],
  checksum: undefined,
  encryption: undefined,
  lock: undefined,
  acl: undefined,
}

export interface Scene {
  readonly store: MetadataStore
  readonly clock: { time: number; now(): number }
  readonly bucket: BucketRow
}

export async function withStore(open: Open, run: (scene: Scene) => Promise<void>): Promise<void> {
  const clock = { time: 1_700_000_000_000, now: (): number => clock.time }
  await using store = await open(clock)
  const bucket = accepted(await store.createBucket(newBucket('first', clock.time)))
  await run({ store, clock, bucket })
}

export function newBucket(
  name: string,
  created: number = 1,
): Parameters<MetadataStore['createBucket']>[0] {
  return { name, owner, created, attributes: { region: 'us-east-1', configurations: {} } }
}

export function newObject(bucket: number, key: string, more: Partial<NewObject> = {}): NewObject {
  return {
    bucket,
    key,
    owner,
    sizeBytes: 3,
    etag: 'e1',
    modified: 1_700_000_000_000,
    partCount: 0,
    locator: small('abc'),
    attributes: plain,
    ...more,
  }
}

export function small(text: string): NewLocator & { kind: 'bytes' } {
  return { kind: 'bytes', bytes: new TextEncoder().encode(text) }
}

/** The `number`th blob of a life. */
export function blob(number: number, epoch: number = 1): FileId {
  return fileId(epoch.toString(16).padStart(8, '0') + number.toString(16).padStart(24, '0'))
}

export function inBlob(number: number, offset: number = 0): NewLocator & { kind: 'blob' } {
  return { kind: 'blob', blob: blob(number), offset }
}

export function newUpload(
  bucket: number,
  key: string,
  uploadId: string,
): Omit<UploadRow, 'content'> {
  return {
    uploadId,
    bucket,
    key,
    owner,
    initiator: owner,
    initiated: 1_700_000_000_000,
    checksum: { algorithm: 'CRC32', type: 'COMPOSITE' },
    attributes: { ...plain, headers: { ContentType: 'text/plain' } },
  }
}

export function newPart(number: number, more: Partial<NewPart> = {}): NewPart {
  return {
    number,
    etag: `etag-${number}`,
    sizeBytes: 10,
    modified: 1_700_000_000_000,
    checksums: { CRC32: 'AAAAAA==' },
    runs: [{ sizeBytes: 10, locator: inBlob(number) }],
    ...more,
  }
}

export function completion(
  upload: Pick<UploadRow, 'bucket' | 'key' | 'uploadId'>,
  parts: readonly PartRow[],
  condition: Condition = {},
): Completion {
  const { bucket, key, uploadId } = upload
  const { locator: _bytes, sizeBytes: _size, partCount: _count, ...object } = newObject(bucket, key)
  return {
    uploadId,
    parts: parts.map(({ number, revision }) => ({ number, revision })),
    object: { ...object, etag: `whole-${parts.length}` },
    condition,
    receipt: { requestHash: 'hash', answer: { ETag: `whole-${parts.length}` } },
  }
}

/** An upload of `key` whose parts 1…count each have ten bytes in a blob of their own, from `firstBlob` on. */
export async function uploadWith(
  { store, bucket }: Scene,
  made: { key: string; uploadId: string; count: number; firstBlob?: number },
): Promise<{ upload: UploadRow; parts: readonly PartRow[] }> {
  const upload = accepted(await store.createUpload(newUpload(bucket.id, made.key, made.uploadId)))
  const writes = Array.from({ length: made.count }, async (_, index) => {
    const locator = inBlob((made.firstBlob ?? 1) + index)
    return store.putPart(made.uploadId, newPart(index + 1, { runs: [{ sizeBytes: 10, locator }] }))
  })
  const parts = await Promise.all(writes)
  return { upload, parts: parts.map(accepted) }
}

export async function completedObject(
  scene: Scene,
  made: { key: string; uploadId: string; count: number; firstBlob?: number },
): Promise<ObjectRow & { readonly content: number }> {
  const { upload, parts } = await uploadWith(scene, made)
  const row = accepted(await scene.store.completeUpload(completion(upload, parts)))
  return { ...row, content: upload.content }
}

/** Everything that is due, finished once; the files that lost their last reference, sorted. */
export async function reclaim({ store, clock }: Scene): Promise<readonly FileId[]> {
  const due = await store.claimReclaim(clock.now() + 1, 10_000)
  return (await store.finishReclaim(due)).freed.toSorted()
}

export function accepted<T>(result: T | Refusal): Exclude<T, Refusal> {
  assert.ok(!isRefusal(result), `refused: ${JSON.stringify(result)}`)
  return result as Exclude<T, Refusal>
}
