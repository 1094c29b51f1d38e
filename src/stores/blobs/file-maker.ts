/**
 * Makes new files on a thread of its own, many in one message. Each by itself costs a trip to one of libuv's threads, which
 * then stand in line for the one lock of their folder: measured in docs/decisions/0027-files-made-ahead.md.
 */
import { Worker } from 'node:worker_threads'

/** Paths of files that are to be made. */
export type ToMaker = readonly string[]

/** Their descriptors, or why there are none. */
export type FromMaker =
  | { readonly descriptors: readonly number[] }
  | { readonly error: Readonly<Record<'message' | 'code' | 'syscall', string>> }

interface Waiting {
  readonly resolve: (descriptors: readonly number[]) => void
  readonly reject: (error: Error) => void
}

export class FileMaker implements AsyncDisposable {
  readonly #ended = Promise.withResolvers<void>()
  /** In the order of their messages, which is that of the answers. */
  readonly #waiting: Waiting[] = []
  #worker: Worker | undefined
  #isOver = false

  /**
   * Descriptors of new empty files, for writing. All of them or none: rejects with the error of the first that could not be
   * made. The thread begins with the first call.
   */
  make(paths: readonly string[]): Promise<readonly number[]> {
    if (this.#isOver) return Promise.reject(noThread())
    this.#worker ??= this.#begun()
    const { promise, resolve, reject } = Promise.withResolvers<readonly number[]>()
    if (this.#waiting.length === 0) this.#worker.ref()
    this.#waiting.push({ resolve, reject })
    this.#worker.postMessage(paths satisfies ToMaker, [])
    return promise
  }

  /** Whoever waits is answered first. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    if (this.#worker === undefined) return
    while (this.#waiting.length > 0) await this.#nextAnswer()
    await this.#worker.terminate()
    await this.#ended.promise
  }

  #begun(): Worker {
    const worker = new Worker(threadModule(), {
      // It makes next to no objects.
      resourceLimits: { maxYoungGenerationSizeMb: 1 },
      // What it opens belongs to the process.
      trackUnmanagedFds: false,
    })
    worker.on('message', (answer: FromMaker) => this.#take(answer))
    worker.on('error', () => undefined)
    worker.on('exit', () => this.#exited())
    // It keeps no process alive, but a waiting call does.
    worker.unref()
    return worker
  }

  #take(answer: FromMaker): void {
    const waiting = this.#waiting.shift()
    if (this.#waiting.length === 0) this.#worker?.unref()
    if ('descriptors' in answer) return waiting?.resolve(answer.descriptors)
    const { message, code, syscall } = answer.error
    waiting?.reject(Object.assign(new Error(message), { code, syscall }))
  }

  #nextAnswer(): Promise<unknown> {
    return new Promise((resolve) => {
      this.#worker?.once('message', resolve)
      this.#worker?.once('exit', resolve)
    })
  }

  #exited(): void {
    this.#isOver = true
    for (const { reject } of this.#waiting.splice(0)) reject(noThread())
    this.#ended.resolve()
  }
}

/** Nothing was made, as where a file cannot be opened. */
function noThread(): Error {
  return Object.assign(new Error('there is no thread that makes files'), { syscall: 'open' })
}

/** In development this module is TypeScript and so is the other; in a release both are JavaScript. */
function threadModule(): URL {
  const name = import.meta.url.endsWith('.ts') ? './file-maker-thread.ts' : './file-maker-thread.js'
  return new URL(name, import.meta.url)
}
