/** Attributes that change in place while others replace the object. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Objects } from '../../src/domain/objects.ts'
import type { BucketRow, ObjectRow } from '../../src/stores/metadata/records.ts'
import type { MetadataStore } from '../../src/stores/metadata/store.ts'
import { refusal } from '../operations/memory-service.ts'

const bucket = { id: 1, name: 'photos', versioning: 'never' } as BucketRow
const row = { key: 'k', deleteMarker: false, attributes: { storageClass: 'STANDARD' } } as ObjectRow

/** Metadata that refuses an update so many times; `found` says whether the object is still there. */
function crowded(
  refusals: number,
  found: () => boolean,
): [Objects, Partial<ObjectRow['attributes']>[]] {
  const updates: Partial<ObjectRow['attributes']>[] = []
  const metadata: Pick<MetadataStore, 'getObject' | 'updateObject'> = {
    getObject: async () => (found() ? { row, bytes: undefined } : undefined),
    updateObject: async (_row, changed) => {
      updates.push(changed)
      if (updates.length <= refusals) return { refused: 'object-missing' }
      return { ...row, attributes: { ...row.attributes, ...changed } }
    },
  }
  return [new Objects({ metadata: metadata as MetadataStore }), updates]
}

const tags = [['a', 'b']] as const

test('a replaced object is found again and changed', async () => {
  const [objects, updates] = crowded(2, () => true)
  const revised = await objects.revise(bucket, { key: 'k' }, { tags })
  assert.deepEqual(revised.attributes, { storageClass: 'STANDARD', tags })
  assert.equal(updates.length, 3)
})

test('a removed object is gone', async () => {
  let looks = 0
  const [objects] = crowded(Infinity, () => ++looks < 2)
  await assert.rejects(objects.revise(bucket, { key: 'k' }, { tags }), refusal('NoSuchKey'))
})

test('nobody waits for ever', async () => {
  const [objects, updates] = crowded(Infinity, () => true)
  await assert.rejects(objects.revise(bucket, { key: 'k' }, { tags }), refusal('OperationAborted'))
  assert.equal(updates.length, 10)
})
