/** Complete while somebody re-sends parts between its reading and its commit: it reads again, and gives up in the end. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openMemoryMetadata } from '../../src/stores/metadata/memory.ts'
import type { MetadataStore } from '../../src/stores/metadata/store.ts'
import { openScene, random, type Scene } from '../operations/scene.ts'

const bytes = random(100)

/** A store in which `disturb` happens before each of the first `times` calls of one method. */
function disturbed(
  method: 'completeUpload' | 'listParts',
  times: number,
  disturb: () => Promise<unknown>,
): MetadataStore {
  const metadata = openMemoryMetadata()
  let left = times
  return new Proxy(metadata, {
    get: (store, name) => {
      const member: unknown = Reflect.get(store, name, store)
      if (typeof member !== 'function') return member
      if (name !== method) return member.bind(store)
      return async (...input: unknown[]): Promise<unknown> => {
        if (left-- > 0) await disturb()
        return member.apply(store, input)
      }
    },
  })
}

async function complete(times: number, replacement: Uint8Array): Promise<Scene> {
  const again = async (): Promise<void> => {
    await scene.part(['key', id, 1], replacement)
  }
  const scene = await openScene({}, disturbed('completeUpload', times, again))
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

describe('Complete while somebody else ends the upload, between its reading of the upload and of the parts', () => {
  it('has the answer of the other, when that asked for the same', async () => {
    const other = async (): Promise<void> => {
      await scene.complete(['key', id], list)
    }
    const scene = await openScene({}, disturbed('listParts', 1, other))
    const id = await scene.create('key')
    const { ETag } = await scene.part(['key', id, 1], bytes)
    const list = [{ PartNumber: 1, ETag }]
    const answer = await scene.complete(['key', id], list)
    assert.deepEqual(answer, await scene.complete(['key', id], list))
  })

  it('answers NoSuchUpload when it was aborted', async () => {
    const other = async (): Promise<void> => {
      await scene.metadata.abortUpload(id)
    }
    const scene = await openScene({}, disturbed('listParts', 1, other))
    const id = await scene.create('key')
    const { ETag } = await scene.part(['key', id, 1], bytes)
    const list = [{ PartNumber: 1, ETag }]
    await assert.rejects(scene.complete(['key', id], list), { code: 'NoSuchUpload' })
  })
})
