/** What a wrapped data key is bound to, as bytes: the envelope of one object opens for no other. docs/format/encryption.md. */
import type { Encryption } from '../../stores/metadata/records.ts'
import type { Place } from './envelope.ts'

const formatVersion = 1

/** `context` is the encryption context of a key store's key; its order does not matter. */
export function binding(
  method: Encryption['method'],
  { bucket, key }: Place,
  context: Readonly<Record<string, string>> = {},
): Uint8Array {
  const pairs = Object.keys(context).toSorted()
  const said = ['ashlar-envelope', formatVersion, method, bucket, key]
  return Buffer.from(JSON.stringify([...said, pairs.map((name) => [name, context[name]])]))
}
