/** Random sequences of calls, compared step by step with a model of maps; in the end no byte is lost and none is kept. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import type { NewLocator, PartRow } from '../../../src/stores/metadata/records.ts'
import { isRefusal } from '../../../src/stores/metadata/store.ts'
import {
  blob,
  completion,
  inBlob,
  newObject,
  newPart,
  newUpload,
  reclaim,
  wholeRange,
  withStore,
} from './scene.ts'
import type { Open, Scene } from './scene.ts'

type Step =
  | { readonly do: 'put' | 'delete' | 'begin' | 'abort' | 'complete'; readonly key: number }
  | { readonly do: 'copy'; readonly key: number; readonly to: number }
  | { readonly do: 'part'; readonly key: number; readonly number: number }
  | { readonly do: 'reclaim' }

const key = fc.integer({ min: 0, max: 3 })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('put', 'delete', 'begin', 'abort', 'complete'), key }),
  fc.record({ do: fc.constant('copy'), key, to: key }),
  fc.record({ do: fc.constant('part'), key, number: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constant('reclaim') }),
)

/** What must be true: objects and open uploads by key, each with the blobs that it stands on. */
class Model {
  readonly objects = new Map<
    number,
    { etag: string; blobs: readonly number[]; locator: NewLocator }
  >()
  readonly uploads = new Map<
    number,
    { id: string; parts: Map<number, { row: PartRow; blob: number }> }
  >()
  made = 0
  readonly removed = new Set<number>()

  live(): Set<number> {
    const ofObjects = [...this.objects.values()].flatMap((object) => object.blobs)
    const ofUploads = [...this.uploads.values()].flatMap((upload) => [...upload.parts.values()])
    return new Set([...ofObjects, ...ofUploads.map((part) => part.blob)])
  }
}

async function take(step: Step, model: Model, scene: Scene): Promise<void> {
  switch (step.do) {
    case 'put':
      return put(step.key, model, scene)
    case 'delete':
      await scene.store.deleteObject(scene.bucket.id, `k${step.key}`, {})
      model.objects.delete(step.key)
      return undefined
    case 'copy':
      return copy(step, model, scene)
    case 'begin':
      return begin(step.key, model, scene)
    case 'abort':
      return abort(step.key, model, scene)
    case 'part':
      return part(step, model, scene)
    case 'complete':
      return complete(step.key, model, scene)
    case 'reclaim':
      return remove(model, scene)
  }
}

async function put(key: number, model: Model, { store, bucket }: Scene): Promise<void> {
  const number = ++model.made
  const object = newObject(bucket.id, `k${key}`, { etag: `e${number}`, locator: inBlob(number) })
  assert.ok(!isRefusal(await store.putObject(object, {})))
  model.objects.set(key, { etag: object.etag, blobs: [number], locator: object.locator })
}

async function copy(
  step: { key: number; to: number },
  model: Model,
  { store, bucket }: Scene,
): Promise<void> {
  const source = model.objects.get(step.key)
  if (source === undefined) return
  const { etag, locator } = source
  const copied = await store.putObject(newObject(bucket.id, `k${step.to}`, { etag, locator }), {})
  assert.ok(!isRefusal(copied))
  model.objects.set(step.to, source)
}

async function begin(key: number, model: Model, { store, bucket }: Scene): Promise<void> {
  if (model.uploads.has(key)) return
  const id = `u${++model.made}`
  assert.ok(!isRefusal(await store.createUpload(newUpload(bucket.id, `k${key}`, id))))
  model.uploads.set(key, { id, parts: new Map() })
}

async function abort(key: number, model: Model, { store }: Scene): Promise<void> {
  const upload = model.uploads.get(key)
  const aborted = await store.abortUpload(upload?.id ?? 'none')
  assert.equal(isRefusal(aborted), upload === undefined)
  model.uploads.delete(key)
}

async function part(
  step: { key: number; number: number },
  model: Model,
  { store }: Scene,
): Promise<void> {
  const upload = model.uploads.get(step.key)
  const blob = ++model.made
  const runs = [{ sizeBytes: 10, locator: inBlob(blob) }]
  const row = await store.putPart(upload?.id ?? 'none', newPart(step.number, { runs }))
  assert.equal(isRefusal(row), upload === undefined)
  if (!isRefusal(row)) upload?.parts.set(step.number, { row, blob })
}

async function complete(key: number, model: Model, { store, bucket }: Scene): Promise<void> {
  const upload = model.uploads.get(key)
  const parts = [...(upload?.parts.values() ?? [])].toSorted((a, b) => a.row.number - b.row.number)
  const listed = parts.filter((_, index) => parts.length < 3 || index !== 1)
  if (upload === undefined || listed.length === 0) return
  const names = { bucket: bucket.id, key: `k${key}`, uploadId: upload.id }
  const row = await store.completeUpload(
    completion(
      names,
      listed.map((part) => part.row),
    ),
  )
  assert.ok(!isRefusal(row))
  assert.equal(row.sizeBytes, listed.length * 10)
  model.objects.set(key, {
    etag: row.etag,
    blobs: listed.map((part) => part.blob),
    locator: row.locator,
  })
  model.uploads.delete(key)
}

async function remove(model: Model, scene: Scene): Promise<void> {
  const freed = await reclaim(scene)
  const live = model.live()
  for (const id of freed) {
    const number = Number.parseInt(id.slice(8), 16)
    assert.ok(!live.has(number), 'a blob that something names was freed')
    model.removed.add(number)
  }
  await scene.store.filesRemoved(freed)
}

async function compare(model: Model, { store, bucket }: Scene): Promise<void> {
  const query = {
    bucket: bucket.id,
    prefix: '',
    delimiter: '',
    from: '',
    exclusive: false,
    max: 100,
  }
  const objects = (await store.listObjects(query)).entries.map(
    (entry) => 'row' in entry && [entry.row.key, entry.row.etag],
  )
  const expected = [...model.objects]
    .toSorted(([a], [b]) => a - b)
    .map(([key, { etag }]) => [`k${key}`, etag])
  assert.deepEqual(objects, expected)
  const uploads = (await store.listUploads({ ...query, afterUploadId: undefined })).entries
  const open = [...model.uploads].toSorted(([a], [b]) => a - b).map(([, upload]) => upload.id)
  assert.deepEqual(
    uploads.map((entry) => 'row' in entry && entry.row.uploadId),
    open,
  )
  for (const { id, parts } of model.uploads.values()) {
    const rows = [...parts.values()].map((part) => part.row).toSorted((a, b) => a.number - b.number)
    assert.deepEqual((await store.listParts(id, 0, 10)).parts, rows)
  }
  for (const { locator, blobs } of model.objects.values()) {
    if (locator.kind !== 'parts') continue
    const runs = await store.objectRuns(locator.content, wholeRange, 100)
    assert.deepEqual(
      runs.map((run) => run.locator),
      blobs.map((number) => inBlob(number)),
    )
  }
}

export function modelContract(open: Open, runs: number): void {
  it('does what a plain model does, over random sequences', async () => {
    const property = fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 60 }),
      async (steps) => {
        await withStore(open, async (scene) => {
          const model = new Model()
          for (const step of steps) {
            await take(step, model, scene)
            await compare(model, scene)
          }
          for (let round = 0; round < 3; round++) await remove(model, scene)
          const all = Array.from({ length: model.made }, (_, index) => blob(index + 1))
          const named = await scene.store.referenced(all)
          assert.deepEqual(
            named,
            new Set([...model.live()].toSorted((a, b) => a - b).map((number) => blob(number))),
          )
        })
      },
    )
    await fc.assert(property, { numRuns: runs })
  })
}
