/** The pace at which a client has to take what waits for it. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Timings } from './timings.ts'

export interface Paced {
  readonly message: IncomingMessage
  readonly response: ServerResponse
  readonly timings: Timings
}

/**
 * So many quiet looks make a stall. The first look after a write that the system took a part of is never quiet: Node holds what is
 * left of it against all of it, and takes the difference for life.
 */
const stallLooks = 6

/**
 * Until disposed: who takes nothing for `writeStallMs` (a sixth more at most) is cut off, and so is who takes something now
 * and then, once it should have had all that waits. The timeout of the socket stays set.
 */
export function watchPace({ message: { socket }, response, timings }: Paced): Disposable {
  const lookMs = timings.writeStallMs / stallLooks
  const pacedMs = (1000 * response.writableLength) / timings.answerBytesPerSecondMin
  const slow = setTimeout(() => socket.destroy(), timings.writeStallMs + pacedMs)
  let quietLooks = 0
  let moved: NodeJS.Timeout | undefined
  const onQuiet = (): void => {
    quietLooks += 1
    if (quietLooks === stallLooks) socket.destroy()
    // Node tells only of quiet looks: where the next one does not come in time, something was taken.
    moved ??= setTimeout(() => {
      quietLooks = 0
    }, 1.5 * lookMs)
    moved.refresh()
    socket.setTimeout(lookMs)
  }
  response.on('timeout', onQuiet)
  socket.setTimeout(lookMs)
  return {
    [Symbol.dispose]: () => {
      clearTimeout(slow)
      clearTimeout(moved)
      response.off('timeout', onQuiet)
    },
  }
}
