/**
 * The metadata as a process beside the first one has it keeps the contract; what crosses between the two is cloned here as it
 * is there. And a write of a bucket waits for everybody who remembers buckets.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { joinMetadata, openSharedMetadata } from '../../../src/stores/metadata/shared.ts'
import { BucketCache } from '../../../src/stores/metadata/sql/bucket-cache.ts'
import { describe as described } from '../../../src/stores/metadata/sql/messages.ts'
import { RemoteWriter } from '../../../src/stores/metadata/sql/remote-writer.ts'
import { SharedWriter } from '../../../src/stores/metadata/sql/shared-writer.ts'
import type { Writer } from '../../../src/stores/metadata/sql/transactions.ts'
import { metadataStoreContract } from '../../contracts/metadata-store.ts'
import { temporaryFolder } from './folder.ts'

metadataStoreContract(
  'sqlite, from a process beside the first',
  async (clock) => {
    const folder = await temporaryFolder()
    const first = await openSharedMetadata({ file: folder.file, clock })
    const epoch = await first.writer.write('takeEpoch', undefined)
    const buckets = new BucketCache()
    const leave = first.writer.join({
      changing: async () => buckets.changing(),
      changed: () => buckets.changed(),
    })
    const writer: RemoteWriter = new RemoteWriter((calls) => {
      for (const { id, name, argument } of structuredClone(calls))
        void first.writer.write(name, argument as never).then(
          (value) => writer.take(structuredClone([{ id, value }])),
          (error: unknown) => writer.take(structuredClone([{ id, error: described(error) }])),
        )
    })
    const store = joinMetadata({ file: folder.file, epoch, writer, buckets, clock })
    const close = store[Symbol.asyncDispose].bind(store)
    const closeAll = async (): Promise<void> => {
      await close()
      leave()
      await first.metadata[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    }
    return Object.assign(store, { [Symbol.asyncDispose]: closeAll })
  },
  2,
)

test('every process has an epoch of its own, greater than all before', async () => {
  await using folder = await temporaryFolder()
  const epochs: number[] = []
  for (let life = 0; life < 2; life++) {
    const { metadata, writer } = await openSharedMetadata({ file: folder.file })
    await using _ = metadata
    epochs.push(metadata.epoch)
    epochs.push(await writer.write('takeEpoch', undefined))
    epochs.push(await writer.write('takeEpoch', undefined))
  }
  assert.deepEqual(epochs, [1, 2, 3, 4, 5, 6])
})

/** A writer that says when it was asked, and is done when the test says so. */
class Slow implements Writer {
  readonly failure = undefined
  readonly asked: string[] = []
  readonly done = Promise.withResolvers<void>()

  async write(name: string): Promise<never> {
    this.asked.push(name)
    await this.done.promise
    return undefined as never
  }

  async close(): Promise<void> {
    this.done.resolve()
  }
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

test('a bucket is written only when everybody has forgotten the buckets, and told to be remembered afterwards', async () => {
  const slow = new Slow()
  const writer = new SharedWriter(slow)
  const told: string[] = []
  const forgets = Promise.withResolvers<void>()
  writer.join({
    changing: async () => void told.push('quick'),
    changed: () => void told.push('quick again'),
  })
  writer.join({
    changing: async () => {
      told.push('slow')
      await forgets.promise
    },
    changed: () => void told.push('slow again'),
  })
  const change = { id: 1, name: 'cors', value: {} }
  const written = writer.write('setBucketConfiguration', change)
  await turn()
  assert.deepEqual([told, slow.asked], [['quick', 'slow'], []])
  forgets.resolve()
  await turn()
  assert.deepEqual(slow.asked, ['setBucketConfiguration'])
  writer.join({
    changing: async () => void told.push('late'),
    changed: () => void told.push('late again'),
  })
  slow.done.resolve()
  await written
  assert.deepEqual(told, ['quick', 'slow', 'late', 'quick again', 'slow again', 'late again'])
})

test('what writes no bucket waits for nobody', async () => {
  const slow = new Slow()
  const writer = new SharedWriter(slow)
  writer.join({ changing: () => new Promise(() => undefined), changed: () => undefined })
  const written = writer.write('expireReceipts', 0)
  assert.deepEqual(slow.asked, ['expireReceipts'])
  slow.done.resolve()
  await written
})
