/** Everything is built here, and joined here, and nowhere else. */
import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { Accelerator } from '../base/accelerator.ts'
import type { Chance } from '../base/chance.ts'
import { systemStopwatch, type Clock, type Instant } from '../base/clock.ts'
import { Holds } from '../base/holds.ts'
import { BlobNames } from '../base/ids.ts'
import { Buckets } from '../domain/buckets.ts'
import { Objects } from '../domain/objects.ts'
import type { Settings } from '../domain/settings.ts'
import { Uploads } from '../domain/uploads.ts'
import type { Credentials } from '../identity/account.ts'
import type { Realm } from '../identity/realm.ts'
import type { Tokens } from '../identity/tokens.ts'
import { aws } from '../model/dialects/aws.ts'
import type { Dialect } from '../model/dialects/dialect.ts'
import type { Service } from '../operations/service.ts'
import { combine, composite, multipartEtag } from '../payload/checksums/combine.ts'
import { loadHashers } from '../payload/checksums/hashers.ts'
import type { Envelopes } from '../payload/encryption/envelope.ts'
import { createEnvelopes } from '../payload/encryption/envelopes.ts'
import { createEmit } from '../payload/emit.ts'
import { createIngest } from '../payload/ingest.ts'
import { FileMaker } from '../stores/blobs/file-maker.ts'
import { openFileBlobs } from '../stores/blobs/files.ts'
import { nodeFiles } from '../stores/blobs/file-system.ts'
import { timedSyncs } from '../stores/blobs/timed-syncs.ts'
import { unsynced } from '../stores/blobs/unsynced.ts'
import type { BlobStore } from '../stores/blobs/store.ts'
import type { KeyStores } from '../stores/keys/key-stores.ts'
import { openSqliteMetadata, type SqliteOptions } from '../stores/metadata/sqlite.ts'
import type { MetadataStore } from '../stores/metadata/store.ts'
import type { Durability } from './keeping-options.ts'
import { RequestService, type Asked } from './request-service.ts'
import { storeMeters, type StoreMeters } from './store-meters.ts'

export interface StoreParts {
  /** Path of the data folder, which exists. */
  readonly data: string
  readonly clock: Clock
  readonly chance: Chance
  readonly onFatal: (error: unknown) => void
  /** Full unless told. */
  readonly durability?: Durability
  /** What the stores do is counted into these. */
  readonly meters?: StoreMeters
  readonly accelerator?: Accelerator | undefined
  /** As SqliteOptions say. */
  readonly rehearses?: boolean
}

export interface Stores extends AsyncDisposable {
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  /** Of all blobs that this process puts. */
  readonly names: BlobNames
}

export type OpenMetadata = (options: SqliteOptions) => Promise<MetadataStore>

/** Takes the data folder for this process alone, unless `open` says otherwise; rejects when another one has it. */
export async function openStores(
  parts: StoreParts,
  open: OpenMetadata = openSqliteMetadata,
): Promise<Stores> {
  const { data, clock, chance, onFatal, durability = 'full', meters = storeMeters() } = parts
  const { accelerator, rehearses = false } = parts
  const directory = join(data, 'blobs')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  await using undo = new AsyncDisposableStack()
  const file = join(data, 'metadata.sqlite')
  const metadata = undo.use(
    await open({
      file,
      clock,
      onFatal,
      syncsCommits: durability === 'full',
      meters: meters.metadata,
      rehearses,
    }),
  )
  const files = nodeFiles({ accelerator, maker: undo.use(new FileMaker()) })
  const fileSystem =
    durability === 'none' ? unsynced(files) : timedSyncs(files, meters.syncs, systemStopwatch)
  const names = new BlobNames(metadata.epoch, chance)
  const kept = { directory, onFatal, fileSystem, names, accelerator }
  const blobs = undo.use(await openFileBlobs(kept))
  syncFolder(data)
  const opened = undo.move()
  return { metadata, blobs, names, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

/** The names of what was just made in it are durable before anything is acknowledged. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  fsyncSync(descriptor)
  closeSync(descriptor)
}

export interface Parts {
  readonly stores: Omit<Stores, typeof Symbol.asyncDispose>
  readonly keys: KeyStores
  readonly settings: Settings
  readonly credentials: Credentials
  /** Absent where the token service is off. */
  readonly tokens?: Tokens | undefined
  readonly chance: Chance
  /** Told of bytes on their way to the disk. Throws where there is no room for them. */
  readonly takeRoom: (sizeBytes: number) => void
  readonly accelerator?: Accelerator | undefined
}

/** What the gateway needs of the whole. */
export interface Composed {
  /** What requests hold of the stored bytes: reclaim leaves it alone. */
  readonly holds: Holds
  readonly metadata: MetadataStore
  readonly envelopes: Envelopes
  readonly tokens: Tokens | undefined
  readonly dialect: Dialect
  /** What signatures are checked against at this moment. */
  realm(now: Instant): Realm
  /** What the operation of one request is handed. */
  serviceFor(asked: Asked): Service
}

export async function compose(parts: Parts): Promise<Composed> {
  const { stores, keys, settings, credentials, tokens, chance, takeRoom, accelerator } = parts
  const { metadata, blobs, names } = stores
  const { dialect = aws } = settings
  const { presignedSecondsMax } = dialect
  await loadHashers()
  const holds = new Holds()
  const digests = { combine, composite, multipartEtag }
  const shared = {
    metadata,
    settings,
    buckets: new Buckets({ metadata, settings }),
    objects: new Objects({ metadata }),
    uploads: new Uploads({ metadata, settings, chance, digests }),
    holds,
    ingest: createIngest({ blobs, names, holds, metadata, takeRoom, accelerator }),
    emit: createEmit({ blobs, metadata, holds }),
    envelopes: createEnvelopes({ ...keys, chance }),
    accountOf: (canonicalId: string) => credentials.account(canonicalId),
    accountsWithEmail: (email: string) => credentials.accountsWithEmail(email),
  }
  return {
    holds,
    metadata,
    envelopes: shared.envelopes,
    tokens,
    dialect,
    realm: (now) => ({ credentials, region: settings.region, now, presignedSecondsMax, tokens }),
    serviceFor: (asked) => new RequestService(shared, asked),
  }
}
