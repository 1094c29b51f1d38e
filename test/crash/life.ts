/** The whole service in this process, on a blob store whose file system is handed in: one life of it after another. */
import { join } from 'node:path'
import { mkdirSync } from 'node:fs'
import { systemChance } from '../../src/base/chance.ts'
import { BlobNames, type FileId } from '../../src/base/ids.ts'
import { systemClock } from '../../src/base/clock.ts'
import { credentialsOf } from '../../src/server/accounts.ts'
import { compose, type Composed, type Stores } from '../../src/server/compose.ts'
import { OrphanJob } from '../../src/jobs/orphans.ts'
import { PackKeeper } from '../../src/jobs/pack-keeper.ts'
import { ReclaimJob } from '../../src/jobs/reclaim.ts'
import type { Service } from '../../src/operations/service.ts'
import { openBlobExaminer, type BlobExaminer } from '../../src/stores/blobs/examiner.ts'
import { openFileBlobs } from '../../src/stores/blobs/files.ts'
import type { FileSystem } from '../../src/stores/blobs/file-system.ts'
import { memoryKeys } from '../../src/stores/keys/memory.ts'
import { openSqliteMetadata } from '../../src/stores/metadata/sqlite.ts'
import type { MetadataStore } from '../../src/stores/metadata/store.ts'
import { alice, noon } from '../operations/memory-service.ts'

interface Parts {
  readonly stores: Stores
  /** With nothing in between. */
  readonly metadata: AsyncDisposable
  readonly s3: Composed
  readonly examiner: BlobExaminer
}

export class Life implements AsyncDisposable {
  /** What ended the trust in the disk. */
  fatal: unknown
  readonly #stores: Stores
  readonly #metadata: AsyncDisposable
  readonly #s3: Composed
  readonly #examiner: BlobExaminer

  /** `through` may stand between the service and its metadata. */
  static async begin(
    data: string,
    fileSystem: FileSystem,
    through = (metadata: MetadataStore): MetadataStore => metadata,
  ): Promise<Life> {
    const directory = join(data, 'blobs')
    mkdirSync(directory, { recursive: true })
    const told: { life?: Life } = {}
    const onFatal = (error: unknown): void => {
      if (told.life !== undefined) told.life.fatal = error
    }
    const metadata = await openSqliteMetadata({ file: join(data, 'metadata.sqlite'), onFatal })
    const names = new BlobNames(metadata.epoch, systemChance)
    const ahead = { names, namesAfter: 0 }
    const blobs = await openFileBlobs({ directory, onFatal, fileSystem, ...ahead })
    const close = async (): Promise<void> => {
      await blobs[Symbol.asyncDispose]()
      await metadata[Symbol.asyncDispose]()
    }
    const stores: Stores = {
      metadata: through(metadata),
      blobs,
      names,
      [Symbol.asyncDispose]: close,
    }
    const settings = {
      region: 'us-east-1',
      defaultChecksum: 'CRC64NVME',
      defaultEncryption: 'none',
      customerKeysOverHttp: false,
      endpoint: '',
    } as const
    const credentials = credentialsOf([])
    const s3 = await compose({
      stores,
      settings,
      keys: memoryKeys(),
      credentials,
      chance: systemChance,
      takeRoom: () => undefined,
    })
    const examiner = await openBlobExaminer(directory, fileSystem)
    told.life = new Life({ stores, metadata, s3, examiner })
    return told.life
  }

  private constructor({ stores, metadata, s3, examiner }: Parts) {
    this.#stores = stores
    this.#metadata = metadata
    this.#s3 = s3
    this.#examiner = examiner
  }

  async service(name: string): Promise<Service> {
    const bucket = await this.#s3.metadata.getBucket(name)
    const signal = new AbortController().signal
    const exchange = { arrived: noon, signal, peer: { address: '', secure: false } }
    const permit = { bucket, judge: undefined }
    return this.#s3.serviceFor({ caller: alice, mayUseKms: true, permit, exchange })
  }

  async hasBucket(name: string): Promise<boolean> {
    return (await this.#s3.metadata.getBucket(name)) !== undefined
  }

  /** Both jobs until they have nothing to do, as far as the disk lets them. */
  async reclaim(): Promise<void> {
    const { metadata, blobs, names } = this.#stores
    const setAside = (file: FileId): Promise<void> => blobs.remove(file)
    const packs = new PackKeeper({ metadata, blobs, names, examiner: this.#examiner, setAside })
    const clock = { now: () => systemClock.now() + 10_000 }
    const holds = this.#s3.holds
    for (const job of [
      new OrphanJob({ metadata, blobs, setAside }),
      new ReclaimJob({ metadata, blobs, holds, packs, clock, graceMs: 0 }),
    ]) {
      try {
        while (await job.step());
      } catch {
        // The next life finds what this one could not remove.
      }
    }
  }

  /** Gives the database free, and waits for nothing else: for a life whose blobs are never answered again. */
  async abandon(): Promise<void> {
    await this.#metadata[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stores[Symbol.asyncDispose]()
  }
}
