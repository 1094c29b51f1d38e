/** The real rules on stores in memory, without HTTP: what the tests of multipart operations call and look into. */
import { randomBytes } from 'node:crypto'
import { systemChance } from '../../src/base/chance.ts'
import { Holds } from '../../src/base/holds.ts'
import { BlobNames } from '../../src/base/ids.ts'
import { Buckets } from '../../src/domain/buckets.ts'
import { Objects } from '../../src/domain/objects.ts'
import { Uploads } from '../../src/domain/uploads.ts'
import type { Account } from '../../src/identity/account.ts'
import type { Payload } from '../../src/model/payload.ts'
import type {
  CompletedPart,
  CreateMultipartUploadInput,
  UploadPartInput,
  UploadPartOutput,
} from '../../src/model/types.gen.ts'
import { completeMultipartUpload } from '../../src/operations/complete-multipart-upload.ts'
import { createMultipartUpload } from '../../src/operations/create-multipart-upload.ts'
import type { Service } from '../../src/operations/service.ts'
import { uploadPart } from '../../src/operations/upload-part.ts'
import { combine, composite, multipartEtag } from '../../src/payload/checksums/combine.ts'
import { loadHashers } from '../../src/payload/checksums/hashers.ts'
import { createEnvelopes } from '../../src/payload/encryption/envelopes.ts'
import { createEmit } from '../../src/payload/emit.ts'
import { createIngest } from '../../src/payload/ingest.ts'
import { memoryBlobs } from '../../src/stores/blobs/memory.ts'
import type { BlobStore } from '../../src/stores/blobs/store.ts'
import { memoryKeys } from '../../src/stores/keys/memory.ts'
import { openMemoryMetadata } from '../../src/stores/metadata/memory.ts'
import type { MetadataStore } from '../../src/stores/metadata/store.ts'

export const mebibyte: number = 1024 * 1024

export const owner: Account = {
  canonicalId: 'a'.repeat(64),
  accountId: '111122223333',
  displayName: 'owner',
  email: undefined,
}

export class Scene {
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  readonly service: Service
  #now = Date.UTC(2026, 0, 1)

  constructor(made: { metadata: MetadataStore; blobs: BlobStore; service: Service }) {
    this.metadata = made.metadata
    this.blobs = made.blobs
    this.service = made.service
  }

  /** A request that arrives one second after the one before. */
  get s3(): Service {
    this.#now += 1000
    return { ...this.service, now: this.#now }
  }

  async create(key: string, more: Partial<CreateMultipartUploadInput> = {}): Promise<string> {
    const input = { Bucket: this.service.bucket.name, Key: key, ...more }
    const { UploadId = '' } = await createMultipartUpload(input, this.s3)
    return UploadId
  }

  async part(
    [key, uploadId, number]: readonly [key: string, uploadId: string, number: number],
    bytes: Uint8Array,
    more: Partial<UploadPartInput> = {},
  ): Promise<UploadPartOutput> {
    const Bucket = this.service.bucket.name
    const input = { Bucket, Key: key, UploadId: uploadId, PartNumber: number, Body: body(bytes) }
    return uploadPart({ ...input, ...more }, this.s3)
  }

  async complete(
    [key, uploadId]: readonly [key: string, uploadId: string],
    parts: readonly CompletedPart[],
    more: object = {},
  ): ReturnType<typeof completeMultipartUpload> {
    const input = { Bucket: this.service.bucket.name, Key: key, UploadId: uploadId, ...more }
    return completeMultipartUpload({ ...input, MultipartUpload: { Parts: parts } }, this.s3)
  }

  /** The object's bytes, read back as GetObject reads them. */
  async bytes(key: string, range?: { offset: number; lengthBytes: number }): Promise<Buffer> {
    const found = await this.service.objects.find(this.service.bucket, key, undefined)
    const whole = { offset: 0, lengthBytes: found.row.sizeBytes }
    return Buffer.concat(await Array.fromAsync(this.service.emit(found, range ?? whole)))
  }

  async blobCount(): Promise<number> {
    return (await Array.fromAsync(this.blobs.list())).length
  }
}

export async function openScene(
  settings: Partial<Service['settings']> = {},
  metadata: MetadataStore = openMemoryMetadata(),
): Promise<Scene> {
  await loadHashers()
  const blobs = memoryBlobs()
  const holds = new Holds()
  const all = {
    region: 'us-east-1',
    defaultChecksum: 'CRC64NVME' as const,
    defaultEncryption: 'none' as const,
    customerKeysOverHttp: false,
    endpoint: 'http://127.0.0.1:9000',
    ...settings,
  }
  const digests = { combine, composite, multipartEtag }
  const buckets = new Buckets({ metadata, settings: all })
  await buckets.create({
    name: 'bucket',
    owner: owner.canonicalId,
    created: Date.UTC(2026, 0, 1),
    locationConstraint: undefined,
  })
  const objects = new Objects({ metadata })
  const service: Service = {
    caller: owner,
    mayUseKms: true,
    bucket: await buckets.find('bucket'),
    now: Date.UTC(2026, 0, 1),
    signal: new AbortController().signal,
    isSecure: true,
    settings: all,
    buckets,
    objects,
    uploads: new Uploads({ metadata, settings: all, chance: systemChance, digests }),
    holds,
    ingest: createIngest({
      blobs,
      holds,
      metadata,
      names: new BlobNames(metadata.epoch, systemChance),
    }),
    emit: createEmit({ blobs, metadata, holds }),
    envelopes: createEnvelopes({ ...memoryKeys(['testkey-1', 'testkey-2']), chance: systemChance }),
    sourceBucket: async (name) => ({ bucket: await buckets.find(name), objects }),
    accountOf: (id) => (id === owner.canonicalId ? owner : undefined),
    accountsWithEmail: () => [],
  }
  return new Scene({ metadata, blobs, service })
}

/** A body in pieces, as a socket hands it on. */
export function body(bytes: Uint8Array, trailers: Readonly<Record<string, string>> = {}): Payload {
  const [name] = Object.keys(trailers)
  return {
    lengthBytes: bytes.length,
    trailers: new Map(Object.entries(trailers)),
    announcedTrailer: name,
    async *[Symbol.asyncIterator]() {
      for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
    },
  }
}

/** A body that must not be read: whoever does is found out. */
export function unreadable(lengthBytes: number): Payload {
  return {
    lengthBytes,
    trailers: new Map(),
    announcedTrailer: undefined,
    [Symbol.asyncIterator]: () => {
      throw new Error('the body was read')
    },
  }
}

export function random(sizeBytes: number): Buffer {
  return randomBytes(sizeBytes)
}
