/** Encrypted objects without a server: envelopes, ingest and emit on stores in memory, and rows as the metadata store gives them. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { systemChance, type Chance } from '../../../src/base/chance.ts'
import { Holds } from '../../../src/base/holds.ts'
import { BlobNames } from '../../../src/base/ids.ts'
import { declaredDigests } from '../../../src/payload/declared.ts'
import { createEmit, type EmitParts } from '../../../src/payload/emit.ts'
import type {
  AskedEncryption,
  CustomerKey,
  DataKey,
  Envelopes,
} from '../../../src/payload/encryption/envelope.ts'
import { createEnvelopes } from '../../../src/payload/encryption/envelopes.ts'
import { createIngest } from '../../../src/payload/ingest.ts'
import type { Ingested } from '../../../src/payload/ingested.ts'
import { memoryBlobs } from '../../../src/stores/blobs/memory.ts'
import type { BlobStore, ByteRange } from '../../../src/stores/blobs/store.ts'
import { memoryKeys } from '../../../src/stores/keys/memory.ts'
import type { Encryption, Locator, ObjectRow, Run } from '../../../src/stores/metadata/records.ts'
import type { FoundObject } from '../../../src/stores/metadata/store.ts'
import { plain } from '../../contracts/metadata/scene.ts'
import { bodyOf } from '../bodies.ts'

export const place = { bucket: 'b', key: 'k' }

export function customer(fill: number): CustomerKey {
  const key = Buffer.alloc(32, fill)
  return { method: 'SSE-C', key, keyMd5: createHash('md5').update(key).digest('base64') }
}

export function kms(method: 'SSE-KMS' | 'DSSE-KMS', keyId?: string): AskedEncryption {
  return { method, keyId, context: { project: 'x', a: 'ü' }, bucketKey: false }
}

/** Every method, with as many layers as it has. */
export const asked: ReadonlyArray<readonly [asked: AskedEncryption, layers: number]> = [
  [customer(1), 1],
  [{ method: 'SSE-S3' }, 1],
  [kms('SSE-KMS', 'testkey-1'), 1],
  [kms('DSSE-KMS', 'testkey-1'), 2],
]

export function freshEnvelopes(chance: Chance = systemChance): Envelopes {
  return createEnvelopes({ ...memoryKeys(['testkey-1', 'testkey-2']), chance })
}

/** Sizes around every edge of small bytes and of sealed blocks of both kinds. */
export const edges: readonly number[] = [
  0,
  1,
  16_384,
  16_385,
  65_503,
  65_504,
  65_505,
  65_519,
  65_520,
  65_521,
  65_536,
  2 * 65_504,
  2 * 65_520,
  2 * 65_520 + 1,
  300_001,
]

const names = new BlobNames(3, systemChance)

export interface Kept extends Run {
  /** Where the locator is inline. */
  readonly bytes: Uint8Array | undefined
}

/** Bytes that come in as those of an object or part do. */
export async function ingested(
  blobs: BlobStore,
  bytes: Uint8Array,
  from:
    | DataKey
    | { readonly dataKey: DataKey | undefined; readonly chunkBytes: number }
    | undefined,
): Promise<Ingested> {
  const { dataKey, chunkBytes } =
    from !== undefined && 'chunkBytes' in from ? from : { dataKey: from, chunkBytes: 65_536 }
  const ingest = createIngest({
    blobs,
    names,
    holds: new Holds(),
    metadata: { failure: undefined, abandonBytes: async () => undefined },
  })
  const body = bodyOf(bytes, { chunkBytes })
  const stored = await ingest(body, {
    declared: declaredDigests({}, body),
    compute: [],
    sizeBytesMax: 1e9,
    about: { ...place, createdMs: 0 },
    dataKey,
  })
  stored.keep()
  return stored
}

/** The run that a row would name. */
export function runOf({ sizeBytes, locator, seal }: Ingested): Kept {
  if (locator.kind !== 'bytes') return { sizeBytes, locator, seal, bytes: undefined }
  return { sizeBytes, locator: { kind: 'inline', row: 1 }, seal, bytes: locator.bytes }
}

export function objectOf(run: Kept, encryption: Encryption | undefined): FoundObject {
  const { sizeBytes, locator, seal, bytes } = run
  return { row: { ...rowOf(locator, sizeBytes, encryption), seal }, bytes }
}

export function rowOf(
  locator: Locator,
  sizeBytes: number,
  encryption: Encryption | undefined,
): ObjectRow {
  return {
    bucket: 1,
    key: place.key,
    versionId: 'null',
    isLatest: true,
    deleteMarker: false,
    owner: 'o',
    sizeBytes,
    etag: 'e',
    modified: 0,
    partCount: 0,
    locator,
    attributes: { ...plain, encryption },
  }
}

/** An object of many runs, content 7, in pages of at most `pageMax`. */
export function contentOf(
  blobs: BlobStore,
  runs: readonly Kept[],
  pageMax: number = 64,
): { readonly parts: EmitParts; readonly sizeBytes: number } {
  let sizeBytes = 0
  const placed = runs.map(({ bytes: _bytes, ...run }, row) => {
    const start = sizeBytes
    sizeBytes += run.sizeBytes
    const locator = run.locator.kind === 'inline' ? { kind: 'inline' as const, row } : run.locator
    return { ...run, locator, start }
  })
  const metadata: EmitParts['metadata'] = {
    objectRuns: async (_content, { offset, lengthBytes }, max) => {
      const end = offset + lengthBytes
      const touched = placed.filter((run) => run.start + run.sizeBytes > offset && run.start < end)
      return touched.slice(0, Math.min(max, pageMax))
    },
    inlineBytes: async (row) => runs[row]?.bytes,
  }
  return { parts: { blobs, metadata, holds: new Holds() }, sizeBytes }
}

export const content: Locator = { kind: 'parts', content: 7 }

export function emitParts(blobs: BlobStore): EmitParts {
  return contentOf(blobs, []).parts
}

/** What a reader gets of a range: all of it, or a rejection. */
export async function emitted(
  parts: EmitParts,
  found: FoundObject,
  { dataKey, ...range }: ByteRange & { readonly dataKey: DataKey | undefined },
): Promise<Buffer> {
  const payload = createEmit(parts)(found, range, dataKey)
  assert.equal(payload.lengthBytes, range.lengthBytes)
  return Buffer.concat(await Array.fromAsync(payload))
}

export { memoryBlobs }
