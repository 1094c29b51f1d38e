/** The calling thread's side of a snapshot: it waits, and does nothing else. */
import { Worker } from 'node:worker_threads'
import { revive, type Described } from './messages.ts'

export interface SnapshotData {
  readonly file: string
  readonly to: string
  readonly bytesPerSecond: number
}

export type FromSnapshot = { readonly sha256: string } | { readonly error: Described }

/** Resolves with the SHA-256 of the copy once its bytes are durable; its name is not yet. Rejects when `signal` ends the thread. */
export async function copyOnThread(
  workerData: SnapshotData,
  signal: AbortSignal | undefined,
): Promise<string> {
  const name = import.meta.url.endsWith('.ts') ? './snapshot-thread.ts' : './snapshot-thread.js'
  const worker = new Worker(new URL(name, import.meta.url), { workerData })
  const { promise, resolve, reject } = Promise.withResolvers<FromSnapshot>()
  worker.on('message', resolve)
  worker.on('error', reject)
  worker.on('exit', () => reject(new Error('the thread that copies the database ended')))
  const end = (): void => void worker.terminate()
  signal?.addEventListener('abort', end)
  const message = await promise.finally(() => signal?.removeEventListener('abort', end))
  if ('error' in message) throw revive(message.error)
  return message.sha256
}
