/**
 * A world that stands still at its Nth moment, as it does for a process that is killed there. Moments lie before and after
 * every call of the file system and of the metadata store; what asks afterwards is never answered.
 */
import type { FileSystem, OpenFile } from '../../src/stores/blobs/file-system.ts'
import type { MetadataStore } from '../../src/stores/metadata/store.ts'
import { callsThrough, filesSeen } from './calls-through.ts'

export class HaltingWorld {
  moments = 0
  /** Where it stands; '' as long as it goes on. */
  at = ''
  /** Resolves when it stands still. */
  readonly halted: Promise<void>
  readonly files: FileSystem
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
    const seen = filesSeen((file) => this.#seen(file))
    this.files = callsThrough((name, work) => this.#do(name, work), seen)
  }

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
    for (const file of this.#open) await this.#close(file)
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

  #seen(file: OpenFile): OpenFile {
    this.#open.add(file)
    return {
      read: (into, position) => file.read(into, position),
      write: (bytes, position) => file.write(bytes, position),
      sizeBytes: () => file.sizeBytes(),
      syncData: () => file.syncData(),
      close: () => this.#close(file),
    }
  }

  /** Once: its descriptor may be another file's by then. */
  async #close(file: OpenFile): Promise<void> {
    if (this.#open.delete(file)) await file.close()
  }
}
