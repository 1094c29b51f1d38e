/** Some forty operations of every kind that writes, and what must be true afterwards of those that were acknowledged. */
import type { Payload } from '../../src/model/payload.ts'
import { abortMultipartUpload } from '../../src/operations/abort-multipart-upload.ts'
import { completeMultipartUpload } from '../../src/operations/complete-multipart-upload.ts'
import { copyObject } from '../../src/operations/copy-object.ts'
import { createBucket } from '../../src/operations/create-bucket.ts'
import { createMultipartUpload } from '../../src/operations/create-multipart-upload.ts'
import { deleteObject } from '../../src/operations/delete-object.ts'
import { getObject } from '../../src/operations/get-object.ts'
import { listParts } from '../../src/operations/list-parts.ts'
import { putObject } from '../../src/operations/put-object.ts'
import type { Service } from '../../src/operations/service.ts'
import { uploadPart } from '../../src/operations/upload-part.ts'
import { uploadPartCopy } from '../../src/operations/upload-part-copy.ts'
import { body } from '../operations/memory-service.ts'
import { bodyOf, differs, type Content, type Piece } from './bodies.ts'
import type { Life } from './life.ts'

const Bucket = 'photos'

export class Script {
  acknowledged = 0
  readonly #wrong: (what: string) => void
  readonly #kept = new Map<string, Content>()
  /** What a key holds instead, where the answer was an error. */
  readonly #perhaps = new Map<string, Content[]>()
  readonly #open = new Map<string, { readonly key: string; readonly parts: Map<number, string> }>()
  #tags = 0

  constructor(wrong: (what: string) => void) {
    this.#wrong = wrong
  }

  async play(life: Life): Promise<void> {
    await this.#try(async () => createBucket({ Bucket }, await life.service(Bucket)))
    for (const round of [1, 2, 3]) {
      const s3 = await life.service(Bucket)
      await Promise.all([this.#put(s3, 'a', 900), this.#put(s3, 'b', 70_000)])
      await Promise.all([this.#put(s3, 'b', 20_000 + round), this.#put(s3, 'c', 300_000)])
      await this.#copy(s3, 'b', 'd')
      await this.#upload(s3, 'e', 'complete')
      await this.#copy(s3, 'e', 'f')
      await this.#upload(s3, 'e', 'abort')
      await this.#upload(s3, 'e', 'leave')
      await this.#delete(s3, 'b')
      await this.#read(s3)
    }
  }

  /** In the next life. */
  async verify(life: Life): Promise<void> {
    if (!(await life.hasBucket(Bucket))) {
      if (this.acknowledged > 0) this.#wrong('the bucket is lost')
      return
    }
    const s3 = await life.service(Bucket)
    await this.#read(s3, 'the disk is healthy')
    for (const [UploadId, { key, parts }] of this.#open) {
      const listed = await listParts({ Bucket, Key: key, UploadId }, s3)
      for (const [number, etag] of parts) {
        const isThere = listed.Parts?.some(
          (part) => part.PartNumber === number && part.ETag === etag,
        )
        if (isThere !== true) this.#wrong(`part ${number} of ${UploadId} is lost`)
      }
    }
  }

  async #put(s3: Service, Key: string, sizeBytes: number): Promise<void> {
    const piece = this.#piece(Key, sizeBytes)
    await this.#write(Key, [piece], async () =>
      putObject({ Bucket, Key, Body: bytesOf(piece) }, s3),
    )
  }

  async #copy(s3: Service, source: string, Key: string): Promise<void> {
    const content = this.#kept.get(source)
    if (content === undefined || this.#perhaps.has(source)) return
    const CopySource = `${Bucket}/${source}`
    await this.#write(Key, content, async () => copyObject({ Bucket, Key, CopySource }, s3))
  }

  async #delete(s3: Service, Key: string): Promise<void> {
    await this.#write(Key, undefined, async () => deleteObject({ Bucket, Key }, s3))
  }

  async #upload(s3: Service, Key: string, end: 'complete' | 'abort' | 'leave'): Promise<void> {
    const created = await this.#try(() => createMultipartUpload({ Bucket, Key }, s3))
    const UploadId = created?.UploadId
    if (UploadId === undefined) return
    const parts = new Map<number, string>()
    this.#open.set(UploadId, { key: Key, parts })
    const piece = this.#piece(Key, 120_000)
    for (const given of [this.#piece(Key, 40_000), piece]) {
      parts.delete(1)
      const input = { Bucket, Key, UploadId, PartNumber: 1, Body: bytesOf(given) }
      const put = await this.#try(() => uploadPart(input, s3))
      if (put === undefined) return
      parts.set(1, put.ETag ?? '')
    }
    const CopySource = `${Bucket}/c`
    await this.#try(() => uploadPartCopy({ Bucket, Key, UploadId, PartNumber: 2, CopySource }, s3))
    if (end === 'abort') {
      this.#open.delete(UploadId)
      await this.#try(() => abortMultipartUpload({ Bucket, Key, UploadId }, s3))
    }
    if (end !== 'complete') return
    this.#open.delete(UploadId)
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag: parts.get(1) }] }
    const input = { Bucket, Key, UploadId, MultipartUpload }
    await this.#write(Key, [piece], () => completeMultipartUpload(input, s3))
  }

  /** An error may come after the row was written, so both are then possible; never anything else. */
  async #write(key: string, content: Content, work: () => Promise<unknown>): Promise<void> {
    const before = this.#possible(key)
    this.#perhaps.set(key, [...before, content])
    if ((await this.#try(work)) === undefined) return
    this.#kept.set(key, content)
    this.#perhaps.delete(key)
  }

  #possible(key: string): readonly Content[] {
    return this.#perhaps.get(key) ?? [this.#kept.get(key)]
  }

  async #try<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      const done = await work()
      this.acknowledged += 1
      return done
    } catch {
      return undefined
    }
  }

  /** What is read is whole and right; that a read fails while the disk does is no wrong. */
  async #read(s3: Service, health?: 'the disk is healthy'): Promise<void> {
    for (const Key of new Set([...this.#kept.keys(), ...this.#perhaps.keys()])) {
      const found = await this.#bytesAt(s3, Key)
      if (found === 'failed' && health === undefined) continue
      if (found === 'failed') {
        this.#wrong(`${Key} cannot be read`)
        continue
      }
      const possible = this.#possible(Key)
      const isRight = possible.some((content) =>
        found === undefined
          ? content === undefined
          : content !== undefined && differs(found, content) === undefined,
      )
      if (!isRight) this.#wrong(`${Key} is not what was acknowledged, ${possible.length} possible`)
    }
  }

  async #bytesAt(s3: Service, Key: string): Promise<Buffer | undefined | 'failed'> {
    try {
      const { Body } = await getObject({ Bucket, Key }, s3)
      return Buffer.concat(await Array.fromAsync(Body ?? []))
    } catch (error) {
      if ((error as { code?: string }).code === 'NoSuchKey') return undefined
      return 'failed'
    }
  }

  #piece(key: string, sizeBytes: number): Piece {
    return { tag: `${key}:${this.#tags++}`, sizeBytes }
  }
}

function bytesOf({ tag, sizeBytes }: Piece): Payload {
  return body(bodyOf(tag, sizeBytes))
}
