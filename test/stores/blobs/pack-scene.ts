/** Blobs put side by side, so that most of them come to lie in packs. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { systemChance } from '../../../src/base/chance.ts'
import { BlobNames, fileOf, placeOf, type BlobId, type FileId } from '../../../src/base/ids.ts'
import { mebibyte } from '../../../src/base/limits.ts'
import type { BlobAbout, BlobClosing, BlobStore, Naming } from '../../../src/stores/blobs/store.ts'
import { about, inChunks } from '../../contracts/blob-store.ts'

export const names: BlobNames = new BlobNames(0x2a, systemChance)
export const naming: Naming = { next: (): FileId => names.next(), joins: (): void => undefined }
export const block = 65_536
export const page = 4096

export interface Kept {
  readonly id: BlobId
  readonly bytes: Buffer
  readonly about: BlobAbout
  readonly closing: BlobClosing
}

/** All of them end at the same time. */
export async function putAll(store: BlobStore, sizes: readonly number[]): Promise<readonly Kept[]> {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  async function* held(bytes: Buffer): AsyncGenerator<Uint8Array> {
    yield* inChunks(bytes, 50_000)
    await ended
  }
  const puts = sizes.map(async (sizeBytes, index) => {
    const bytes = randomBytes(sizeBytes)
    const said = { ...about, key: `key ${index}` }
    const closing = { sizeBytes, etag: `${index}`, checksums: { CRC32: 'x'.repeat(index % 70) } }
    const { id } = await store.put(naming, held(bytes), said, () => closing)
    return { id, bytes, about: said, closing }
  })
  setImmediate(end)
  return Promise.all(puts)
}

/** Around every edge of blocks, pages and pieces. */
export const sizes: readonly number[] = [
  0,
  1,
  page - 64,
  page,
  20_000,
  block - 1,
  block,
  block + 1,
  3 * block,
  5 * block + 9,
  mebibyte - 1,
  mebibyte,
]

/** In the order in which they were put. */
export function filesOf(kept: readonly Kept[]): readonly FileId[] {
  return [...new Set(kept.map(({ id }) => fileOf(id)))]
}

/** The pack that has most of them, and those that lie in it. */
export function largestPack(kept: readonly Kept[]): { pack: FileId; members: readonly Kept[] } {
  const packs = Map.groupBy(
    kept.filter(({ id }) => placeOf(id) !== undefined),
    ({ id }) => fileOf(id),
  )
  const [largest] = [...packs].toSorted(([, one], [, other]) => other.length - one.length)
  assert.ok(largest !== undefined && largest[1].length > 1, 'nothing was packed')
  return { pack: largest[0], members: largest[1] }
}
