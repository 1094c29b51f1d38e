/** How many workers serve, said to monitors. */
import type { Reply } from '../../wire/exchange.ts'
import type { Serve } from '../listener.ts'

const header = 'x-ashlar-workers'
const monitors = /^\/-\/(?:live|ready)(?:$|\?)/

/** The header that says it, e.g. `3 of 4`. */
export function workersField(serving: number, workers: number): readonly [string, string] {
  return [header, `${serving} of ${workers}`]
}

/** Answers to monitors carry `field`. */
export function countingWorkers(serve: Serve, field: () => readonly [string, string]): Serve {
  return (exchange, send) => {
    if (!monitors.test(exchange.target)) return serve(exchange, send)
    const told = (reply: Reply): Reply => ({
      ...reply,
      headers: [...reply.headers, field()],
    })
    return serve(exchange, (reply) => send(told(reply)))
  }
}
