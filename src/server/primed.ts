/** A streamed reply whose first bytes are in hand: what fails before them can still be answered as an error. */
import type { Reply } from '../wire/exchange.ts'

/** The reply itself, where all of it is in hand. */
export function primed(reply: Reply): Reply | Promise<Reply> {
  const { body } = reply
  return body === undefined || body instanceof Uint8Array ? reply : begun(reply, body)
}

async function begun(reply: Reply, body: AsyncIterable<Uint8Array>): Promise<Reply> {
  const steps = body[Symbol.asyncIterator]()
  const first = await steps.next()
  return { ...reply, body: resumed(first, steps) }
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
