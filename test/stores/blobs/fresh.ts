/** Fresh file blob stores for tests, in a folder that goes when the test file ends. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { nodeFiles, type FileSystem } from '../../../src/stores/blobs/file-system.ts'
import { openFileBlobs } from '../../../src/stores/blobs/files.ts'
import { Pieces } from '../../../src/stores/blobs/pieces.ts'
import { acceleration } from '../../harness/acceleration.ts'
import type { BlobStore } from '../../../src/stores/blobs/store.ts'

const root = await mkdtemp(join(tmpdir(), 'ashlar-blobs-'))
after(() => rm(root, { recursive: true }))

export function freshFolder(): Promise<string> {
  return mkdtemp(join(root, 'store-'))
}

/** Buffers are poisoned on release, so that a late use of one shows. */
export function openIn(
  directory: string,
  fileSystem: FileSystem = nodeFiles(acceleration),
  fatal: unknown[] = [],
): Promise<BlobStore> {
  const pieces = new Pieces({ poisoned: true })
  const onFatal = (error: unknown): unknown => fatal.push(error)
  return openFileBlobs({ ...acceleration, directory, fileSystem, pieces, onFatal })
}
