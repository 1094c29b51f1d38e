/** A whole server: data folder, root account, stores, rules, listener; and its orderly end. */
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { systemChance, type Chance } from '../base/chance.ts'
import { systemClock, type Clock } from '../base/clock.ts'
import type { Settings } from '../domain/settings.ts'
import type { ServerFacts } from '../identity/doctor/alternative.ts'
import { Tokens } from '../identity/tokens.ts'
import { dialects } from '../model/dialects/named.ts'
import type { Log } from '../observe/log.ts'
import { RequestMeters } from '../observe/requests.ts'
import { serverKey } from '../stores/keys/key-stores.ts'
import { credentialsOf, readAccounts, type Keys } from './accounts.ts'
import { openAdmin } from './admin.ts'
import { startBackground } from './background.ts'
import { compose, openStores } from './compose.ts'
import type { Config } from './config.ts'
import { ConfigError, openSecret } from './config-error.ts'
import { DiskRoom } from './disk-room.ts'
import { telling, warnOf } from './durability.ts'
import { sayingFull } from './full-disk.ts'
import { startScrub } from './scrub.ts'
import { startSnapshots } from './snapshots.ts'
import { Doctor } from './doctor.ts'
import { Gateway } from './gateway.ts'
import { openKeys, type OpenedKeys } from './keys.ts'
import { urlOf } from './listen-address.ts'
import { listen, type Listener } from './listener.ts'
import { refuseLostMetadata } from './lost-metadata.ts'
import { opening } from './opening.ts'
import { openRootAccount, type RootAccount } from './root-account.ts'
import { storeMeters } from './store-meters.ts'
import { openTokenKey } from './token-key.ts'
import { timings as usualTimings, type Timings } from './timings.ts'

/** More connections than this wait in the kernel's queue: each can hold a socket and a file, of which a process has few. */
const connectionsMax = 4096

export interface Surroundings {
  readonly log: Log
  /** Durability can no longer be promised: nothing may be acknowledged any more, the process has to end now. */
  readonly onFatal: (error: unknown) => void
  readonly clock?: Clock
  readonly chance?: Chance
  readonly timings?: Partial<Timings>
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
  /** Finishes what is in flight, then closes the stores. */
  close(): Promise<void>
}

/** What is known once the S3 port is open. */
interface Bound {
  readonly endpoint: string
  readonly port: number
  readonly door: Listener | undefined
}

/** Resolves when requests are answered. Throws ConfigError for what the operator can mend. */
export async function startServer(config: Config, surroundings: Surroundings): Promise<Server> {
  const { log, clock = systemClock, chance = systemChance } = surroundings
  const timings = { ...usualTimings, ...surroundings.timings }
  for (const sentence of config.warnings) log.warn({}, sentence)
  await using undo = new AsyncDisposableStack()
  const data = openFolder(config.data)
  refuseLostMetadata(data)
  const { durability } = config
  warnOf(durability, log)
  const meters = storeMeters()
  const requests = new RequestMeters()
  const stores = undo.use(await openStores({ ...surroundings, data, clock, durability, meters }))
  const root = openRootAccount({ ...config, data }, chance)
  const further = furtherAccounts(config, log)
  const credentials = credentialsOf([root.key, ...further.keys], further.apiKeys)
  const tokens = config.tokenService
    ? new Tokens(openTokenKey(data, chance), further.apiKeys)
    : undefined
  const keys = undo.use(openKeys(config.keys, { clock, chance, log }))
  const warning = prepareKeys(keys, config)
  if (warning !== undefined) log.warn({ folder: config.keys.folder }, warning)
  const bound: Bound = { endpoint: '', port: 0, door: undefined }
  const settings = settingsOf(config, bound)
  const { reclaimGraceMs, diskReserveBytes: reserveBytes } = config
  const room = undo.use(await DiskRoom.open({ folder: data, reserveBytes, log }))
  const kept = { ...stores, blobs: sayingFull(stores.blobs, room) }
  const takeRoom = room.take
  const s3 = await compose({ stores: kept, keys, settings, credentials, tokens, chance, takeRoom })
  const scrub = undo.use(await startScrub({ data, clock, log, ...config.scrub }))
  const parts = { ...s3, ...scrub, stores, keys, clock, log, reclaimGraceMs }
  const background = undo.use(startBackground(parts))
  undo.use(startSnapshots({ data, clock, log, everyMs: config.snapshotEveryMs, reserveBytes }))
  const domains = domainsOf(config)
  const facts = (): ServerFacts => ({ region: config.region, domains, port: bound.port })
  const doctor = new Doctor({ log, clock, perSecond: config.doctorRate, facts })
  const gateway = new Gateway({ s3, room, domains, clock, log, requests, doctor, timings })
  const measured = { meters, requests, room, background, scrub, ring: keys.ring, durability }
  const seen = { ...measured, data, clock, timings, log, door: () => bound.door?.counts, gateway }
  const admin = undo.use(await openAdmin(config, seen))
  const { host, port, tls } = config
  const door = { host, port, tls, connectionsMax, timings, clock, chance }
  const serve = telling(gateway.serve, durability)
  const listener = await opening('--listen', config, () => listen(serve, door))
  undo.defer(() => listener.close())
  undo.defer(() => gateway.stop())
  const endpoint = urlOf({ host, port: listener.port }, tls !== undefined)
  Object.assign(bound, { endpoint, port: listener.port, door: listener })
  const running = undo.move()
  const close = (): Promise<void> => running.disposeAsync()
  return {
    endpoint,
    port: listener.port,
    adminEndpoint: admin?.endpoint,
    root,
    keysWarning: warning,
    close,
    [Symbol.asyncDispose]: close,
  }
}

function settingsOf(config: Config, bound: { readonly endpoint: string }): Settings {
  return {
    region: config.region,
    defaultChecksum: config.defaultChecksum,
    defaultEncryption: config.defaultEncryption,
    customerKeysOverHttp: config.customerKeysOverHttp,
    defaultObjectOwnership: config.defaultObjectOwnership,
    defaultPublicAccessBlock: config.defaultPublicAccessBlock,
    dialect: dialects[config.dialect],
    get endpoint() {
      return bound.endpoint
    },
  }
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

function furtherAccounts({ accountsFile }: Config, log: Log): Keys {
  if (accountsFile === undefined) return { keys: [], apiKeys: [] }
  const keys = readAccounts(accountsFile)
  for (const sentence of openSecret(accountsFile)) log.warn({}, sentence)
  return keys
}

/** A host name that the server listens on is a base domain as well; IP addresses are known to wire/address.ts. */
function domainsOf({ domains, host }: Config): readonly string[] {
  return /^[0-9.]+$|:/.test(host) ? domains : [...domains, host.toLowerCase()]
}
