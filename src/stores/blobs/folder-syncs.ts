/**
 * Folder syncs shared by everyone who waits for one: while a sync of a folder runs, the next batch gathers.
 *
 * A caller is served by a sync that began after it asked, so its entry is in it.
 */

interface Batches {
  running: Promise<void>
  next: Promise<void> | undefined
}

export class FolderSyncs {
  readonly #sync: (folder: string) => Promise<void>
  readonly #batches = new Map<string, Batches>()

  constructor(sync: (folder: string) => Promise<void>) {
    this.#sync = sync
  }

  /** Resolves once every entry that `folder` had when this was called is durable. */
  sync(folder: string): Promise<void> {
    const batches = this.#batches.get(folder)
    if (batches === undefined) return this.#start(folder)
    batches.next ??= this.#after(batches.running, folder)
    return batches.next
  }

  /** Waits for the running sync, whatever became of it, and starts the one for those who came meanwhile. */
  async #after(running: Promise<void>, folder: string): Promise<void> {
    await Promise.allSettled([running])
    await this.#start(folder)
  }

  #start(folder: string): Promise<void> {
    const running = this.#sync(folder)
    const batches: Batches = { running, next: undefined }
    this.#batches.set(folder, batches)
    const forget = (): void => {
      if (batches.next === undefined) this.#batches.delete(folder)
    }
    void running.then(forget, forget)
    return running
  }
}
