/** What requests meet: the rules composed over the stores, the gateway and the door. */
import type { Found } from '../base/accelerator.ts'
import type { Chance } from '../base/chance.ts'
import type { Clock } from '../base/clock.ts'
import type { Settings } from '../domain/settings.ts'
import type { ServerFacts } from '../identity/doctor/alternative.ts'
import { dialects } from '../model/dialects/named.ts'
import type { Log } from '../observe/log.ts'
import { RequestMeters } from '../observe/requests.ts'
import type { KeyStores } from '../stores/keys/key-stores.ts'
import { compose, type Composed, type Stores } from './compose.ts'
import type { Config } from './config.ts'
import { DiskRoom } from './disk-room.ts'
import { Doctor } from './doctor.ts'
import { telling } from './durability.ts'
import { sayingFull } from './full-disk.ts'
import { Gateway } from './gateway.ts'
import { known, type Identities } from './identities.ts'
import { urlOf } from './listen-address.ts'
import { listen, type DoorCounts, type Listener, type Serve } from './listener.ts'
import { opening } from './opening.ts'
import { rehearse } from './rehearsal.ts'
import type { Timings } from './timings.ts'

/** More connections than this wait in the kernel's queue: each can hold a socket and a file, of which a process has few. */
const connectionsMax = 4096

export interface FrontParts {
  readonly config: Config
  /** Path of the data folder. */
  readonly data: string
  readonly stores: Stores
  readonly keys: KeyStores
  readonly identities: Identities
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Log
  readonly timings: Timings
  readonly acceleration: Found
  /** What the door leads to, given the gateway's. */
  readonly wrapped?: (serve: Serve) => Serve
}

export interface Door extends AsyncDisposable {
  /** e.g. http://127.0.0.1:9000 */
  readonly endpoint: string
  readonly port: number
}

export interface Front extends AsyncDisposable {
  readonly s3: Composed
  readonly gateway: Gateway
  readonly requests: RequestMeters
  readonly room: DiskRoom
  /** Undefined before it is open. */
  readonly door: () => DoorCounts | undefined
  /** One request that no client sends, on stores of its own. */
  readonly rehearse: () => Promise<unknown>
  /** Requests are answered once it resolves; disposed, it finishes what is in flight. Throws ConfigError. */
  open(): Promise<Door>
}

/** What is known once the door is open. */
interface Bound {
  readonly endpoint: string
  readonly port: number
  readonly listener: Listener | undefined
}

/** Everything but the open door. The stores stay the caller's to close. */
export async function prepareFront(parts: FrontParts): Promise<Front> {
  const { config, data, stores, keys, identities, clock, chance, log, timings } = parts
  const { diskReserveBytes: reserveBytes, workers } = config
  await using undo = new AsyncDisposableStack()
  const bound: Bound = { endpoint: '', port: 0, listener: undefined }
  const settings = settingsOf(config, bound)
  const room = undo.use(await DiskRoom.open({ folder: data, reserveBytes, log, sharers: workers }))
  const kept = { ...stores, blobs: sayingFull(stores.blobs, room) }
  const { accelerator } = parts.acceleration
  const takeRoom = room.take
  const given = { ...known(identities), keys, settings, chance, takeRoom, accelerator }
  const s3 = await compose({ ...given, stores: kept })
  const domains = domainsOf(config)
  const facts = (): ServerFacts => ({ region: config.region, domains, port: bound.port })
  const perSecond = config.doctorRate / workers
  const doctor = new Doctor({ log, clock, perSecond, facts })
  const requests = new RequestMeters()
  const gateway = new Gateway({ s3, room, domains, clock, log, requests, doctor, timings })
  const { wrapped = (serve) => serve } = parts
  const serve = wrapped(telling(gateway.serve, config.durability))
  const prepared = undo.move()
  return {
    s3,
    gateway,
    requests,
    room,
    door: () => bound.listener?.counts,
    rehearse: () => rehearse(given),
    open: async () => {
      const { host, port, tls } = config
      const door = { host, port, tls, connectionsMax, timings, clock, chance }
      const listener = await opening('--listen', config, () => listen(serve, door))
      const { port: found } = listener
      const endpoint = urlOf({ host, port: found }, tls !== undefined)
      Object.assign(bound, { endpoint, port: found, listener })
      const close = async (): Promise<void> => {
        gateway.stop()
        await listener.close()
      }
      return { endpoint, port: found, [Symbol.asyncDispose]: close }
    },
    [Symbol.asyncDispose]: () => prepared.disposeAsync(),
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

/** A host name that the server listens on is a base domain as well; IP addresses are known to wire/address.ts. */
function domainsOf({ domains, host }: Config): readonly string[] {
  return /^[0-9.]+$|:/.test(host) ? domains : [...domains, host.toLowerCase()]
}
