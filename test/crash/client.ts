/** A client for many requests: signed by foreign code, over connections that stay open, and honest about what it did not hear. */
import { Agent, request, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { catalogue } from '../../src/model/error-catalogue.ts'
import { signRequest, type RequestPlan, type Signable } from '../harness/sign.ts'

export interface Heard {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
  /** What stands in `<Code>`. */
  readonly code: string | undefined
}

/** A server that hangs is found out, and one on a machine that has much else to do is not taken for one. */
const patienceMs = 120_000

/** The server did not answer, or broke its answer off: what it did is not known. */
export class Unheard extends Error {
  override readonly name = 'Unheard'
}

export class Client implements Disposable {
  readonly #server: Signable
  readonly #agent: Agent = new Agent({ keepAlive: true, maxSockets: 64 })

  constructor(server: Signable) {
    this.#server = server
  }

  /** Throws Unheard. */
  async send(plan: RequestPlan): Promise<Heard> {
    const { method, target, headers, body } = await signRequest(this.#server, {
      payload: 'unsigned',
      ...plan,
    })
    try {
      const sent = request({
        host: this.#server.host,
        port: this.#server.port,
        agent: this.#agent,
        method,
        path: target,
        headers: headers.flat(),
        timeout: patienceMs,
      })
      sent.on('timeout', () => sent.destroy(new Error(`no answer in ${patienceMs} ms`)))
      sent.end(body)
      const [answer] = (await once(sent, 'response')) as [IncomingMessage]
      // Whoever answers before the body has come may then close; what breaks is the rest of the body, not the answer.
      sent.on('error', () => undefined)
      const bytes = Buffer.concat(await Array.fromAsync(answer as AsyncIterable<Buffer>))
      if (!answer.complete) throw new Error('the answer broke off')
      const code = /<Code>([^<]*)<\/Code>/.exec(bytes.toString('latin1', 0, 2000))?.[1]
      const status = statusOf(answer, bytes)
      return { status, headers: answer.headers, body: bytes, code }
    } catch (cause) {
      throw new Unheard(cause instanceof Error ? cause.message : String(cause), { cause })
    }
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }
}

/** An answer that took long began with 200 before its end was known: then the error in its place has the status it stands for. */
function statusOf({ statusCode = 0 }: IncomingMessage, body: Buffer): number {
  if (statusCode !== 200) return statusCode
  const begin = body.toString('latin1', 0, 2000)
  const code = /^<\?xml[^>]*>\s*<Error><Code>([^<]*)</.exec(begin)?.[1]
  if (code === undefined) return statusCode
  const found = Object.entries(catalogue).find(([, errors]) => code in errors)
  return Number(found?.[0] ?? 500)
}

/** An ETag without its quotes, however they are written. */
export function unquoted(etag: string): string {
  return etag.replaceAll(/&quot;|&#34;|"/g, '')
}

/** Content of the first element of this name. */
export function element({ body }: Heard, name: string): string {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(body.toString())?.[1] ?? ''
}
