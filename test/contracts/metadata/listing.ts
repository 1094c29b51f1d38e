/** Listings against a naive one: filter, sort by UTF-8 bytes, fold by delimiter, cut into pages. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import type { ListPage } from '../../../src/stores/metadata/store.ts'
import { accepted, newObject, newUpload, withStore } from './scene.ts'
import type { Open, Scene } from './scene.ts'

/** Few letters, so that keys share prefixes; some that UTF-16 and UTF-8 order differently. */
const letters = [
  'a',
  'b',
  '/',
  '//',
  '\u00fc',
  '\ud7ff',
  '\ue000',
  '\uffff',
  '\u{10000}',
  '\u{10ffff}',
]
const word = fc.array(fc.constantFrom(...letters), { maxLength: 4 }).map((parts) => parts.join(''))
const keys = fc.uniqueArray(
  word.filter((key) => key !== ''),
  { minLength: 1, maxLength: 25 },
)

/** More pages than any listing here has. */
const pagesMax = 100

interface Shape {
  readonly prefix: string
  readonly delimiter: string
  readonly max: number
}

const shape: fc.Arbitrary<Shape> = fc.record({
  prefix: fc.oneof({ weight: 2, arbitrary: fc.constant('') }, word),
  delimiter: fc.constantFrom('', '/', 'a', '\u{10ffff}', '//'),
  max: fc.integer({ min: 1, max: 8 }),
})

function byBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right))
}

function naive(keys: readonly string[], { prefix, delimiter }: Shape): string[] {
  const folded = keys
    .filter((key) => key.startsWith(prefix))
    .toSorted(byBytes)
    .map((key) => {
      const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
      return at < 0 ? `key ${key}` : `fold ${key.slice(0, at + delimiter.length)}`
    })
  return [...new Set(folded)]
}

function labels<Row extends { key: string }>(page: ListPage<Row>): string[] {
  return page.entries.map((entry) =>
    'row' in entry ? `key ${entry.row.key}` : `fold ${entry.commonPrefix}`,
  )
}

async function allObjects({ store, bucket }: Scene, shape: Shape): Promise<string[]> {
  const found: string[] = []
  let from = ''
  for (let round = 0; round < pagesMax; round++) {
    const page = await store.listObjects({
      bucket: bucket.id,
      ...shape,
      from,
      exclusive: from !== '',
    })
    assert.ok(page.entries.length <= shape.max)
    found.push(...labels(page))
    if (!page.truncated) return found
    assert.equal(page.entries.length, shape.max)
    const last = page.entries.at(-1)
    assert.ok(last !== undefined)
    from = 'row' in last ? last.row.key : last.commonPrefix
  }
  return assert.fail('the listing finds no end')
}

async function allUploads({ store, bucket }: Scene, shape: Shape): Promise<string[]> {
  const found: string[] = []
  let position: { from: string; afterUploadId: string | undefined } = {
    from: '',
    afterUploadId: undefined,
  }
  for (let round = 0; round < pagesMax; round++) {
    const exclusive = position.from !== ''
    const page = await store.listUploads({ bucket: bucket.id, ...shape, ...position, exclusive })
    found.push(...labels(page))
    if (!page.truncated) return found
    const last = page.entries.at(-1)
    assert.ok(last !== undefined)
    position =
      'row' in last
        ? { from: last.row.key, afterUploadId: last.row.uploadId }
        : { from: last.commonPrefix, afterUploadId: undefined }
  }
  return assert.fail('the listing finds no end')
}

export function listingContract(open: Open, runs: number): void {
  it('lists objects as the naive listing does, page by page', async () => {
    const property = fc.asyncProperty(
      keys,
      fc.array(shape, { minLength: 4 }),
      async (keys, shapes) => {
        await withStore(open, async (scene) => {
          const other = await scene.store.createBucket({
            name: 'other',
            owner: 'x',
            created: 1,
            attributes: { region: '', configurations: {} },
          })
          await scene.store.putObject(newObject(accepted(other).id, 'a/elsewhere'), {})
          await Promise.all(
            keys.map((key) => scene.store.putObject(newObject(scene.bucket.id, key), {})),
          )
          for (const shape of shapes)
            assert.deepEqual(await allObjects(scene, shape), naive(keys, shape))
        })
      },
    )
    await fc.assert(property, { numRuns: runs })
  })

  it('takes a page of many rows in portions that nobody sees', async () => {
    await withStore(open, async ({ store, bucket }) => {
      const keys = Array.from({ length: 430 }, (_, index) => `k${String(index).padStart(4, '0')}`)
      await Promise.all(keys.map((key) => store.putObject(newObject(bucket.id, key), {})))
      for (const max of [199, 200, 201, 399, 400, 429, 430, 1000]) {
        const query = { bucket: bucket.id, prefix: 'k', delimiter: '', from: '', exclusive: false }
        const page = await store.listObjects({ ...query, max })
        const found = page.entries.map((entry) => 'row' in entry && entry.row.key)
        assert.deepEqual(found, keys.slice(0, max))
        assert.equal(page.truncated, max < keys.length)
      }
    })
  })

  it('takes keys between prefixes in portions too, and jumps over what the prefixes stand for', async () => {
    await withStore(open, async (scene) => {
      const keys = Array.from({ length: 430 }, (_, index) => `k${String(index).padStart(4, '0')}`)
      const folders = [5, 40, 41, 90, 300].flatMap((at) => [`${keys[at]}/1`, `${keys[at]}/2`])
      const all = [...keys, ...folders]
      await Promise.all(
        all.map((key) => scene.store.putObject(newObject(scene.bucket.id, key), {})),
      )
      for (const max of [7, 16, 17, 23, 199, 217, 435, 1000]) {
        const shape = { prefix: 'k', delimiter: '/', max }
        assert.deepEqual(await allObjects(scene, shape), naive(all, shape))
      }
    })
  })

  it('starts where it is told, with that key or after it', async () => {
    await withStore(open, async ({ store, bucket }) => {
      for (const key of ['a', 'b', 'b/1', 'b/2', 'c'])
        await store.putObject(newObject(bucket.id, key), {})
      const list = async (
        from: string,
        exclusive: boolean,
        delimiter: string = '',
      ): Promise<string[]> =>
        labels(
          await store.listObjects({
            bucket: bucket.id,
            prefix: '',
            delimiter,
            from,
            exclusive,
            max: 9,
          }),
        )
      assert.deepEqual(await list('b', false), ['key b', 'key b/1', 'key b/2', 'key c'])
      assert.deepEqual(await list('b', true), ['key b/1', 'key b/2', 'key c'])
      assert.deepEqual(await list('b/', true), ['key b/1', 'key b/2', 'key c'])
      assert.deepEqual(await list('b/1', false, '/'), ['fold b/', 'key c'])
      assert.deepEqual(await list('b/1', true, '/'), ['fold b/', 'key c'])
      assert.deepEqual(await list('b/', true, '/'), ['key c'])
      assert.deepEqual(await list('b/', false, '/'), ['fold b/', 'key c'])
      assert.deepEqual(await list('d', false), [])
    })
  })

  it('answers an empty page, not cut, when nothing is asked for', async () => {
    await withStore(open, async ({ store, bucket }) => {
      await store.putObject(newObject(bucket.id, 'k'), {})
      const query = {
        bucket: bucket.id,
        prefix: '',
        delimiter: '',
        from: '',
        exclusive: false,
        max: 0,
      }
      assert.deepEqual(await store.listObjects(query), { entries: [], truncated: false })
    })
  })

  it('lists uploads by key, then by id, with prefix and delimiter', async () => {
    const property = fc.asyncProperty(
      keys,
      fc.array(shape, { minLength: 3 }),
      async (keys, shapes) => {
        await withStore(open, async (scene) => {
          const { store, bucket } = scene
          for (const [index, key] of keys.entries()) {
            await store.createUpload(newUpload(bucket.id, key, `u${index}`))
            await store.createUpload(newUpload(bucket.id, key, `t${index}`))
          }
          const twice = (label: string): string[] =>
            label.startsWith('key') ? [label, label] : [label]
          for (const shape of shapes) {
            assert.deepEqual(await allUploads(scene, shape), naive(keys, shape).flatMap(twice))
          }
        })
      },
    )
    await fc.assert(property, { numRuns: runs })
  })

  it('goes on after an upload id within its key, or after all of the key', async () => {
    await withStore(open, async ({ store, bucket }) => {
      for (const id of ['1', '2', '3']) await store.createUpload(newUpload(bucket.id, 'k', id))
      await store.createUpload(newUpload(bucket.id, 'l', '0'))
      const list = async (
        from: string,
        exclusive: boolean,
        afterUploadId?: string,
      ): Promise<string[]> => {
        const page = await store.listUploads({
          bucket: bucket.id,
          prefix: '',
          delimiter: '',
          max: 9,
          from,
          exclusive,
          afterUploadId,
        })
        return page.entries.map((entry) => ('row' in entry ? entry.row.uploadId : ''))
      }
      assert.deepEqual(await list('', false), ['1', '2', '3', '0'])
      assert.deepEqual(await list('k', false), ['1', '2', '3', '0'])
      assert.deepEqual(await list('k', true), ['0'])
      assert.deepEqual(await list('k', true, '2'), ['3', '0'])
      assert.deepEqual(await list('k', false, '2'), ['3', '0'])
      assert.deepEqual(await list('j', true, '2'), ['1', '2', '3', '0'])
    })
  })
}
