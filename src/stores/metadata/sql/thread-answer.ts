/** Work on a thread of its own that answers once: who asks waits, and does nothing else. */
import { Worker } from 'node:worker_threads'
import { revive, type Described } from './messages.ts'

export interface Asked {
  /** The module beside this one, without its ending: TypeScript in development, JavaScript in a release. */
  readonly module: 'integrity' | 'snapshot-thread'
  readonly workerData: object
  /** Ends the thread. */
  readonly signal?: AbortSignal | undefined
}

/** Rejects with what the thread says is wrong, and where it ends without an answer. */
export async function threadAnswer<Answer extends object>(asked: Asked): Promise<Answer> {
  const { module, workerData, signal } = asked
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const worker = new Worker(new URL(`./${module}.${ending}`, import.meta.url), { workerData })
  const { promise, resolve, reject } = Promise.withResolvers<Answer | { error: Described }>()
  worker.on('message', resolve)
  worker.on('error', reject)
  worker.on('exit', () => reject(new Error(`the thread of ${module} ended without an answer`)))
  const end = (): void => void worker.terminate()
  signal?.addEventListener('abort', end)
  if (signal?.aborted === true) end()
  const message = await promise.finally(() => signal?.removeEventListener('abort', end))
  if ('error' in message) throw revive(message.error)
  return message
}
