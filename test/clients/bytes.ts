/** Bytes that look random and are the same in every run, and digests to compare them by. */
import { createCipheriv, createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { mebibyte } from '../../src/base/limits.ts'

/** The same seed gives the same bytes, and a longer run begins with the shorter one. */
export function seededBytes(seed: string, sizeBytes: number): Buffer {
  return keyStream(seed).update(Buffer.alloc(sizeBytes))
}

/** Writes the bytes of a seed without ever holding more than a few MiB of them. */
export async function writeSeededFile(
  path: string,
  seed: string,
  sizeBytes: number,
): Promise<void> {
  const stream = keyStream(seed)
  const zeros = Buffer.alloc(8 * mebibyte)
  await using file = await open(path, 'w')
  for (let left = sizeBytes; left > 0; left -= zeros.length) {
    await file.write(stream.update(zeros.subarray(0, Math.min(left, zeros.length))))
  }
}

export function md5(bytes: Uint8Array): { readonly hex: string; readonly base64: string } {
  const digest = createHash('md5').update(bytes).digest()
  return { hex: digest.toString('hex'), base64: digest.toString('base64') }
}

/** ETag of a completed upload: the MD5 of the parts' MD5s, then how many there are. */
export function multipartETag(parts: readonly Uint8Array[]): string {
  const whole = createHash('md5')
  for (const part of parts) whole.update(createHash('md5').update(part).digest())
  return `"${whole.digest('hex')}-${parts.length}"`
}

export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: mebibyte }), hash)
  return hash.digest('hex')
}

function keyStream(seed: string): ReturnType<typeof createCipheriv> {
  const key = createHash('sha256').update(seed).digest()
  return createCipheriv('aes-128-ctr', key.subarray(0, 16), key.subarray(16))
}
