/** What the proofs take for the file of a blob. */
import assert from 'node:assert/strict'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, test } from 'node:test'
import { blobFiles } from './blob-files.ts'

const root = mkdtempSync(join(tmpdir(), 'ashlar-files-'))
after(() => rmSync(root, { recursive: true }))

test('an empty file counts unless somebody has it open, and what has bytes always counts', () => {
  const folder = join(root, 'blobs', '00000001', '000000')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'left'), '')
  writeFileSync(join(folder, 'whole'), 'bytes')
  const ahead = openSync(join(folder, 'ahead'), 'wx')
  const written = openSync(join(folder, 'whole'), 'r')
  const names = (): string[] =>
    blobFiles(root)
      .map((path) => basename(path))
      .toSorted()
  assert.deepEqual(names(), ['left', 'whole'])
  closeSync(ahead)
  closeSync(written)
  assert.deepEqual(names(), ['ahead', 'left', 'whole'])
})
