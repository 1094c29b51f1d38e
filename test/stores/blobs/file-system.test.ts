/** The real file system: big pieces past the page cache and the rest through it are one file. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { mebibyte } from '../../../src/base/limits.ts'
import { nodeFileSystem } from '../../../src/stores/blobs/file-system.ts'
import { Pieces } from '../../../src/stores/blobs/pieces.ts'
import { freshFolder } from './fresh.ts'

const isLinux = existsSync('/proc/self/fdinfo')

/** Flags of every descriptor that this process has of `path`. */
function descriptors(path: string): readonly number[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      if (readlinkSync(`/proc/self/fd/${fd}`) !== path) return []
      const [, flags = '0'] =
        /flags:\s*([0-7]+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1')) ?? []
      return [Number.parseInt(flags, 8)]
    } catch {
      return []
    }
  })
}

function filled(piece: Uint8Array, seed: number): Uint8Array {
  for (let at = 0; at < piece.length; at++) piece[at] = (at * seed) >>> 7
  return piece
}

async function writeAll(path: string, runs: readonly Uint8Array[]): Promise<{ direct: boolean }> {
  const file = await nodeFileSystem.create(path)
  let position = 0
  for (const run of runs) {
    let done = 0
    while (done < run.length) done += await file.write(run.subarray(done), position + done)
    position += run.length
  }
  await file.syncData()
  const direct = isLinux && descriptors(path).some((flags) => (flags & 0o40000) !== 0)
  await file.close()
  if (isLinux) assert.deepEqual(descriptors(path), [], 'every descriptor was closed')
  return { direct }
}

test('pieces on whole pages, a run between them and a rest make one file', async (t) => {
  const path = join(await freshFolder(), 'mixed')
  const pieces = new Pieces()
  const runs = [
    filled(pieces.take(1), 3),
    filled(new Uint8Array(4096), 5),
    filled(pieces.take(1).subarray(0, mebibyte - 4096), 7),
    filled(new Uint8Array(777), 11),
    filled(pieces.take(1), 13),
  ]
  const { direct } = await writeAll(path, runs)
  assert.deepEqual(readFileSync(path), Buffer.concat(runs))
  // Not every file system that a test may run on knows it; where it does, an aligned piece took that way.
  if (!direct) t.diagnostic('nothing went past the page cache here')
})

test('memory that lies across pages is written all the same', async () => {
  const path = join(await freshFolder(), 'across')
  // An ordinary buffer of this size begins a few bytes into a page.
  const runs = [filled(new Uint8Array(mebibyte), 17), filled(new Uint8Array(mebibyte), 19)]
  await writeAll(path, runs)
  assert.deepEqual(readFileSync(path), Buffer.concat(runs))
})
