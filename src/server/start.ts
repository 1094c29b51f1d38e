/** A whole server in one process: what it stands on, what goes on behind the requests, and its door; and its orderly end. */
import { systemChance, type Chance } from '../base/chance.ts'
import { systemClock, type Clock } from '../base/clock.ts'
import type { Log } from '../observe/log.ts'
import { openAdmin } from './admin.ts'
import type { Config } from './config.ts'
import { prepareFront } from './front.ts'
import { openGround, startBehind, type Ground } from './ground.ts'
import { soon } from './rehearsal.ts'
import type { RootAccount } from './root-account.ts'
import { servingHere } from './serving.ts'
import { timings as usualTimings, type Timings } from './timings.ts'

export interface Surroundings {
  readonly log: Log
  /** Durability can no longer be promised: nothing may be acknowledged any more, the process has to end now. */
  readonly onFatal: (error: unknown) => void
  readonly clock?: Clock
  readonly chance?: Chance
  readonly timings?: Partial<Timings>
  /** What clients will ask for is gone through once beforehand (docs/decisions/0024-rehearsal.md). */
  readonly rehearses?: boolean
}

export interface Server extends AsyncDisposable {
  /** e.g. http://127.0.0.1:9000 */
  readonly endpoint: string
  readonly port: number
  /** Of the operators' port, where there is one. */
  readonly adminEndpoint: string | undefined
  readonly root: RootAccount
  /** What the operator must know of the keys of encryption; undefined as long as there are none. */
  readonly keysWarning: string | undefined
  /** `on` and what for, or `off` and why. */
  readonly accelerator: string
  /** Finishes what is in flight, then closes the stores. */
  close(): Promise<void>
}

/** Resolves when requests are answered. Throws ConfigError for what the operator can mend. */
export async function startServer(config: Config, surroundings: Surroundings): Promise<Server> {
  const { log, onFatal, clock = systemClock, chance = systemChance } = surroundings
  const { rehearses = false } = surroundings
  const parts = { config, log, clock, chance, onFatal }
  const timings = { ...usualTimings, ...surroundings.timings }
  await using undo = new AsyncDisposableStack()
  const ground = undo.use(await openGround({ ...parts, rehearses }))
  const front = undo.use(await prepareFront({ ...parts, ...ground, timings }))
  const behind = undo.use(await startBehind({ ...parts, ...ground, ...front.s3 }))
  const { ring } = ground.keys
  const { durability } = config
  const serving = servingHere(front)
  const seen = { ...parts, ...ground, ...front, ...behind, serving, ring, durability, timings }
  const admin = undo.use(await openAdmin(config, seen))
  const door = undo.use(await front.open())
  if (rehearses) undo.use(soon(front.rehearse))
  return closing(ground, { ...door, adminEndpoint: admin?.endpoint }, undo.move())
}

/** The server that stands on `ground` and is `running`. */
export function closing(
  { identities: { root }, keysWarning, acceleration: { told: accelerator } }: Ground,
  { endpoint, port, adminEndpoint }: Pick<Server, 'endpoint' | 'port' | 'adminEndpoint'>,
  running: AsyncDisposableStack,
): Server {
  const close = (): Promise<void> => running.disposeAsync()
  const facts = { endpoint, port, adminEndpoint, root, keysWarning, accelerator }
  return { ...facts, close, [Symbol.asyncDispose]: close }
}
