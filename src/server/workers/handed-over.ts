/**
 * Connections on their way to a worker. node:cluster accepts them in the first process, sends them over and closes its own end when
 * the worker says that it has them. A worker that is killed never says so, and its clients would wait for ever on an end
 * that nobody reads: here it is closed.
 */
import type { Worker } from 'node:cluster'

/** What node:cluster sends: a handle of libuv, which node's types do not know. */
interface Handle {
  /** Negative once it is closed. */
  readonly fd: number
  close(): void
}

/** Once for each worker, before the first connection can go to it. */
export function closeWhenLost({ process }: Worker): void {
  const underWay = new Set<Handle>()
  let isGone = false
  const send = process.send.bind(process) as (...words: readonly unknown[]) => boolean
  const watched = (message: unknown, handle?: unknown, ...more: readonly unknown[]): boolean => {
    for (const earlier of underWay) if (earlier.fd < 0) underWay.delete(earlier)
    const sent = send(message, handle, ...more)
    if (isHandle(handle)) underWay.add(handle)
    if (isGone) closeAll(underWay)
    return sent
  }
  Object.assign(process, { send: watched })
  process.once('exit', () => {
    isGone = true
    closeAll(underWay)
  })
}

function isHandle(handle: unknown): handle is Handle {
  return typeof handle === 'object' && handle !== null && 'fd' in handle && 'close' in handle
}

function closeAll(handles: Set<Handle>): void {
  for (const handle of handles) if (handle.fd >= 0) handle.close()
  handles.clear()
}
