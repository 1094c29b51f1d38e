/** Complete while somebody re-sends parts between its reading and its commit: it reads again, and gives up in the end. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openMemoryMetadata } from '../../src/stores/metadata/memory.ts'
import type { Completion, MetadataStore } from '../../src/stores/metadata/store.ts'
import { openScene, random, type Scene } from '../operations/scene.ts'

const bytes = random(100)

/** A store in which `disturb` happens before each of the first `times` completions. */
function disturbed(times: number, disturb: () => Promise<unknown>): MetadataStore {
  const metadata = openMemoryMetadata()
  let left = times
  const completeUpload = async (
    completion: Completion,
  ): ReturnType<MetadataStore['completeUpload']> => {
    if (left-- > 0) await disturb()
    return metadata.completeUpload(completion)
  }
  return new Proxy(metadata, {
    get: (store, name) => {
      if (name === 'completeUpload') return completeUpload
      const member: unknown = Reflect.get(store, name, store)
      return typeof member === 'function' ? member.bind(store) : member
    },
  })
}

async function complete(times: number, replacement: Uint8Array): Promise<Scene> {
  const again = async (): Promise<void> => {
    await scene.part(['key', id, 1], replacement)
  }
  const scene = await openScene({}, disturbed(times, again))
  const id = await scene.create('key')
  const { ETag } = await scene.part(['key', id, 1], bytes)
  await scene.complete(['key', id], [{ PartNumber: 1, ETag }])
  return scene
}

describe('Complete while parts are re-sent', () => {
  it('reads again when a part was sent again with the same bytes', async () => {
    const scene = await complete(3, bytes)
    assert.ok(bytes.equals(await scene.bytes('key')))
  })

  it('answers InvalidPart when its bytes are others now', async () => {
    await assert.rejects(complete(1, random(100)), { code: 'InvalidPart' })
  })

  it('gives up with OperationAborted when the parts never hold still', async () => {
    await assert.rejects(complete(Infinity, bytes), { code: 'OperationAborted' })
  })
})
