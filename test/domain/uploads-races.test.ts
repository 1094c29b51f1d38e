/**
 * Races over one upload (F01 to F07 of the reliability reference): whatever is at work at once, there is one outcome, it
 * is whole, and nothing is left over once reclaim has run. In memory, and with SQLite's writer in its own thread.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { S3Error } from '../../src/model/errors.ts'
import { abortMultipartUpload } from '../../src/operations/abort-multipart-upload.ts'
import { openMemoryMetadata } from '../../src/stores/metadata/memory.ts'
import { openSqliteMetadata } from '../../src/stores/metadata/sqlite.ts'
import type { MetadataStore } from '../../src/stores/metadata/store.ts'
import { openScene, random, type Scene } from '../operations/scene.ts'

const rounds = 40
const sizeBytes = 40_000

const engines: ReadonlyArray<readonly [string, (folder: string) => Promise<MetadataStore>]> = [
  ['memory', async () => openMemoryMetadata()],
  ['SQLite', (folder) => openSqliteMetadata({ file: join(folder, 'metadata.db') })],
]

for (const [name, open] of engines) {
  describe(`races over one upload, metadata in ${name}`, () => {
    let scene: Scene
    let folder: string

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'ashlar-races-'))
      scene = await openScene({}, await open(folder))
    })
    after(async () => {
      await scene.metadata[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    })

    it('F04: 16 Completes at once get one answer and make one object', async () => {
      for (let round = 0; round < rounds; round++) {
        const key = `complete ${round}`
        const { id, list, bytes } = await onePart(key)
        const answers = await Promise.all(
          Array.from({ length: 16 }, () => scene.complete([key, id], list)),
        )
        for (const answer of answers) assert.deepEqual(answer, answers[0])
        assert.ok(bytes.equals(await scene.bytes(key)))
      }
      await settled()
    })

    it('F06: of Complete and Abort exactly one wins', async () => {
      for (let round = 0; round < rounds; round++) {
        const key = `abort ${round}`
        const { id, list, bytes } = await onePart(key)
        const racers = [
          () => scene.complete([key, id], list),
          () => abortMultipartUpload({ Bucket: 'bucket', Key: key, UploadId: id }, scene.s3),
        ]
        const [won, lost] = await race(round % 2 === 0 ? racers : racers.toReversed())
        assert.deepEqual([won.length, lost], [1, ['NoSuchUpload']])
        if (won[0] instanceof Object && 'ETag' in won[0]) {
          assert.ok(bytes.equals(await scene.bytes(key)))
        } else {
          await assert.rejects(scene.bytes(key), { code: 'NoSuchKey' })
        }
      }
      await settled()
    })

    it('F01: a part that is overwritten while its upload completes is old or new, and whole', async () => {
      for (let round = 0; round < rounds; round++) {
        const key = `overwrite ${round}`
        const { id, list, bytes } = await onePart(key)
        const [won, lost] = await race([
          () => scene.part([key, id, 1], random(sizeBytes)),
          () => scene.complete([key, id], list),
          () => scene.part([key, id, 1], bytes),
        ])
        assert.ok(won.length > 0)
        for (const code of lost) assert.ok(code === 'NoSuchUpload' || code === 'InvalidPart', code)
        const done = await scene.bytes(key).catch(() => undefined)
        assert.ok(
          done === undefined || bytes.equals(done),
          'the object has the part that was listed',
        )
        if (done === undefined) await abort(key, id)
      }
      await settled()
    })

    it('row 6: of many writes of one number the last one that completed is kept, and the others are reclaimed', async () => {
      const key = 'last'
      const id = await scene.create(key)
      const bodies = Array.from({ length: 24 }, () => random(sizeBytes))
      const done: Array<string | undefined> = []
      await Promise.all(
        bodies.map(async (bytes) => done.push((await scene.part([key, id, 7], bytes)).ETag)),
      )
      const { parts } = await scene.metadata.listParts(id, 0, 10)
      assert.equal(parts.length, 1)
      const ETag = `"${parts[0]?.etag}"`
      assert.equal(done.at(-1), ETag)
      await scene.complete([key, id], [{ PartNumber: 7, ETag }])
      const kept = await scene.bytes(key)
      assert.equal(bodies.filter((bytes) => bytes.equals(kept)).length, 1)
      await settled()
    })

    it('F05: a part that arrives after Abort leaves nothing behind', async () => {
      for (let round = 0; round < rounds; round++) {
        const { id } = await onePart('late')
        const [, lost] = await race([
          () => scene.part(['late', id, 2], random(sizeBytes)),
          () => abort('late', id),
          () => scene.part(['late', id, 3], random(sizeBytes)),
        ])
        for (const code of lost) assert.equal(code, 'NoSuchUpload')
      }
      await settled()
    })

    async function onePart(key: string): Promise<{
      id: string
      bytes: Buffer
      list: Array<{ PartNumber: number; ETag: string | undefined }>
    }> {
      const id = await scene.create(key)
      const bytes = random(sizeBytes)
      const { ETag } = await scene.part([key, id, 1], bytes)
      return { id, bytes, list: [{ PartNumber: 1, ETag }] }
    }

    function abort(key: string, id: string): Promise<object> {
      return abortMultipartUpload({ Bucket: 'bucket', Key: key, UploadId: id }, scene.s3)
    }

    /** What the racers answered, and the codes of those that were refused. */
    async function race(
      racers: ReadonlyArray<() => Promise<unknown>>,
    ): Promise<readonly [unknown[], string[]]> {
      const results = await Promise.allSettled(racers.map((run) => run()))
      const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
      const lost = results.flatMap((result) => {
        if (result.status === 'fulfilled') return []
        assert.ok(result.reason instanceof S3Error, String(result.reason))
        return [result.reason.code]
      })
      return [won, lost]
    }

    /** After reclaim, the blobs that are left are those that objects name: here one for each object. */
    async function settled(): Promise<void> {
      const { metadata, blobs } = scene
      for (;;) {
        const entries = await metadata.claimReclaim(Number.MAX_SAFE_INTEGER, 1000)
        if (entries.length === 0) break
        const { freed } = await metadata.finishReclaim(entries)
        for (const file of freed) await blobs.remove(file)
        await metadata.filesRemoved(freed)
      }
      const bucket = scene.service.bucket.id
      const page = { bucket, prefix: '', delimiter: '', from: '', exclusive: false, max: 1000 }
      const { entries } = await metadata.listObjects(page)
      assert.equal(await scene.blobCount(), entries.length)
    }
  })
}
