/** The keys that SigV4 derives from a secret, one for each day and region, and what they make. */
import { createHmac, hash } from 'node:crypto'
import { scopeText, type Scope } from './scope.ts'

/** Enough for every key in use today and yesterday; a caller of many regions costs only time. */
const keysKeptMax = 512

/**
 * A key of HMAC (RFC 2104), each of its two hashes with the room for what follows: that saves every signature an object of
 * OpenSSL's. Both are filled and read within one call.
 */
export interface SigningKey {
  readonly inner: Buffer
  readonly outer: Buffer
}

/** A pure function's results, oldest first. */
const kept = new Map<string, SigningKey>()

/** Of the signature before: most come from one client. A map that is written for each leaves its former tables behind. */
let last: { readonly name: string; readonly key: SigningKey } | undefined

export function signingKey(secretAccessKey: string, scope: Scope): SigningKey {
  const name = `${scopeText(scope)}/${secretAccessKey}`
  if (last?.name === name) return last.key
  const key = kept.get(name) ?? prepared(derive(secretAccessKey, scope))
  kept.delete(name)
  kept.set(name, key)
  const [oldest] = kept.keys()
  if (kept.size > keysKeptMax && oldest !== undefined) kept.delete(oldest)
  last = { name, key }
  return key
}

function derive(secretAccessKey: string, scope: Scope): Buffer {
  const steps = [scope.date, scope.region, scope.service, scope.terminal]
  return steps.reduce(
    (key, step) => createHmac('sha256', key).update(step).digest(),
    Buffer.from(`AWS4${secretAccessKey}`),
  )
}

/** SHA-256 works on blocks of 64 bytes; a derived key is half of one. */
const blockBytes = 64
const digestBytes = 32

/** A string to sign takes less than 200; a form's policy may take more. */
const textBytes = 1024

function prepared(key: Buffer): SigningKey {
  const inner = Buffer.alloc(blockBytes + textBytes, 0x36)
  const outer = Buffer.alloc(blockBytes + digestBytes, 0x5c)
  for (const [index, byte] of key.entries()) {
    inner[index] = byte ^ 0x36
    outer[index] = byte ^ 0x5c
  }
  return { inner, outer }
}

/** The HMAC of `text`, one char per byte, in lower-case hex. */
export function sign({ inner, outer }: SigningKey, text: string): string {
  const isLong = text.length > textBytes
  const message = isLong ? Buffer.alloc(blockBytes + text.length) : inner
  if (isLong) inner.copy(message, 0, 0, blockBytes)
  message.write(text, blockBytes, 'latin1')
  hash('sha256', message.subarray(0, blockBytes + text.length), 'buffer').copy(outer, blockBytes)
  return hash('sha256', outer, 'hex')
}

/** `text` holds one char per byte. */
export function sha256Hex(text: string): string {
  return hash('sha256', Buffer.from(text, 'latin1'), 'hex')
}
