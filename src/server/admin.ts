/** The operators' port of a whole server, where its operator wants one: the numbers joined, and the door to them. */
import { join } from 'node:path'
import { systemStopwatch } from '../base/clock.ts'
import type { Log } from '../observe/log.ts'
import type { RequestMeters } from '../observe/requests.ts'
import { RuntimeMeters } from '../observe/runtime.ts'
import { Sources } from '../observe/sources.ts'
import { openCensus } from '../stores/metadata/census.ts'
import { listenAdmin } from './admin-listener.ts'
import type { Config } from './config.ts'
import { durabilityFields } from './durability.ts'
import type { Gateway } from './gateway.ts'
import type { Readiness } from './health.ts'
import { urlOf } from './listen-address.ts'
import { sourcesOf, type Measured } from './metrics.ts'
import { opening } from './opening.ts'
import type { Timings } from './timings.ts'
import { version } from './version.ts'

export interface AdminParts extends Omit<Measured, 'census' | 'walFile'> {
  /** Path of the data folder, whose stores are open. */
  readonly data: string
  readonly requests: RequestMeters
  readonly gateway: Pick<Gateway, 'isStopping'>
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
  const { data, requests, gateway, timings, log, clock, durability, door } = parts
  await using undo = new AsyncDisposableStack()
  const file = join(data, 'metadata.sqlite')
  const census = undo.use(openCensus(file))
  const runtime = undo.use(
    new RuntimeMeters({ clock, stopwatch: systemStopwatch, version: version() }),
  )
  const sources = new Sources(
    {
      runtime: () => runtime.families(),
      requests: () => requests.families(),
      ...sourcesOf({ ...parts, census, walFile: `${file}-wal` }),
    },
    log,
  )
  const readiness = (): Readiness => {
    if (gateway.isStopping) return 'stopping'
    return door() === undefined ? 'starting' : 'ok'
  }
  const fields = durabilityFields(durability)
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
