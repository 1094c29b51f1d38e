/** `GET /-/capabilities`: the passport of this server as JSON, for whoever wants to know before asking. It tells no secret. */
import type { Dialect } from '../model/dialects/dialect.ts'
import { passport } from '../operations/passport.ts'
import type { Address } from '../wire/address.ts'
import type { Exchange, Reply } from '../wire/exchange.ts'

/** Made once for each dialect, of which a process speaks one. */
const written = new Map<Dialect, Uint8Array>()

/** The answer, when the request asks for it. '-' can never be the name of a bucket. */
export function capabilitiesOf(
  { method }: Pick<Exchange, 'method'>,
  { bucket, key, virtualHost }: Address,
  dialect: Dialect,
): Reply | undefined {
  if (bucket !== '-' || virtualHost || key !== 'capabilities') return undefined
  if (method !== 'GET' && method !== 'HEAD') return undefined
  const body = written.get(dialect) ?? Buffer.from(`${JSON.stringify(passport(dialect))}\n`)
  written.set(dialect, body)
  const headers = [
    ['Content-Type', 'application/json'],
    ['Content-Length', String(body.length)],
  ] as const
  return { status: 200, headers, body: method === 'HEAD' ? undefined : body }
}
