/** Objects that are kept: never older than a write that went out, never anybody's to take away, and never more than they may be. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { free } from '../../../src/base/free.ts'
import { mebibyte } from '../../../src/base/limits.ts'
import type { ObjectRow } from '../../../src/stores/metadata/records.ts'
import { ObjectCache } from '../../../src/stores/metadata/sql/object-cache.ts'
import type { Writer } from '../../../src/stores/metadata/sql/transactions.ts'
import type { FoundObject } from '../../../src/stores/metadata/store.ts'
import { newObject, owner, plain } from '../../contracts/metadata/scene.ts'

const named = { bucket: 1, key: 'k' }

function found(etag: string, bytes: Uint8Array = Buffer.from(etag)): FoundObject {
  const row: ObjectRow = {
    ...named,
    versionId: 'null',
    isLatest: true,
    deleteMarker: false,
    owner,
    sizeBytes: bytes.length,
    etag,
    modified: 0,
    partCount: 0,
    locator: { kind: 'inline', row: 1 },
    attributes: plain,
  }
  return { row, bytes }
}

/** A database whose object is another at each look, and a writer that is done when the test says so. */
class Scene implements Writer {
  readonly failure = undefined
  readonly cache = new ObjectCache()
  readonly writer = this.cache.watching(this)
  reads = 0
  #writes: Array<PromiseWithResolvers<never>> = []

  /** The writes under way, which `end` does not end until they are given back. */
  takeWrites(): Array<PromiseWithResolvers<never>> {
    return this.#writes.splice(0)
  }

  giveBack(writes: ReadonlyArray<PromiseWithResolvers<never>>): void {
    this.#writes.push(...writes)
  }

  get(name = named): string | undefined {
    return this.cache.get(name, () => found(`${++this.reads}`))?.row.etag
  }

  /** Asks so often that what may be kept is kept. */
  settled(): string | undefined {
    this.get()
    this.get()
    return this.get()
  }

  async write(): Promise<never> {
    const write = Promise.withResolvers<never>()
    this.#writes.push(write)
    return await write.promise
  }

  async end(outcome: 'done' | 'failed'): Promise<void> {
    for (const { resolve, reject } of this.#writes.splice(0)) {
      if (outcome === 'done') resolve(undefined as never)
      else reject(new Error('refused'))
    }
    await new Promise(setImmediate)
  }

  async close(): Promise<void> {}
}

const now = 0
const condition = {}
const object = newObject(named.bucket, named.key)
const { row } = found('updated')

/** Each way in which the object of a key becomes another. */
const writes: Readonly<Record<string, (writer: Writer) => Promise<unknown>>> = {
  putObject: (writer) =>
    writer.write('putObject', {
      ...named,
      modified: now,
      placement: new Uint8Array(),
      record: new Uint8Array(),
      condition,
      now,
    }),
  deleteObject: (writer) => writer.write('deleteObject', { ...named, condition, now }),
  updateObject: (writer) => writer.write('updateObject', { row, changed: {} }),
  completeUpload: (writer) =>
    writer.write('completeUpload', {
      uploadId: 'u',
      parts: new Float64Array(),
      object,
      condition,
      requestHash: '',
      receipt: new Uint8Array(),
      now,
    }),
  // Which rot counts on.
  'deleteBucket, of all objects': (writer) => writer.write('deleteBucket', { id: 2, now }),
  'replaceEnvelope, of whichever object': (writer) =>
    writer.write('replaceEnvelope', {
      at: { ...named, versionId: 'null' },
      from: { method: 'SSE-S3', keyId: 'a', wrapped: 'a' },
      to: { method: 'SSE-S3', keyId: 'b', wrapped: 'b' },
    }),
}

test('who is asked for twice is kept, and read no more', () => {
  const scene = new Scene()
  assert.deepEqual([scene.get(), scene.get(), scene.get(), scene.get()], ['1', '2', '2', '2'])
  assert.equal(scene.get({ bucket: 2, key: 'k' }), '3', 'the same key elsewhere is another object')
})

test('who is asked for again after many others is not kept for that', () => {
  const scene = new Scene()
  const rare = ['a', 'b', 'c', 'd'].map((key) => ({ bucket: 1, key }))
  for (const name of rare) scene.get(name)
  for (let other = 0; other < 5000; other++) scene.get({ bucket: 2, key: `${other}` })
  const { reads } = scene
  for (const name of [...rare, ...rare, ...rare]) scene.get(name)
  assert.equal(scene.reads - reads, 8, 'twice each: only who came back soon is kept')
})

for (const [name, write] of Object.entries(writes)) {
  for (const outcome of ['done', 'failed'] as const) {
    test(`${name}: from when it goes out until it is ${outcome}, nothing is answered from memory`, async () => {
      const scene = new Scene()
      assert.equal(scene.settled(), '2')
      void write(scene.writer).catch(() => undefined)
      assert.deepEqual([scene.get(), scene.get(), scene.get()], ['3', '4', '5'])
      await scene.end(outcome)
      assert.deepEqual([scene.get(), scene.get()], ['6', '6'])
    })
  }
}

test('of two writes of one key the end of the later one counts', async () => {
  const scene = new Scene()
  scene.settled()
  const first = scene.writer.write('deleteObject', deletion('k'))
  const ends = scene.takeWrites()
  const second = scene.writer.write('deleteObject', deletion('k'))
  await scene.end('done')
  await second
  assert.deepEqual([scene.get(), scene.get()], ['3', '4'])
  scene.giveBack(ends)
  await scene.end('done')
  await first
  assert.deepEqual([scene.get(), scene.get()], ['5', '5'])
})

test('a write of another key, or of no object, leaves what is kept', async () => {
  const scene = new Scene()
  scene.settled()
  const others = [
    scene.writer.write('deleteObject', deletion('another')),
    scene.writer.write('abortUpload', { uploadId: 'u', now }),
  ]
  assert.equal(scene.get(), '2')
  await scene.end('done')
  await Promise.all(others)
})

function deletion(key: string): { bucket: number; key: string; condition: object; now: number } {
  return { bucket: 1, key, condition, now }
}

test('bytes that one reader gives back are still there for the next', () => {
  const cache = new ObjectCache()
  const read = (): FoundObject => found('abc')
  for (let look = 0; look < 4; look++) {
    const bytes = cache.get(named, read)?.bytes
    assert.equal(Buffer.from(bytes ?? []).toString(), 'abc')
    if (bytes !== undefined) free(bytes)
  }
})

test('no more is kept than 16 MiB, and those stay that are asked for', () => {
  const cache = new ObjectCache()
  const bytes = new Uint8Array(mebibyte)
  const reads: string[] = []
  const get = (key: string): void => {
    cache.get({ bucket: 1, key }, () => {
      reads.push(key)
      return found(key, bytes)
    })
  }
  const keys = Array.from({ length: 40 }, (_, index) => `key ${index}`)
  for (const key of keys) for (const asked of [key, 'often', key]) get(asked)
  assert.deepEqual(
    reads.filter((key) => key === 'often'),
    ['often', 'often'],
  )
  reads.length = 0
  for (const key of keys.toReversed()) get(key)
  const kept = keys.length - reads.length
  assert.ok(kept >= 6 && kept <= 15, `${kept} of 40 were kept`)
})
