/** When snapshots of the metadata are taken: when one is due, something has changed, and there is room. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { SnapshotJob } from '../../src/jobs/snapshot.ts'
import { silentLog, type Log } from '../../src/observe/log.ts'

const everyMs = 900_000
const start = 1_000_000_000

interface World {
  now: number
  version: number
  newest: number | undefined
  lacking: number
  /** How long one takes. */
  tookMs: number
}

function scene(given: Partial<World> = {}): { world: World; did: string[]; job: SnapshotJob } {
  const world: World = {
    now: start,
    version: 1,
    newest: undefined,
    lacking: 0,
    tookMs: 0,
    ...given,
  }
  const did: string[] = []
  const log: Log = { ...silentLog, warn: (_, message) => void did.push(message.slice(0, 7)) }
  const job = new SnapshotJob({
    version: () => world.version,
    newest: async () => world.newest,
    lacking: async () => world.lacking,
    take: async () => {
      did.push('take')
      world.now += world.tookMs
    },
    prune: async (kept) => did.push(`prune ${kept}`),
    clock: { now: () => world.now },
    log,
    everyMs,
  })
  return { world, did, job }
}

const taken = ['take', 'prune 2']

it('takes the first a minute after the start, and the next when one is due and something has changed', async () => {
  const { world, did, job } = scene()
  await job.step()
  world.now += 59_999
  await job.step()
  assert.deepEqual(did.splice(0), [])
  world.now += 1
  await job.step()
  assert.deepEqual(did.splice(0), taken)
  world.now += everyMs
  await job.step()
  assert.deepEqual(did.splice(0), [])
  world.version = 2
  world.now += everyMs - 1
  await job.step()
  assert.deepEqual(did.splice(0), [])
  world.now += 1
  await job.step()
  assert.deepEqual(did, taken)
})

it('waits until the last one of an earlier life is old enough, unless that is from the future', async () => {
  const { world, did, job } = scene({ newest: start - 1000 })
  await job.step()
  world.now += everyMs - 1001
  await job.step()
  assert.deepEqual(did, [])
  world.now += 1
  await job.step()
  assert.deepEqual(did, taken)
  const other = scene({ newest: start + 100 * everyMs })
  await other.job.step()
  other.world.now += everyMs
  await other.job.step()
  assert.deepEqual(other.did, taken)
})

it('tries again later where there is no room', async () => {
  const { world, did, job } = scene({ lacking: 5 })
  await job.step()
  world.now += 60_000
  await job.step()
  assert.deepEqual(did.splice(0), ['no room'])
  world.lacking = 0
  world.now += everyMs
  await job.step()
  assert.deepEqual(did, taken)
})

it('gives a tenth of the time to one that takes long', async () => {
  const { world, did, job } = scene({ tookMs: 100_000 })
  await job.step()
  world.now += 60_000
  await job.step()
  world.version = 2
  world.now += 9 * 100_000 - 1
  await job.step()
  assert.deepEqual(did.splice(0), taken)
  world.now += 1
  await job.step()
  assert.deepEqual(did, taken)
})
