/** What takes a moment to come: a line on its way through a pipe, a socket that the other side has yet to close. */
import { setTimeout as sleep } from 'node:timers/promises'

/** Long, for a machine may be busy: a new worker has taken fourteen seconds. Whoever sees it at once does not wait. */
const waitMsMax = 120_000
const betweenMs = 20

/** Resolves as soon as `look` sees it, or with false when it has not in `waitMs`. */
export async function until(
  look: () => boolean | Promise<boolean>,
  waitMs: number = waitMsMax,
): Promise<boolean> {
  for (const end = performance.now() + waitMs; performance.now() < end;) {
    if (await look()) return true
    await sleep(betweenMs)
  }
  return await look()
}
