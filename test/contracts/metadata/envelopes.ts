/** Envelopes of encrypted objects and uploads: found page by page, and replaced without anything else. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Encryption } from '../../../src/stores/metadata/records.ts'
import type { EnvelopePage, MetadataStore } from '../../../src/stores/metadata/store.ts'
import { accepted, newBucket, newObject, newUpload, plain, withStore } from './scene.ts'
import type { Open } from './scene.ts'

function wrappedBy(keyId: string, wrapped = `ring:1:${keyId}`): Encryption {
  return { method: 'SSE-S3', keyId, wrapped }
}

async function everyEnvelope(
  store: MetadataStore,
  max: number,
): Promise<EnvelopePage['envelopes']> {
  const found: Array<EnvelopePage['envelopes'][number]> = []
  let after: string | undefined
  do {
    const page = await store.listEnvelopes(after, max)
    assert.ok(page.envelopes.length <= max)
    assert.equal(page.damaged, 0)
    found.push(...page.envelopes)
    after = page.next
  } while (after !== undefined)
  return found
}

export function envelopesContract(open: Open): void {
  it('finds the envelope of every encrypted object and open upload, once, whatever the page', async () => {
    await withStore(open, async ({ store, bucket }) => {
      const other = accepted(await store.createBucket(newBucket('other')))
      for (const { id } of [bucket, other]) {
        for (const key of ['a', 'b', 'c', 'é', '😀']) {
          const encryption = key === 'b' ? undefined : wrappedBy(`${id} ${key}`)
          const attributes = { ...plain, encryption }
          await store.putObject(newObject(id, key, { attributes }), {})
        }
        const attributes = { ...plain, encryption: wrappedBy(`${id} upload`) }
        await store.createUpload({ ...newUpload(id, 'a', `sealed ${id}`), attributes })
        await store.createUpload(newUpload(id, 'a', `plain ${id}`))
      }
      const expected = [bucket, other].flatMap(({ id, name }) =>
        ['a', 'c', 'é', '😀'].map((key) => ({
          at: { bucket: id, key, versionId: 'null' },
          bucket: name,
          key,
          encryption: wrappedBy(`${id} ${key}`),
        })),
      )
      const uploads = [bucket, other].map(({ id, name }) => ({
        at: { uploadId: `sealed ${id}` },
        bucket: name,
        key: 'a',
        encryption: wrappedBy(`${id} upload`),
      }))
      for (const max of [1, 2, 3, 5, 100]) {
        assert.deepEqual(await everyEnvelope(store, max), [...expected, ...uploads], String(max))
      }
    })
  })

  it('replaces the envelope of an object and nothing that was written meanwhile', async () => {
    await withStore(open, async ({ store, bucket }) => {
      const attributes = { ...plain, encryption: wrappedBy('k1') }
      await store.putObject(newObject(bucket.id, 'k', { attributes }), {})
      const [found] = await everyEnvelope(store, 10)
      const before = (await store.getObject(bucket.id, 'k'))?.row
      assert.ok(found !== undefined && before !== undefined)
      const tagged = { ...attributes, tags: [['t', 'v']] as const }
      await store.updateObject(before, tagged)
      const to = wrappedBy('k1', 'ring:2:x')
      assert.equal(await store.replaceEnvelope(found.at, found.encryption, to), undefined)
      const after = (await store.getObject(bucket.id, 'k'))?.row
      assert.deepEqual(after, { ...before, attributes: { ...tagged, encryption: to } })
      const again = await store.replaceEnvelope(found.at, found.encryption, wrappedBy('k1', 'late'))
      assert.deepEqual(again, { refused: 'object-missing' })
      assert.deepEqual((await store.getObject(bucket.id, 'k'))?.row, after)
      await store.deleteObject(bucket.id, 'k', {})
      assert.deepEqual(await store.replaceEnvelope(found.at, to, found.encryption), {
        refused: 'object-missing',
      })
    })
  })

  it('replaces the envelope of an open upload', async () => {
    await withStore(open, async ({ store, bucket }) => {
      const attributes = { ...plain, encryption: wrappedBy('k1') }
      const upload = await store.createUpload({ ...newUpload(bucket.id, 'k', 'u1'), attributes })
      const to = wrappedBy('k2')
      assert.equal(await store.replaceEnvelope({ uploadId: 'u1' }, wrappedBy('k1'), to), undefined)
      const expected = { ...accepted(upload), attributes: { ...plain, encryption: to } }
      assert.deepEqual(await store.getUpload('u1'), expected)
      const missing = { refused: 'upload-missing' }
      assert.deepEqual(
        await store.replaceEnvelope({ uploadId: 'u1' }, wrappedBy('k1'), to),
        missing,
      )
      await store.abortUpload('u1')
      assert.deepEqual(await store.replaceEnvelope({ uploadId: 'u1' }, to, to), missing)
    })
  })
}
