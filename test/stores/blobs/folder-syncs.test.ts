/** Folder syncs are shared, and never with a sync that had begun before one asked. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { FolderSyncs } from '../../../src/stores/blobs/folder-syncs.ts'

test('who comes while a sync runs is served by the next one, together', async () => {
  const running: Array<PromiseWithResolvers<void>> = []
  const syncs = new FolderSyncs(() => {
    const sync = Promise.withResolvers<void>()
    running.push(sync)
    return sync.promise
  })
  const served: string[] = []
  const ask = async (who: string): Promise<void> => {
    await syncs.sync('folder')
    served.push(who)
  }
  const first = ask('first')
  const later = Promise.all([ask('second'), ask('third')])
  assert.equal(running.length, 1)
  running[0]?.resolve()
  await first
  await setImmediate()
  assert.deepEqual(served, ['first'], 'the sync that ran does not speak for those who came later')
  assert.equal(running.length, 2)
  running[1]?.resolve()
  await later
  await setImmediate()
  assert.deepEqual(served, ['first', 'second', 'third'])
  void ask('fourth')
  assert.equal(running.length, 3, 'an idle folder is synced at once')
})

test('a failed sync fails those who waited for it, and not the next', async () => {
  let calls = 0
  const syncs = new FolderSyncs(async () => {
    calls += 1
    if (calls === 1) throw new Error('planted')
  })
  const outcomes = await Promise.allSettled([syncs.sync('f'), syncs.sync('f')])
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'fulfilled'],
  )
})
