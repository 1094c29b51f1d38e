/** A disk that rots under sealed bytes: nobody looks at the checksums of their blocks, and yet no wrong byte goes out. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, test } from 'node:test'
import fc from 'fast-check'
import { loadHashers } from '../../../src/payload/checksums/hashers.ts'
import { freshFolder, openIn } from '../../stores/blobs/fresh.ts'
import {
  asked,
  emitParts,
  emitted,
  freshEnvelopes,
  ingested,
  objectOf,
  place,
  runOf,
} from './scene.ts'

before(async () => {
  await loadHashers()
})

for (const [request] of asked) {
  test(`${request.method}: a bit that flips anywhere in the file breaks the answer`, async () => {
    const directory = await freshFolder()
    await using blobs = await openIn(directory)
    const dataKey = await freshEnvelopes().create(request, place)
    const plain = randomBytes(200_000)
    const found = objectOf(runOf(await ingested(blobs, plain, dataKey)), dataKey.encryption)
    const entries = await readdir(directory, { recursive: true, withFileTypes: true })
    const file = entries.find((entry) => entry.isFile())
    assert.ok(file !== undefined)
    const path = join(file.parentPath, file.name)
    const whole = await readFile(path)
    const headerBytes = whole.readUInt32BE(12)
    const range = { offset: 0, lengthBytes: plain.length, dataKey }
    const read = (): Promise<Buffer> => emitted(emitParts(blobs), found, range)
    assert.ok((await read()).equals(plain))
    const property = fc.asyncProperty(fc.nat(whole.length - headerBytes - 1), async (at) => {
      const rotten = Buffer.from(whole)
      rotten[headerBytes + at] = (rotten[headerBytes + at] ?? 0) ^ 1
      await writeFile(path, rotten)
      await assert.rejects(read(), { name: /^Blob(Corrupt|Missing)$/ })
    })
    await fc.assert(property, { numRuns: 30 })
  })
}
