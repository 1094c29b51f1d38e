/** SQLite's own check of its file, on a thread of its own: it reads all of it, which nobody shall wait for. */
import { Worker } from 'node:worker_threads'
import { revive, type Described } from './messages.ts'

export interface IntegrityData {
  readonly file: string
  readonly full: boolean
}

export type FromIntegrity = { readonly found: readonly string[] } | { readonly error: Described }

/** What SQLite found, none when all is well. Rejects when the file cannot be opened. */
export async function checkIntegrity(file: string, full: boolean): Promise<readonly string[]> {
  const name = import.meta.url.endsWith('.ts') ? './integrity.ts' : './integrity.js'
  const workerData: IntegrityData = { file, full }
  const worker = new Worker(new URL(name, import.meta.url), { workerData })
  const { promise, resolve, reject } = Promise.withResolvers<FromIntegrity>()
  worker.on('message', resolve)
  worker.on('error', reject)
  worker.on('exit', () => reject(new Error('the thread that checks the database ended')))
  const message = await promise
  if ('error' in message) throw revive(message.error)
  return message.found
}
