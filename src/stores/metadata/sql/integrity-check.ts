/** SQLite's own check of its file, on a thread of its own: it reads all of it, which nobody shall wait for. */
import type { Described } from './messages.ts'
import { threadAnswer } from './thread-answer.ts'

export interface IntegrityData {
  readonly file: string
  readonly full: boolean
}

interface Found {
  readonly found: readonly string[]
}

export type FromIntegrity = Found | { readonly error: Described }

/** What SQLite found, none when all is well. Rejects when the file cannot be opened, and when `signal` ends the check. */
export async function checkIntegrity(
  file: string,
  full: boolean,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const workerData: IntegrityData = { file, full }
  const { found } = await threadAnswer<Found>({ module: 'integrity', workerData, signal })
  return found
}
