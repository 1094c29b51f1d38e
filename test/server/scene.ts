/** The door alone, in this process: a listener whose answers the test gives, with waiting times that suit a test. */
import { gather } from '../../src/base/gather.ts'
import { systemChance } from '../../src/base/chance.ts'
import { systemClock } from '../../src/base/clock.ts'
import { listen, type Serve } from '../../src/server/listener.ts'
import { timings, type Timings } from '../../src/server/timings.ts'
import { encodeError } from '../../src/wire/error.ts'
import type { Reply } from '../../src/wire/exchange.ts'
import type { HttpExchange } from '../../src/server/exchange.ts'
import type { Sent } from '../../src/server/respond.ts'
import type { Target } from '../harness/raw.ts'

export interface Door extends AsyncDisposable, Target {
  readonly sent: Sent[]
  close(): Promise<void>
}

/** `answer` may throw an S3Error, as an operation does. */
export async function openDoor(
  answer: (exchange: HttpExchange) => Promise<Reply>,
  changed: Partial<Timings> = {},
): Promise<Door> {
  const sent: Sent[] = []
  const serve: Serve = async (exchange, send) => {
    const reply = await answer(exchange).catch((error: unknown) => encodeError(error, exchange))
    sent.push(await send(reply))
  }
  const host = '127.0.0.1'
  const listener = await listen(serve, {
    host,
    port: 0,
    tls: undefined,
    connectionsMax: 100,
    timings: { ...timings, lingerMs: 300, drainMs: 500, ...changed },
    clock: systemClock,
    chance: systemChance,
  })
  const close = (): Promise<void> => listener.close()
  return { host, port: listener.port, sent, close, [Symbol.asyncDispose]: close }
}

export async function readAll(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.from((await gather(body, Infinity)) ?? [])
}

export function said(text: string): Reply {
  return { status: 200, headers: [['Content-Type', 'text/plain']], body: Buffer.from(text) }
}

export async function echo({ body }: HttpExchange): Promise<Reply> {
  return { status: 200, headers: [], body: await readAll(body) }
}
