/** Bytes that nobody has to keep: part n is always the same noise, so that it can be made again to compare. */
import { createCipheriv, createHash, randomInt } from 'node:crypto'

/** The bytes of part `number` (from 1). */
export function partBytes(number: number, sizeBytes: number): Buffer {
  const key = createHash('sha256').update(`ashlar demo, part ${number}`).digest()
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(sizeBytes))
}

let made: { readonly number: number; readonly bytes: Buffer } | undefined

/** Offset in the object of the first byte of `chunk`, which lies at `at`, that differs from what was sent. */
export function firstDifference(
  chunk: Uint8Array,
  at: number,
  sizeBytes: number,
): number | undefined {
  for (let done = 0; done < chunk.length;) {
    const number = Math.floor((at + done) / sizeBytes) + 1
    if (made?.number !== number) made = { number, bytes: partBytes(number, sizeBytes) }
    const offset = (at + done) % sizeBytes
    const length = Math.min(chunk.length - done, sizeBytes - offset)
    const got = chunk.subarray(done, done + length)
    const sent = made.bytes.subarray(offset, offset + length)
    if (!sent.equals(got)) return at + done + got.findIndex((byte, index) => byte !== sent[index])
    done += length
  }
  return undefined
}

/** The numbers from 1 to `count` in an order of chance (Fisher and Yates). */
export function shuffled(count: number): readonly number[] {
  const numbers = Array.from({ length: count }, (_, index) => index + 1)
  for (let last = count - 1; last > 0; last--) {
    const other = randomInt(last + 1)
    const [one = 0, two = 0] = [numbers[last], numbers[other]]
    numbers[last] = two
    numbers[other] = one
  }
  return numbers
}
