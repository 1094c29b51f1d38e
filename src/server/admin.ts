/** The operators' port of a whole server, where its operator wants one: the numbers joined, and the door to them. */
import { join } from 'node:path'
import { systemStopwatch } from '../base/clock.ts'
import type { Log } from '../observe/log.ts'
import { RuntimeMeters } from '../observe/runtime.ts'
import { Sources } from '../observe/sources.ts'
import { openCensus } from '../stores/metadata/census.ts'
import type { Reply } from '../wire/exchange.ts'
import { listenAdmin } from './admin-listener.ts'
import type { Config } from './config.ts'
import { DiskRoom } from './disk-room.ts'
import { durabilityFields } from './durability.ts'
import { urlOf } from './listen-address.ts'
import { sourcesOf, type Measured } from './metrics.ts'
import { opening } from './opening.ts'
import type { Serving } from './serving.ts'
import type { Timings } from './timings.ts'
import { version } from './version.ts'

export interface AdminParts extends Omit<Measured, 'census' | 'walFile' | 'room'> {
  /** What requests here are admitted by; undefined where none are served. */
  readonly room?: Measured['room']
  /** Path of the data folder, whose stores are open. */
  readonly data: string
  readonly serving: Serving
  readonly timings: Timings
  readonly log: Log
}

export interface Admin extends AsyncDisposable {
  /** e.g. http://127.0.0.1:9001 */
  readonly endpoint: string
}

/**
 * Opens before the S3 port, and is `starting` until that is open; closes after it, and is `stopping` while it drains. Rejects with
 * ConfigError.
 */
export async function openAdmin(config: Config, parts: AdminParts): Promise<Admin | undefined> {
  const { admin, tls } = config
  if (admin === undefined) return undefined
  const { data, serving, timings, log, clock, durability } = parts
  await using undo = new AsyncDisposableStack()
  const file = join(data, 'metadata.sqlite')
  const census = undo.use(openCensus(file))
  const { diskReserveBytes: reserveBytes, workers: sharers } = config
  const looked = { folder: data, reserveBytes, log, sharers }
  const room = parts.room ?? undo.use(await DiskRoom.open(looked))
  const self = { clock, stopwatch: systemStopwatch, version: version(), process: serving.process }
  const runtime = undo.use(new RuntimeMeters(self))
  const sources = new Sources(
    {
      runtime: () => runtime.families(),
      ...serving.sources,
      ...sourcesOf({ ...parts, room, census, walFile: `${file}-wal` }),
    },
    log,
  )
  const { readiness } = serving
  const fields = (): Reply['headers'] => [...durabilityFields(durability), ...serving.fields()]
  const answers = { collect: () => sources.collect(), readiness, fields }
  const listener = await opening('--admin', admin, () =>
    listenAdmin(answers, { ...admin, tls, timings }),
  )
  undo.defer(() => listener.close())
  const running = undo.move()
  return {
    endpoint: urlOf({ ...admin, port: listener.port }, tls !== undefined),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
