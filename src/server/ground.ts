/**
 * What a server stands on, however many processes serve: the data folder, its stores, who may ask and the keys of encryption; and
 * what goes on behind the requests. There is one of each.
 */
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Found } from '../base/accelerator.ts'
import type { Chance } from '../base/chance.ts'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../observe/log.ts'
import { serverKey } from '../stores/keys/key-stores.ts'
import { openSqliteMetadata } from '../stores/metadata/sqlite.ts'
import { acceleratorFor } from './acceleration.ts'
import { startBackground, type Background, type BackgroundParts } from './background.ts'
import { openStores, type OpenMetadata, type Stores } from './compose.ts'
import type { Config } from './config.ts'
import { ConfigError } from './config-error.ts'
import { warnOf } from './durability.ts'
import { openIdentities, type Identities } from './identities.ts'
import { JobFailures } from './job-failures.ts'
import { openKeys, type OpenedKeys } from './keys.ts'
import { refuseLostMetadata } from './lost-metadata.ts'
import { startScrub, type Scrubbing } from './scrub.ts'
import { startSnapshots } from './snapshots.ts'
import { storeMeters, type StoreMeters } from './store-meters.ts'

export interface GroundParts {
  readonly config: Config
  readonly log: Log
  readonly clock: Clock
  readonly chance: Chance
  readonly onFatal: (error: unknown) => void
  /** The metadata's writer goes through a CompleteMultipartUpload of its own before it is asked for one. */
  readonly rehearses?: boolean
}

export interface Ground extends AsyncDisposable {
  /** Path of the data folder. */
  readonly data: string
  readonly stores: Stores
  /** What the stores do is counted into these. */
  readonly meters: StoreMeters
  readonly identities: Identities
  readonly keys: OpenedKeys
  readonly acceleration: Found
  /** What the operator must know of the keys of encryption; undefined as long as there are none. */
  readonly keysWarning: string | undefined
}

/** Takes the data folder. Throws ConfigError for what the operator can mend. */
export async function openGround(
  parts: GroundParts,
  openMetadata: OpenMetadata = openSqliteMetadata,
): Promise<Ground> {
  const { config, log, clock, chance, onFatal, rehearses = false } = parts
  for (const sentence of config.warnings) log.warn({}, sentence)
  await using undo = new AsyncDisposableStack()
  const data = openFolder(config.data)
  refuseLostMetadata(data)
  const { durability } = config
  warnOf(durability, log)
  const meters = storeMeters()
  const acceleration = acceleratorFor(config, log)
  const { accelerator } = acceleration
  const kept = { data, clock, chance, onFatal, durability, meters, accelerator, rehearses }
  const stores = undo.use(await openStores(kept, openMetadata))
  const identities = openIdentities(config, { data, chance, log })
  const keys = undo.use(openKeys(config.keys, { clock, chance, log }))
  const keysWarning = prepareKeys(keys, config)
  if (keysWarning !== undefined) log.warn({ folder: config.keys.folder }, keysWarning)
  const opened = undo.move()
  const close = (): Promise<void> => opened.disposeAsync()
  const known = { data, stores, meters, identities, keys, keysWarning, acceleration }
  return { ...known, [Symbol.asyncDispose]: close }
}

export interface Behind extends AsyncDisposable {
  readonly scrub: Scrubbing
  readonly background: Background
  /** Of every job. */
  readonly failures: JobFailures
}

/** Scrub, the jobs and the snapshots, on the ground that `parts` tells. */
export async function startBehind(
  parts: GroundParts & Ground & Pick<BackgroundParts, 'envelopes' | 'holds' | 'ended'>,
): Promise<Behind> {
  const { config, data, clock, log } = parts
  await using undo = new AsyncDisposableStack()
  const failures = new JobFailures(log)
  const scrub = undo.use(await startScrub({ data, clock, log, failures, ...config.scrub }))
  const { reclaimGraceMs, snapshotEveryMs: everyMs, diskReserveBytes: reserveBytes } = config
  const background = undo.use(startBackground({ ...parts, ...scrub, failures, reclaimGraceMs }))
  undo.use(startSnapshots({ data, clock, log, everyMs, reserveBytes, failures }))
  const running = undo.move()
  return { scrub, background, failures, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

function openFolder(folder: string): string {
  const path = resolve(folder)
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'failed'
    throw new ConfigError(
      `The data folder ${path} cannot be made (${why}). Choose another with --data.`,
    )
  }
  return path
}

/** The server's own key is there before anybody needs it: so it can be in a backup before anything depends on it. */
function prepareKeys(
  { ring }: OpenedKeys,
  { defaultEncryption, keys }: Config,
): string | undefined {
  if (defaultEncryption === 'AES256') ring.ensure(serverKey)
  if (ring.keys().length === 0) return undefined
  return `Whoever loses the keys in ${resolve(keys.folder)} loses every object that they encrypt. Keep a backup of that folder, apart from the data.`
}
