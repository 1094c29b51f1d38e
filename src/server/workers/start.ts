/**
 * A server of several processes: this one has the data folder, the one writer of the metadata and what goes on behind the
 * requests; its workers serve (docs/decisions/0018-workers.md).
 */
import { assert } from '../../base/assert.ts'
import { systemChance } from '../../base/chance.ts'
import { systemClock } from '../../base/clock.ts'
import { createEnvelopes } from '../../payload/encryption/envelopes.ts'
import { openSharedMetadata } from '../../stores/metadata/shared.ts'
import type { SharedWriter } from '../../stores/metadata/sql/shared-writer.ts'
import { openAdmin } from '../admin.ts'
import type { Config } from '../config.ts'
import { openGround, startBehind } from '../ground.ts'
import { closing, type Server, type Surroundings } from '../start.ts'
import { timings } from '../timings.ts'
import { Crew } from './crew.ts'
import { WorkerNumbers } from './numbers.ts'
import { servingBeside } from './serving.ts'

/** As `startServer`, with `config.workers` processes beside this one. `surroundings` holds in this one only. */
export async function startWorkers(config: Config, surroundings: Surroundings): Promise<Server> {
  const { log, clock = systemClock, chance = systemChance } = surroundings
  const told: { crew?: Crew; writer?: SharedWriter } = {}
  const onFatal = (error: unknown): void => {
    told.crew?.kill()
    surroundings.onFatal(error)
  }
  process.on('exit', () => told.crew?.kill())
  const { rehearses = false } = surroundings
  const parts = { config, log, clock, chance, onFatal, rehearses }
  await using undo = new AsyncDisposableStack()
  const ground = undo.use(
    await openGround(parts, async (options) => {
      const { metadata, writer } = await openSharedMetadata(options)
      told.writer = writer
      return metadata
    }),
  )
  const { writer } = told
  assert(writer !== undefined, 'the metadata is open')
  const { identities, keys } = ground
  const { drainMs } = timings
  const numbers = config.admin === undefined ? undefined : undo.use(new WorkerNumbers())
  const crew = new Crew({ config, identities, writer, numbers, log, onFatal, drainMs })
  told.crew = crew
  const envelopes = createEnvelopes({ ...keys, chance })
  // Before the first worker has an epoch: scrub takes every later one for that of a process that may be writing.
  const { ended } = crew
  const behind = await startBehind({ ...parts, ...ground, envelopes, holds: crew, ended })
  undo.use(behind)
  const { workers, durability } = config
  const seen = { ...parts, ...ground, ...behind, ring: keys.ring, durability, timings }
  const serving = numbers && servingBeside({ crew, numbers, workers })
  const admin = serving && undo.use(await openAdmin(config, { ...seen, serving }))
  undo.use(crew)
  return closing(ground, { ...(await crew.begin()), adminEndpoint: admin?.endpoint }, undo.move())
}
