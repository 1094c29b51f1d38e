/** `GET /-/capabilities`: the passport of this server as JSON, for whoever wants to know before asking. It tells no secret. */
import type { Dialect } from '../model/dialects/dialect.ts'
import { passport } from '../operations/passport.ts'
import type { Address } from '../wire/address.ts'
import type { Exchange, Reply } from '../wire/exchange.ts'

/** Made once for each dialect, of which a process speaks one; as text, for the bytes of an answer are freed when it is out. */
const written = new Map<Dialect, string>()

/** The answer, when the request asks for it. '-' can never be the name of a bucket. */
export function capabilitiesOf(
  { method }: Pick<Exchange, 'method'>,
  { bucket, key, virtualHost }: Address,
  dialect: Dialect,
): Reply | undefined {
  if (bucket !== '-' || virtualHost || key !== 'capabilities') return undefined
  if (method !== 'GET' && method !== 'HEAD') return undefined
  const text = written.get(dialect) ?? `${JSON.stringify(passport(dialect))}\n`
  written.set(dialect, text)
  const body = Buffer.from(text)
  const headers = [
    ['Content-Type', 'application/json'],
    ['Content-Length', String(body.length)],
  ] as const
  return { status: 200, headers, body: method === 'HEAD' ? undefined : body }
}
