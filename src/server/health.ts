/**
 * Paths for monitors, on the S3 port and without a signature: `/-/live` while the process runs, `/-/ready` while it takes
 * requests. '-' can never be the name of a bucket.
 */
import type { Address } from '../wire/address.ts'
import type { Exchange, Reply } from '../wire/exchange.ts'

/** The answer, when the request is a monitor's. */
export function healthOf(
  exchange: Exchange,
  address: Address,
  stopping: boolean,
): Reply | undefined {
  if (address.bucket !== '-' || address.virtualHost) return undefined
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') return undefined
  if (address.key === 'live') return liveness()
  return address.key === 'ready' ? readiness(stopping ? 'stopping' : 'ok') : undefined
}

/** An answer in one piece. */
export interface WholeReply extends Reply {
  readonly body: Uint8Array
}

export function liveness(): WholeReply {
  return said(200, 'ok')
}

export type Readiness = 'ok' | 'starting' | 'stopping'

export function readiness(word: Readiness): WholeReply {
  return said(word === 'ok' ? 200 : 503, word)
}

function said(status: number, word: string): WholeReply {
  return { status, headers: [['Content-Type', 'text/plain']], body: Buffer.from(`${word}\n`) }
}
