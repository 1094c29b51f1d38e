/**
 * A world that stands still at its Nth moment, as it does for a process that is killed there. Moments lie before and after
 * every call of the file system and of the metadata store; what asks afterwards is never answered.
 */
import {
  nodeFileSystem,
  type FileSystem,
  type OpenFile,
} from '../../src/stores/blobs/file-system.ts'
import type { MetadataStore } from '../../src/stores/metadata/store.ts'

export class HaltingWorld implements FileSystem {
  moments = 0
  /** Where it stands; '' as long as it goes on. */
  at = ''
  /** Resolves when it stands still. */
  readonly halted: Promise<void>
  readonly #nth: number
  readonly #halt: () => void
  /** What the kernel or the writer has in hand: no kill takes it back. */
  readonly #underWay = new Set<Promise<unknown>>()
  readonly #open = new Set<OpenFile>()

  constructor(nth: number) {
    this.#nth = nth
    const { promise, resolve } = Promise.withResolvers<void>()
    this.halted = promise
    this.#halt = resolve
  }

  create = (path: string): Promise<OpenFile> =>
    this.#do('create', async () => this.#wrap(await nodeFileSystem.create(path)))
  open = (path: string): Promise<OpenFile> =>
    this.#do('open', async () => this.#wrap(await nodeFileSystem.open(path)))
  unlink = (path: string): Promise<void> => this.#do('unlink', () => nodeFileSystem.unlink(path))
  makeFolder = (path: string): Promise<void> =>
    this.#do('makeFolder', () => nodeFileSystem.makeFolder(path))
  syncFolder = (path: string): Promise<void> =>
    this.#do('syncFolder', () => nodeFileSystem.syncFolder(path))
  readFolder = (path: string): Promise<readonly string[]> =>
    this.#do('readFolder', () => nodeFileSystem.readFolder(path))

  /** The store, each of whose calls has its moments. */
  metadata = (store: MetadataStore): MetadataStore =>
    new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target)
        if (typeof member !== 'function' || typeof name !== 'string') return member
        return (...given: unknown[]) =>
          this.#do(name, async (): Promise<unknown> => Reflect.apply(member, target, given))
      },
    })

  /** Once what was under way has come to its end; the kernel closes what a dead process had open. */
  async leave(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay)
    for (const file of this.#open) await file.close()
  }

  async #do<T>(name: string, work: () => Promise<T>): Promise<T> {
    await this.#moment(`before ${name}`)
    const done = work()
    this.#underWay.add(done)
    try {
      return await done
    } finally {
      this.#underWay.delete(done)
      await this.#moment(`after ${name}`)
    }
  }

  #moment(at: string): Promise<void> | undefined {
    this.moments += 1
    if (this.moments < this.#nth) return undefined
    if (this.at === '') this.at = at
    this.#halt()
    return new Promise(() => undefined)
  }

  #wrap(file: OpenFile): OpenFile {
    this.#open.add(file)
    return {
      read: (into, position) => this.#do('read', () => file.read(into, position)),
      write: (bytes, position) => this.#do('write', () => file.write(bytes, position)),
      sizeBytes: () => file.sizeBytes(),
      syncData: () => this.#do('syncData', () => file.syncData()),
      close: () =>
        this.#do('close', async () => {
          this.#open.delete(file)
          await file.close()
        }),
    }
  }
}
