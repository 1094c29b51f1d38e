/**
 * Lingering: after an early answer the rest of a body is thrown away for a moment, bounded in bytes and time. A socket that
 * is closed while data of the client lies unread sends a reset, and the reset can overtake the answer.
 */
import type { IncomingMessage } from 'node:http'
import { mebibyte } from '../base/limits.ts'

/** What may still be on its way in buffers of both sides; a client that sends more than this is no longer listened to. */
const discardBytesMax = mebibyte

/** Resolves when the body has ended, the client is gone, or `ms` have passed. Answers whether the body has ended. */
export async function linger(message: IncomingMessage, ms: number): Promise<boolean> {
  if (message.readableEnded) return true
  if (message.destroyed) return false
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    const over = (): void => {
      clearTimeout(timer)
      resolve()
    }
    message.once('end', over)
    message.once('close', over)
    discard(message)
  })
  return message.readableEnded && message.complete
}

function discard(message: IncomingMessage): void {
  let left = discardBytesMax
  message.on('data', (chunk: Uint8Array) => {
    left -= chunk.length
    if (left < 0) message.pause()
  })
  message.resume()
}
