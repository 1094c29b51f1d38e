/** A streamed reply whose first bytes are in hand: what fails before them can still be answered as an error. */
import type { Reply } from '../wire/exchange.ts'

/** Where all of the stream is in hand, or one read away, the reply has it as bytes. */
export function primed(reply: Reply): Reply | Promise<Reply> {
  const { body } = reply
  if (body === undefined || body instanceof Uint8Array) return reply
  const bytes = body.inHand?.()
  if (bytes === undefined) return begun(reply, body)
  return bytes instanceof Uint8Array ? withBody(reply, bytes) : gathered(reply, bytes)
}

async function gathered(reply: Reply, bytes: Promise<Uint8Array>): Promise<Reply> {
  return withBody(reply, await bytes)
}

/** Member by member: a spread before others is put together the slow way each time. */
function withBody({ status, headers, close = false }: Reply, body: Reply['body']): Reply {
  return { status, headers, body, close }
}

async function begun(reply: Reply, body: AsyncIterable<Uint8Array>): Promise<Reply> {
  const steps = body[Symbol.asyncIterator]()
  const first = await steps.next()
  return withBody(reply, resumed(first, steps))
}

function resumed(
  first: IteratorResult<Uint8Array>,
  steps: AsyncIterator<Uint8Array>,
): AsyncIterableIterator<Uint8Array> {
  let inHand: IteratorResult<Uint8Array> | undefined = first
  return {
    next: () => {
      if (inHand === undefined) return steps.next()
      const step = inHand
      inHand = undefined
      return Promise.resolve(step)
    },
    return: async () => (await steps.return?.()) ?? { done: true, value: undefined },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
