/**
 * Checkpoints are ours (decision 20), and they run on a thread of their own (sql/checkpointer.ts): a commit does not wait
 * for pages on their way back into the database. The log can only begin anew once all of it is written back, which
 * under load never happens by itself; so when it is long, the writer writes the short rest back between two groups.
 */
import { Worker } from 'node:worker_threads'
import type { SharedHistogram } from '../../../base/histogram.ts'
import type { Connection } from './connection.ts'
import type { FromCheckpointer } from './messages.ts'
import { revive } from './messages.ts'

export interface CheckpointsParts {
  readonly file: string
  /** The writer's. */
  readonly db: Connection
  /** Counts each that wrote something back. */
  readonly seconds: SharedHistogram
  /** Told of what the engine says, on whichever thread. */
  readonly onError: (error: unknown) => void
}

export class Checkpoints {
  readonly #parts: CheckpointsParts
  readonly #worker: Worker
  readonly #ended = Promise.withResolvers<void>()
  #isFinished = false

  constructor(parts: CheckpointsParts) {
    this.#parts = parts
    this.#worker = new Worker(checkpointerModule(), {
      workerData: { file: parts.file, seconds: parts.seconds },
      // It makes next to no objects.
      resourceLimits: { maxYoungGenerationSizeMb: 2 },
    })
    this.#worker.on('message', (message: FromCheckpointer) => this.#take(message))
    this.#worker.on('error', parts.onError)
    this.#worker.on('exit', () => this.#ended.resolve())
  }

  /** Everything into the database file, and an empty log. */
  async finish(): Promise<void> {
    this.#isFinished = true
    this.#worker.postMessage('close', [])
    await this.#ended.promise
    this.#parts.db.get('PRAGMA wal_checkpoint(TRUNCATE)')
  }

  stop(): void {
    this.#isFinished = true
    void this.#worker.terminate()
  }

  #take(message: FromCheckpointer): void {
    if (this.#isFinished) return
    if (message.kind === 'failed') return this.#parts.onError(revive(message.error))
    try {
      this.#parts.db.get('PRAGMA wal_checkpoint(PASSIVE)')
      this.#worker.postMessage('goOn', [])
    } catch (error) {
      this.#parts.onError(error)
    }
  }
}

/** In development this module is TypeScript and so is the other; in a release both are JavaScript. */
function checkpointerModule(): URL {
  const name = import.meta.url.endsWith('.ts') ? './checkpointer.ts' : './checkpointer.js'
  return new URL(name, import.meta.url)
}
