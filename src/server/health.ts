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
  if (address.key === 'live') return said(200, 'ok')
  if (address.key === 'ready') return stopping ? said(503, 'stopping') : said(200, 'ok')
  return undefined
}

function said(status: number, word: string): Reply {
  return { status, headers: [['Content-Type', 'text/plain']], body: Buffer.from(`${word}\n`) }
}
