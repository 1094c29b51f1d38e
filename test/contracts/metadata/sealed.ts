/** Sealed bytes: the keys of every run stay with its row, through copies, updates and completion, and rows without them are as before. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Encryption, ObjectAttributes, RunSeal } from '../../../src/stores/metadata/records.ts'
import {
  accepted,
  completion,
  inBlob,
  newObject,
  newPart,
  newUpload,
  plain,
  small,
  wholeRange,
  withStore,
} from './scene.ts'
import type { Open } from './scene.ts'

const encryption: Encryption = {
  method: 'SSE-KMS',
  keyId: 'k1',
  wrapped: 'v1:AAAA',
  context: { project: 'ü' },
  bucketKey: true,
}
const attributes: ObjectAttributes = { ...plain, encryption }

function seal(number: number, sizeBytes: number = 10): RunSeal {
  return { wrapped: `wrapped-${number}`, sizeBytes }
}

export function sealedContract(open: Open): void {
  for (const locator of [small('sealed'), inBlob(1)]) {
    it(`keeps the seal of an object (${locator.kind}), and gives it to a copy`, async () => {
      await withStore(open, async ({ store, bucket }) => {
        const object = newObject(bucket.id, 'k', { locator, seal: seal(1), attributes })
        const row = accepted(await store.putObject(object, {}))
        assert.deepEqual([row.seal, row.attributes], [seal(1), attributes])
        const found = await store.getObject(bucket.id, 'k')
        assert.deepEqual(found?.row, row)
        const copy = { ...newObject(bucket.id, 'copy', { attributes }), locator: row.locator }
        await store.putObject({ ...copy, seal: row.seal }, {})
        assert.deepEqual((await store.getObject(bucket.id, 'copy'))?.row.seal, seal(1))
      })
    })
  }

  it('keeps the seal when the data key gets another envelope', async () => {
    await withStore(open, async ({ store, bucket }) => {
      const object = newObject(bucket.id, 'k', { seal: seal(1), attributes })
      const row = accepted(await store.putObject(object, {}))
      const rewrapped = { ...attributes, encryption: { ...encryption, wrapped: 'v2:BBBB' } }
      const updated = accepted(await store.updateObject(row, rewrapped))
      assert.deepEqual([updated.seal, updated.attributes], [seal(1), rewrapped])
      assert.deepEqual((await store.getObject(bucket.id, 'k'))?.row, updated)
    })
  })

  it('keeps the seal of every run of a part, through completion', async () => {
    await withStore(open, async ({ store, bucket }) => {
      const begun = { ...newUpload(bucket.id, 'k', 'u1'), attributes }
      const upload = accepted(await store.createUpload(begun))
      assert.deepEqual(upload.attributes, attributes)
      assert.deepEqual(await store.getUpload('u1'), upload)
      const runs = [
        { sizeBytes: 4, locator: inBlob(20, 100), seal: seal(2, 1000) },
        { sizeBytes: 6, locator: small('sealed'), seal: seal(3, 6) },
      ]
      const parts = [
        accepted(
          await store.putPart(
            'u1',
            newPart(1, { runs: [{ sizeBytes: 10, locator: inBlob(9), seal: seal(1) }] }),
          ),
        ),
        accepted(await store.putPart('u1', newPart(2, { runs }))),
        accepted(await store.putPart('u1', newPart(3, { sizeBytes: 0, runs: [] }))),
      ]
      assert.deepEqual((await store.listParts('u1', 0, 10)).parts, parts)
      const complete = completion(upload, parts)
      const object = { ...complete.object, attributes }
      const row = accepted(await store.completeUpload({ ...complete, object }))
      assert.equal('seal' in row, false)
      assert.deepEqual((await store.getObject(bucket.id, 'k'))?.row, row)
      const kept = await store.objectRuns(upload.content, wholeRange, 9)
      assert.deepEqual(
        kept.map((run) => [run.start, run.sizeBytes, run.seal]),
        [
          [0, 10, seal(1)],
          [10, 4, seal(2, 1000)],
          [14, 6, seal(3, 6)],
        ],
      )
    })
  })

  it('says nothing of a seal where there is none', async () => {
    await withStore(open, async ({ store, bucket }) => {
      const row = accepted(await store.putObject(newObject(bucket.id, 'k'), {}))
      const found = await store.getObject(bucket.id, 'k')
      assert.deepEqual(['seal' in row, found !== undefined && 'seal' in found.row], [false, false])
    })
  })
}
