/** How many workers serve, said to monitors. */
import type { Reply } from '../../wire/exchange.ts'
import type { Serve } from '../listener.ts'

const header = 'x-ashlar-workers'
const monitors = /^\/-\/(?:live|ready)(?:$|\?)/

/** Answers to monitors carry `count`, e.g. `3 of 4`. */
export function countingWorkers(serve: Serve, count: () => string): Serve {
  return (exchange, send) => {
    if (!monitors.test(exchange.target)) return serve(exchange, send)
    const told = (reply: Reply): Reply => ({
      ...reply,
      headers: [...reply.headers, [header, count()]],
    })
    return serve(exchange, (reply) => send(told(reply)))
  }
}
