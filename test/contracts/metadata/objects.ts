/** Objects: what was put is found, conditions hold inside the transaction, and a replaced object leaves through the queue. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { ObjectAttributes } from '../../../src/stores/metadata/records.ts'
import type { Condition } from '../../../src/stores/metadata/store.ts'
import { isRefusal } from '../../../src/stores/metadata/store.ts'
import { accepted, inBlob, newObject, plain, small, withStore } from './scene.ts'
import type { Open } from './scene.ts'

const rich: ObjectAttributes = {
  headers: { ContentType: 'text/plain; charset=utf-8', CacheControl: 'no-store' },
  metadata: [
    ['b', 'ü'],
    ['a', '2'],
  ],
  storageClass: 'STANDARD_IA',
  tags: [['k', '\u{1f600}']],
  checksum: { algorithm: 'CRC64NVME', type: 'FULL_OBJECT', value: 'AAAAAAAAAAA=' },
  encryption: { method: 'SSE-S3', keyId: 'k1', wrapped: 'v1:AAAA' },
  lock: { mode: 'GOVERNANCE', until: 5 },
  acl: [
    { to: { id: 'b'.repeat(64) }, permission: 'FULL_CONTROL' },
    { to: { group: 'everybody' }, permission: 'READ' },
  ],
}

/** Whether the condition holds for an object with ETag e1, and for no object. */
const conditions: ReadonlyArray<readonly [condition: Condition, present: string, absent: string]> =
  [
    [{}, 'yes', 'yes'],
    [{ ifMatch: ['e1'] }, 'yes', 'object-missing'],
    [{ ifMatch: ['e2', 'e1'] }, 'yes', 'object-missing'],
    [{ ifMatch: ['*'] }, 'yes', 'object-missing'],
    [{ ifMatch: ['e2'] }, 'If-Match', 'object-missing'],
    [{ ifNoneMatch: ['*'] }, 'If-None-Match', 'yes'],
    [{ ifNoneMatch: ['e1'] }, 'If-None-Match', 'yes'],
    [{ ifNoneMatch: ['e2'] }, 'yes', 'yes'],
    [{ ifMatch: ['e1'], ifNoneMatch: ['e2'] }, 'yes', 'object-missing'],
    [{ ifMatch: ['e1'], ifNoneMatch: ['e1'] }, 'If-None-Match', 'object-missing'],
  ]

function verdict(result: unknown): string {
  return isRefusal(result) ? (result.condition ?? result.refused) : 'yes'
}

export function objectsContract(open: Open): void {
  it('keeps an object with small bytes, and everything that was said of it', async () => {
    await withStore(open, async ({ store, bucket }) => {
      const object = newObject(bucket.id, 'a/ü/\u{1f600}', { attributes: rich })
      const row = accepted(await store.putObject(object, {}))
      assert.equal(row.locator.kind, 'inline')
      const { locator: _sent, ...said } = object
      assert.deepEqual(row, {
        ...said,
        versionId: 'null',
        isLatest: true,
        deleteMarker: false,
        locator: row.locator,
      })
      const found = await store.getObject(bucket.id, object.key)
      assert.deepEqual(found?.row, row)
      assert.deepEqual(Buffer.from(found?.bytes ?? []).toString(), 'abc')
      assert.deepEqual((await store.getObject(bucket.id, object.key, 'null'))?.row, row)
      assert.equal(await store.getObject(bucket.id, object.key, 'other'), undefined)
      assert.equal(await store.getObject(bucket.id, 'a/ü/'), undefined)
      const inline =
        row.locator.kind === 'inline' ? await store.inlineBytes(row.locator.row) : undefined
      assert.deepEqual(inline, found?.bytes)
    })
  })

  it('keeps an object in a blob, and an empty one', async () => {
    await withStore(open, async ({ store, bucket }) => {
      const large = newObject(bucket.id, 'large', {
        sizeBytes: 2 ** 40,
        locator: inBlob(7, 2 ** 33),
      })
      await store.putObject(large, {})
      const found = await store.getObject(bucket.id, 'large')
      assert.deepEqual([found?.row.locator, found?.bytes], [inBlob(7, 2 ** 33), undefined])
      await store.putObject(newObject(bucket.id, 'empty', { sizeBytes: 0, locator: small('') }), {})
      assert.deepEqual((await store.getObject(bucket.id, 'empty'))?.bytes?.length, 0)
    })
  })

  it('does not keep a hold on the bytes it was given', async () => {
    await withStore(open, async ({ store, bucket }) => {
      const pool = Buffer.from('xxabcxx')
      const bytes = pool.subarray(2, 5)
      await store.putObject(newObject(bucket.id, 'k', { locator: { kind: 'bytes', bytes } }), {})
      pool.fill(0)
      const found = await store.getObject(bucket.id, 'k')
      assert.equal(Buffer.from(found?.bytes ?? []).toString(), 'abc')
    })
  })

  for (const [condition, present, absent] of conditions) {
    it(`judges ${JSON.stringify(condition)} on put and delete`, async () => {
      await withStore(open, async ({ store, bucket }) => {
        const missing = newObject(bucket.id, 'absent', { etag: 'new' })
        assert.equal(verdict(await store.deleteObject(bucket.id, 'absent', condition)), absent)
        assert.equal(verdict(await store.putObject(missing, condition)), absent)
        for (const key of ['put', 'delete']) await store.putObject(newObject(bucket.id, key), {})
        const put = newObject(bucket.id, 'put', { etag: 'new' })
        assert.equal(verdict(await store.putObject(put, condition)), present)
        assert.equal(verdict(await store.deleteObject(bucket.id, 'delete', condition)), present)
        const etags = [(await store.getObject(bucket.id, 'put'))?.row.etag]
        assert.deepEqual(etags, [present === 'yes' ? 'new' : 'e1'])
        const left = await store.getObject(bucket.id, 'delete')
        assert.equal(left === undefined, present === 'yes')
      })
    })
  }

  it('gives one of 64 racers the key that must not exist', async () => {
    await withStore(open, async ({ store, bucket }) => {
      for (let round = 0; round < 10; round++) {
        const racers = Array.from({ length: 64 }, (_, racer) => {
          const object = newObject(bucket.id, `k${round}`, {
            etag: `r${racer}`,
            locator: small(`r${racer}`),
          })
          return store.putObject(object, { ifNoneMatch: ['*'] })
        })
        const winners = (await Promise.all(racers)).filter((result) => !isRefusal(result))
        assert.equal(winners.length, 1)
        const found = await store.getObject(bucket.id, `k${round}`)
        assert.deepEqual(found?.row, winners[0])
        assert.equal(Buffer.from(found?.bytes ?? []).toString(), found?.row.etag)
      }
    })
  })

  it('lets each of many increments see the one before', async () => {
    await withStore(open, async ({ store, bucket }) => {
      await store.putObject(newObject(bucket.id, 'n', { etag: '0' }), {})
      const increment = async (): Promise<void> => {
        for (;;) {
          const etag = (await store.getObject(bucket.id, 'n'))?.row.etag ?? ''
          const next = newObject(bucket.id, 'n', { etag: String(Number(etag) + 1) })
          if (!isRefusal(await store.putObject(next, { ifMatch: [etag] }))) return
        }
      }
      await Promise.all(Array.from({ length: 32 }, increment))
      assert.equal((await store.getObject(bucket.id, 'n'))?.row.etag, '32')
    })
  })

  it('replaces attributes in place, of that very object only', async () => {
    await withStore(open, async ({ store, bucket }) => {
      const row = accepted(await store.putObject(newObject(bucket.id, 'k'), {}))
      const updated = accepted(await store.updateObject(row, rich))
      assert.deepEqual(updated, { ...row, attributes: rich })
      const found = await store.getObject(bucket.id, 'k')
      assert.deepEqual(found?.row, updated)
      assert.equal(Buffer.from(found?.bytes ?? []).toString(), 'abc')
      await store.putObject(newObject(bucket.id, 'k', { etag: 'e2' }), {})
      assert.deepEqual(await store.updateObject(row, plain), { refused: 'object-missing' })
      await store.deleteObject(bucket.id, 'k', {})
      assert.deepEqual(await store.updateObject(row, plain), { refused: 'object-missing' })
    })
  })

  it('changes of different attributes do not undo each other', async () => {
    await withStore(open, async ({ store, bucket }) => {
      const row = accepted(await store.putObject(newObject(bucket.id, 'k'), {}))
      const [tags, acl] = [rich.tags, rich.acl]
      await Promise.all([store.updateObject(row, { tags }), store.updateObject(row, { acl })])
      const both = { ...row.attributes, tags, acl }
      assert.deepEqual((await store.getObject(bucket.id, 'k'))?.row.attributes, both)
      const without = accepted(await store.updateObject(row, { acl: undefined }))
      assert.deepEqual(without.attributes, { ...both, acl: undefined })
    })
  })

  it('deletes, and deleting again is no refusal', async () => {
    await withStore(open, async ({ store, bucket }) => {
      await store.putObject(newObject(bucket.id, 'k'), {})
      assert.equal(await store.deleteObject(bucket.id, 'k', {}), undefined)
      assert.equal(await store.deleteObject(bucket.id, 'k', {}), undefined)
      assert.equal(await store.getObject(bucket.id, 'k'), undefined)
    })
  })
}
