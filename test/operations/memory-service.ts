/** Operations without a network: the real rules, ingest and emit on stores in memory, and a clock held in the hand. */
import { systemChance } from '../../src/base/chance.ts'
import type { Instant } from '../../src/base/clock.ts'
import { Holds } from '../../src/base/holds.ts'
import { BlobNames } from '../../src/base/ids.ts'
import { Buckets } from '../../src/domain/buckets.ts'
import { Objects } from '../../src/domain/objects.ts'
import type { Settings } from '../../src/domain/settings.ts'
import { Uploads } from '../../src/domain/uploads.ts'
import type { Account } from '../../src/identity/account.ts'
import type { Payload } from '../../src/model/payload.ts'
import { createBucket } from '../../src/operations/create-bucket.ts'
import type { Service } from '../../src/operations/service.ts'
import { combine, composite, multipartEtag } from '../../src/payload/checksums/combine.ts'
import { loadHashers } from '../../src/payload/checksums/hashers.ts'
import { createEnvelopes } from '../../src/payload/encryption/envelopes.ts'
import { createEmit } from '../../src/payload/emit.ts'
import { createIngest } from '../../src/payload/ingest.ts'
import { memoryBlobs } from '../../src/stores/blobs/memory.ts'
import { memoryKeys } from '../../src/stores/keys/memory.ts'
import { openMemoryMetadata } from '../../src/stores/metadata/memory.ts'

export const alice: Account = {
  canonicalId: 'a'.repeat(64),
  accountId: '111111111111',
  displayName: 'alice',
  email: undefined,
}

export const bob: Account = {
  canonicalId: 'b'.repeat(64),
  accountId: '222222222222',
  displayName: 'bob',
  email: undefined,
}

/** 2026-11-21T10:00:00.500Z */
export const noon: Instant = Date.UTC(2026, 10, 21, 10, 0, 0, 500)

export const usualSettings: Settings = {
  region: 'us-east-1',
  defaultChecksum: 'CRC64NVME',
  defaultEncryption: 'none',
  customerKeysOverHttp: false,
  endpoint: 'http://127.0.0.1:9000',
}

export interface MemoryService {
  /** What an operation on this bucket is handed; service-level operations take any name. */
  on(bucket: string, as?: Account, now?: Instant): Promise<Service>
}

/** A fresh server's worth of rules in `region`, with a bucket `photos` of alice's. */
export async function memoryService(changed: Partial<Settings> = {}): Promise<MemoryService> {
  await loadHashers()
  const settings: Settings = { ...usualSettings, ...changed }
  const metadata = openMemoryMetadata({ now: () => noon })
  const blobs = memoryBlobs()
  const holds = new Holds()
  const digests = { combine, composite, multipartEtag }
  const buckets = new Buckets({ metadata, settings })
  const objects = new Objects({ metadata })
  const made = {
    signal: new AbortController().signal,
    isSecure: true,
    settings,
    buckets,
    objects,
    uploads: new Uploads({ metadata, settings, chance: systemChance, digests }),
    holds,
    ingest: createIngest({
      blobs,
      names: new BlobNames(metadata.epoch, systemChance),
      holds,
      metadata,
    }),
    emit: createEmit({ blobs, metadata, holds }),
    envelopes: createEnvelopes({ ...memoryKeys(['testkey-1', 'testkey-2']), chance: systemChance }),
    sourceBucket: async (name: string) => ({ bucket: await buckets.find(name), objects }),
    accountOf: (canonicalId: string) =>
      [alice, bob].find((account) => account.canonicalId === canonicalId),
    accountsWithEmail: (email: string) => [alice, bob].filter((account) => account.email === email),
  }
  const on: MemoryService['on'] = async (name, caller = alice, now = noon) => {
    const bucket = await metadata.getBucket(name)
    const none = {
      id: -1,
      name,
      owner: '',
      created: 0,
      versioning: 'never',
      attributes: { region: '', configurations: {} },
    } as const
    return { ...made, caller, mayUseKms: true, now, bucket: bucket ?? none }
  }
  await createBucket({ Bucket: 'photos' }, await on('photos'))
  return { on }
}

/** A body of these bytes, as the wire would hand it on. */
export function body(content: string | Uint8Array): Payload {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  return {
    lengthBytes: bytes.length,
    trailers: new Map(),
    announcedTrailer: undefined,
    async *[Symbol.asyncIterator]() {
      yield bytes
    },
  }
}

/** All bytes of an answer as text. */
export async function text(bytes: AsyncIterable<Uint8Array> | undefined): Promise<string> {
  return Buffer.concat(await Array.fromAsync(bytes ?? [])).toString()
}

/** What an S3Error must be: code, status, details. */
export function refusal(
  code: string,
  detail?: Readonly<Record<string, string | number>>,
): (error: unknown) => boolean {
  return (error) => {
    const { code: actual, detail: facts } = error as { code?: string; detail?: unknown }
    if (actual !== code) throw error
    if (detail !== undefined && JSON.stringify(facts) !== JSON.stringify(detail)) {
      throw new Error(`${code} with ${JSON.stringify(facts)}, not ${JSON.stringify(detail)}`)
    }
    return true
  }
}
