/** The test vectors of docs/format/encryption.md: the program makes them with chance held fixed, and a reader written from that page alone reads them. */
import assert from 'node:assert/strict'
import { createDecipheriv, createHash, hkdfSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Chance } from '../../src/base/chance.ts'
import type { AskedEncryption } from '../../src/payload/encryption/envelope.ts'
import { createEnvelopes } from '../../src/payload/encryption/envelopes.ts'
import { OpenDataKey } from '../../src/payload/encryption/data-key.ts'
import { binding } from '../../src/payload/encryption/binding.ts'
import { memoryKeys } from '../../src/stores/keys/memory.ts'
import type { Encryption } from '../../src/stores/metadata/records.ts'

interface Vector {
  readonly name: string
  readonly method: Encryption['method']
  readonly bucket: string
  readonly key: string
  readonly context?: Readonly<Record<string, string>>
  /** Hexadecimal. */
  readonly customerKey?: string
  readonly salt?: string
  readonly envelopeNonce?: string
  /** As text. */
  readonly binding: string
  readonly dataKey: string
  readonly runKeys: string
  /** Base64, as rows have them. */
  readonly envelope?: string
  readonly wrappedRunKeys: string
  /** The plain bytes are byte n = (7 n + n >> 8) mod 256. */
  readonly sizeBytes: number
  readonly sealedBytes: number
  readonly sealedSha256: string
  /** Where it is short. */
  readonly sealed?: string
}

const file = new URL('encryption.json', import.meta.url)
const vectors = JSON.parse(readFileSync(file, 'utf8')) as readonly Vector[]

function plainBytes(sizeBytes: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: sizeBytes }, (_, n) => 7 * n + (n >> 8)))
}

/** Gives these bytes, in this order, and then no more. */
function fixed(...given: ReadonlyArray<string | undefined>): Chance {
  const left = given.filter((hex) => hex !== undefined)
  return {
    bytes: (lengthBytes) => {
      const bytes = Buffer.from(left.shift() ?? '', 'hex')
      assert.equal(bytes.length, lengthBytes)
      return bytes
    },
  }
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

for (const vector of vectors) {
  test(`${vector.name}: the program writes it`, async () => {
    const { dataKey, salt, envelopeNonce, runKeys, method, context, sizeBytes } = vector
    const bound = Buffer.from(binding(method, vector, context)).toString()
    assert.equal(bound, vector.binding)
    const chance = fixed(...(method === 'SSE-C' ? [dataKey, salt, envelopeNonce] : []), runKeys)
    const key =
      method === 'SSE-C'
        ? await createEnvelopes({ ...memoryKeys(), chance }).create(asked(vector), vector)
        : new OpenDataKey(Buffer.from(dataKey, 'hex'), kept(vector), chance)
    if (key.encryption.method === 'SSE-C') {
      assert.equal(key.encryption.wrapped, vector.envelope)
      assert.equal(key.encryption.salt, Buffer.from(salt ?? '', 'hex').toString('base64'))
    }
    const run = key.newRun()
    assert.deepEqual(run.sealed(sizeBytes), { wrapped: vector.wrappedRunKeys, sizeBytes })
    const pieces = await Array.fromAsync(run.seal(one(plainBytes(sizeBytes))), (piece) =>
      Buffer.from(piece),
    )
    const sealed = Buffer.concat(pieces)
    assert.equal(sealed.length, vector.sealedBytes)
    assert.equal(sha256(sealed), vector.sealedSha256)
    if (vector.sealed !== undefined) assert.equal(sealed.toString('hex'), vector.sealed)
  })

  test(`${vector.name}: the page alone reads it`, async () => {
    const dataKey =
      vector.method === 'SSE-C' ? openEnvelope(vector) : Buffer.from(vector.dataKey, 'hex')
    assert.equal(dataKey.toString('hex'), vector.dataKey)
    const runKeys = unwrap(dataKey, Buffer.from(vector.wrappedRunKeys, 'base64'))
    assert.equal(runKeys.toString('hex'), vector.runKeys)
    const sealed = vector.sealed ?? (await sealedAgain(vector))
    const plain = openBlocks(runKeys, Buffer.from(sealed, 'hex'))
    assert.ok(plain.equals(plainBytes(vector.sizeBytes)))
  })
}

function asked({ customerKey = '' }: Vector): AskedEncryption {
  const key = Buffer.from(customerKey, 'hex')
  return { method: 'SSE-C', key, keyMd5: createHash('md5').update(key).digest('base64') }
}

/** Of a key store's key; what it is wrapped to there is the store's own form. */
function kept({ method, context }: Vector): Encryption {
  if (method === 'SSE-S3') return { method, keyId: 'k', wrapped: '' }
  assert.ok(method !== 'SSE-C')
  return { method, keyId: 'k', wrapped: '', context, bucketKey: false }
}

/** The long ones are not in the file: they are made as the first test proved them. */
async function sealedAgain(vector: Vector): Promise<string> {
  const secret = Buffer.from(vector.dataKey, 'hex')
  const run = new OpenDataKey(
    secret,
    kept({ ...vector, method: methodOf(vector) }),
    fixed(vector.runKeys),
  ).newRun()
  const pieces = await Array.fromAsync(run.seal(one(plainBytes(vector.sizeBytes))), (piece) =>
    Buffer.from(piece),
  )
  const sealed = Buffer.concat(pieces)
  assert.equal(sha256(sealed), vector.sealedSha256)
  return sealed.toString('hex')
}

function methodOf({ runKeys }: Vector): 'SSE-S3' | 'DSSE-KMS' {
  return runKeys.length === 64 ? 'SSE-S3' : 'DSSE-KMS'
}

function openEnvelope(vector: Vector): Buffer {
  const envelope = Buffer.from(vector.envelope ?? '', 'base64')
  const salt = Buffer.from(vector.salt ?? '', 'hex')
  const customerKey = Buffer.from(vector.customerKey ?? '', 'hex')
  const wrapping = hkdfSync('sha256', customerKey, salt, 'ashlar SSE-C data key, version 1', 32)
  const aad = Buffer.from(vector.binding)
  const nonce = envelope.subarray(0, 12)
  return openGcm(Buffer.from(wrapping), { nonce, aad }, envelope.subarray(12))
}

function openGcm(key: Buffer, place: { nonce: Buffer; aad: Buffer }, sealed: Buffer): Buffer {
  const { nonce, aad } = place
  const cipher = createDecipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(aad)
  cipher.setAuthTag(sealed.subarray(-16))
  return Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()])
}

/** RFC 3394. */
function unwrap(key: Buffer, wrapped: Buffer): Buffer {
  const cipher = createDecipheriv('aes256-wrap', key, Buffer.alloc(8, 0xa6))
  return Buffer.concat([cipher.update(wrapped), cipher.final()])
}

function openBlocks(runKeys: Buffer, sealed: Buffer): Buffer {
  const layers = runKeys.length / 32
  const blocks = Math.ceil(sealed.length / 65_536)
  const opened = Array.from({ length: blocks }, (_, index) => {
    let bytes = sealed.subarray(index * 65_536, (index + 1) * 65_536)
    for (let layer = layers - 1; layer >= 0; layer--) {
      const aad = Buffer.alloc(16)
      aad.set([1, layers, layer, index === blocks - 1 ? 1 : 0])
      aad.writeUInt32BE(index, 12)
      const nonce = Buffer.alloc(12)
      nonce.writeUInt32BE(index, 8)
      bytes = openGcm(runKeys.subarray(layer * 32, layer * 32 + 32), { nonce, aad }, bytes)
    }
    return bytes
  })
  return Buffer.concat(opened)
}
