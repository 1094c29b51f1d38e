/** What a rebuild forgets and puts back, in larger numbers than its report names: all of it is done, and all of it is counted. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  openRebuilder,
  type FoundBlob,
  type Rebuilder,
} from '../../../src/stores/metadata/rebuilder.ts'
import { openSqliteMetadata } from '../../../src/stores/metadata/sqlite.ts'
import type { MetadataStore } from '../../../src/stores/metadata/store.ts'
import {
  accepted,
  blob,
  completion,
  inBlob,
  newBucket,
  newObject,
  newPart,
  newUpload,
  owner,
  plain,
  uploadWith,
} from '../../contracts/metadata/scene.ts'
import { temporaryFolder } from './folder.ts'

const namesMax = 1000
const objects = 2500
const uploads = 10
const parted = objects + uploads

function open(file: string): Rebuilder {
  const multipartEtag = (): string => 'none'
  return openRebuilder({ file, now: 1, owner: () => owner, region: 'r', multipartEtag })
}

/** An object in each blob, then open uploads with a part in a blob each, then two objects of two parts each. */
async function fill(store: MetadataStore): Promise<void> {
  const bucket = accepted(await store.createBucket(newBucket('first')))
  const { id } = bucket
  const puts = Array.from({ length: objects }, async (_, number) =>
    accepted(await store.putObject(newObject(id, `k${number}`, { locator: inBlob(number) }), {})),
  )
  await Promise.all(puts)
  for (let number = 0; number < uploads; number++) {
    accepted(await store.createUpload(newUpload(id, 'open', `u${number}`)))
    const runs = [{ sizeBytes: 10, locator: inBlob(objects + number) }]
    accepted(await store.putPart(`u${number}`, newPart(1, { runs })))
  }
  const clock = { time: 1, now: (): number => 1 }
  for (const [key, firstBlob] of [
    ['lost', parted],
    ['torn', parted + 2],
  ] as const) {
    const made = { key, uploadId: key, count: 2, firstBlob }
    const { upload, parts } = await uploadWith({ store, clock, bucket }, made)
    accepted(await store.completeUpload(completion(upload, parts)))
  }
}

/** Every second object and upload, the first of the objects of parts whole, of the other one part. */
const isGone = (number: number): boolean =>
  number < parted ? number % 2 === 0 : number < parted + 3

test('what is gone is forgotten however much it is, and the rest stays', async () => {
  await using folder = await temporaryFolder()
  const { file } = folder
  await using store = await openSqliteMetadata({ file })
  await fill(store)
  await store[Symbol.asyncDispose]()
  {
    using rebuilder = open(file)
    let number = 0
    for (const id of rebuilder.named()) {
      assert.equal(id, blob(number))
      if (isGone(number)) rebuilder.gone(id)
      number += 1
    }
    assert.equal(number, parted + 4)
    const { objects: forgotten, parts, names } = rebuilder.forget()
    assert.deepEqual([forgotten, parts, names.length], [objects / 2 + 1, uploads / 2, namesMax])
    rebuilder.finish(1)
  }
  using left = open(file)
  const kept = Array.from({ length: parted + 4 }, (_, number) => number)
    // The parts of the object that is forgotten go when they are reclaimed.
    .filter((number) => !isGone(number) || number >= parted)
    .map((number) => blob(number))
  assert.deepEqual([...left.named()], kept)
})

/** A part of an upload that nobody knows. */
function foundPart(number: number): FoundBlob {
  const uploadId = `u${String(number).padStart(4, '0')}`
  const upload = { uploadId, initiator: owner, initiated: 1, checksum: undefined }
  return {
    blob: blob(number),
    bucket: 'first',
    key: 'k',
    created: 1,
    sizeBytes: 10,
    etag: 'e',
    checksums: {},
    seal: undefined,
    attributes: plain,
    owner,
    part: { number: 1, upload },
  }
}

test('uploads that are open again are counted, and the first of them named', async () => {
  await using folder = await temporaryFolder()
  using rebuilder = open(folder.file)
  const found = Array.from({ length: namesMax + 50 }, (_, number) => foundPart(number))
  const verdicts = rebuilder.keep(found)
  assert.ok(verdicts.every((verdict) => verdict === 'part'))
  const { count, ids } = rebuilder.uploads()
  assert.deepEqual([count, ids.length, ids[0]], [namesMax + 50, namesMax, 'u0000'])
  const { etag } = foundPart(0)
  const noted = { uploadId: 'u0000', etag: 'none', partCount: 1, checksum: undefined }
  const completed = rebuilder.complete([
    { ...noted, modified: 1, requestHash: 'h', answer: { etag } },
  ])
  const after = rebuilder.uploads()
  assert.deepEqual([completed, after.count, after.ids[0]], [1, namesMax + 49, 'u0001'])
})
