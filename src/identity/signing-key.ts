/** The keys that SigV4 derives from a secret, one for each day and region, and what they make. */
import { createHmac, hash } from 'node:crypto'
import { scopeText, type Scope } from './scope.ts'

/** Enough for every key in use today and yesterday; a caller of many regions costs only time. */
const keysKeptMax = 512

/** A pure function's results, oldest first. */
const kept = new Map<string, Buffer>()

export function signingKey(secretAccessKey: string, scope: Scope): Buffer {
  const name = `${scopeText(scope)}/${secretAccessKey}`
  const key = kept.get(name) ?? derive(secretAccessKey, scope)
  kept.delete(name)
  kept.set(name, key)
  const [oldest] = kept.keys()
  if (kept.size > keysKeptMax && oldest !== undefined) kept.delete(oldest)
  return key
}

function derive(secretAccessKey: string, scope: Scope): Buffer {
  const steps = [scope.date, scope.region, scope.service, scope.terminal]
  return steps.reduce(
    (key, step) => createHmac('sha256', key).update(step).digest(),
    Buffer.from(`AWS4${secretAccessKey}`),
  )
}

/** The HMAC of `text` in lower-case hex. */
export function sign(key: Uint8Array, text: string): string {
  return createHmac('sha256', key).update(text, 'latin1').digest('hex')
}

/** `text` holds one char per byte. */
export function sha256Hex(text: string): string {
  return hash('sha256', Buffer.from(text, 'latin1'), 'hex')
}
