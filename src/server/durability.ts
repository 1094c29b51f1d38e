/**
 * How much of what was acknowledged a power cut may take. Anything less than all of it kept is said at the start, in the log, by the
 * paths for monitors and with every answer to a write.
 */
import type { Log } from '../observe/log.ts'
import type { Reply } from '../wire/exchange.ts'
import type { Durability } from './keeping-options.ts'
import type { Serve } from './listener.ts'

/** What each level may lose; the same words everywhere. */
const losses: Readonly<Record<Exclude<Durability, 'full'>, string>> = {
  'metadata-async':
    'a power cut may take back the writes and deletes that were acknowledged in about the last second',
  none: 'a power cut may take back writes and deletes of the last minutes, and leave objects of that time unreadable',
}

/** The sentence of a relaxed level; undefined for full. */
export function lossOf(durability: Durability): string | undefined {
  return durability === 'full' ? undefined : losses[durability]
}

export function warnOf(durability: Durability, log: Log): void {
  const loss = lossOf(durability)
  if (loss !== undefined) log.warn({ durability }, `durability is relaxed: ${loss}`)
}

const header = 'x-ashlar-durability'
/** Methods that change nothing. */
const reading: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])
const monitors = /^\/-\//

/** What an answer says of a relaxed level; nothing of full. */
export function durabilityFields(durability: Durability): Reply['headers'] {
  return durability === 'full' ? [] : [[header, `relaxed; level=${durability}`]]
}

/** Where durability is relaxed every answer of success to a write says so, and so does what monitors ask. */
export function telling(serve: Serve, durability: Durability): Serve {
  if (durability === 'full') return serve
  const fields = durabilityFields(durability)
  return (exchange, send) => {
    const isTold = !reading.has(exchange.method) || monitors.test(exchange.target)
    const told = (reply: Reply): Reply =>
      isTold && reply.status < 400 ? { ...reply, headers: [...reply.headers, ...fields] } : reply
    return serve(exchange, (reply) => send(told(reply)))
  }
}
