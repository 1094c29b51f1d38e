/** Envelopes: they open with their own key for their own object, and for nothing else; and every failure has S3's name. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { systemChance, type Chance } from '../../../src/base/chance.ts'
import type { AskedEncryption, Envelopes } from '../../../src/payload/encryption/envelope.ts'
import { createEnvelopes } from '../../../src/payload/encryption/envelopes.ts'
import { memoryKeys } from '../../../src/stores/keys/memory.ts'
import {
  KeyDisabled,
  KeyMissing,
  KeyStoreUnavailable,
  type KeyStore,
} from '../../../src/stores/keys/store.ts'
import type { Encryption } from '../../../src/stores/metadata/records.ts'
import { s3Error } from '../bodies.ts'
import { asked, customer, freshEnvelopes, kms, place } from './scene.ts'

const envelopes = freshEnvelopes()
const plain = Buffer.from('some bytes')
const whole = { offset: 0, lengthBytes: plain.length }
const damaged = { name: 'BlobCorrupt' }
const wrongKey = s3Error(
  'AccessDenied',
  'Requests specifying Server Side Encryption with Customer provided keys must provide the correct secret key.',
)

function customerOf(
  request: AskedEncryption,
): Extract<AskedEncryption, { method: 'SSE-C' }> | undefined {
  return request.method === 'SSE-C' ? request : undefined
}

function flipped(text: string, at: number): string {
  const bytes = Buffer.from(text, 'base64')
  bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ 1
  return bytes.toString('base64')
}

for (const [request] of asked) {
  const { method } = request
  const refused = method === 'SSE-C' ? wrongKey : damaged

  test(`${method}: what one opening seals, a later one opens`, async () => {
    const made = await envelopes.create(request, place)
    const run = made.newRun()
    const sealed = run.sealSmall(plain)
    assert.equal(Buffer.from(sealed).includes(plain), false)
    const kept = structuredClone(made.encryption)
    const opened = await envelopes.open(kept, place, customerOf(request))
    assert.deepEqual(
      Buffer.from(opened.openRun(run.sealed(plain.length)).openSmall(sealed, whole)),
      plain,
    )
    assert.deepEqual(opened.encryption, made.encryption)
    assert.notDeepEqual((await envelopes.create(request, place)).encryption, made.encryption)
  })

  test(`${method}: it opens for no other object, and not when it was changed`, async () => {
    const { encryption } = await envelopes.create(request, place)
    const customer = customerOf(request)
    const elsewhere = [
      { bucket: 'b', key: 'k2' },
      { bucket: 'b2', key: 'k' },
      { bucket: 'bk', key: '' },
    ]
    for (const other of elsewhere) {
      await assert.rejects(envelopes.open(encryption, other, customer), refused)
    }
    const at = fc.nat(10_000)
    await fc.assert(
      fc.asyncProperty(at, async (at) => {
        if (encryption.method !== 'SSE-C') return
        for (const part of ['salt', 'wrapped'] as const) {
          const changed = { ...encryption, [part]: flipped(encryption[part], at) }
          await assert.rejects(envelopes.open(changed, place, customer), wrongKey)
        }
      }),
    )
  })

  test(`${method}: nothing of a secret is kept or shown`, async () => {
    const given: Buffer[] = []
    const chance: Chance = {
      bytes: (lengthBytes) => {
        const bytes = systemChance.bytes(lengthBytes)
        given.push(Buffer.from(bytes))
        return bytes
      },
    }
    const made = await freshEnvelopes(chance).create(request, place)
    const run = made.newRun()
    const kept = [made, made.encryption, run, run.sealed(10), inspect([made, run])]
    const shown = JSON.stringify(kept)
    // The first are the data key, the last are those of the run; what lies between is salt and nonce.
    const secrets = [given[0], given.at(-1)?.subarray(0, 32), given.at(-1)?.subarray(32)]
    if (request.method === 'SSE-C') secrets.push(Buffer.from(request.key))
    for (const secret of secrets) {
      if (secret === undefined || secret.length === 0) continue
      for (const form of ['hex', 'base64'] as const) {
        assert.equal(shown.includes(secret.toString(form)), false)
      }
    }
  })
}

test('another customer key opens nothing, whatever MD5 comes with it', async () => {
  const { encryption } = await envelopes.create(customer(1), place)
  await assert.rejects(envelopes.open(encryption, place, customer(2)), wrongKey)
  const lying = { ...customer(2), keyMd5: customer(1).keyMd5 }
  await assert.rejects(envelopes.open(encryption, place, lying), wrongKey)
  await assert.rejects(envelopes.open(encryption, place, undefined), { name: 'AssertionFailed' })
  const bits = fc.nat(255)
  await fc.assert(
    fc.asyncProperty(bits, async (bit) => {
      const key = Buffer.from(customer(1).key)
      key[bit >> 3] = (key[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      await assert.rejects(envelopes.open(encryption, place, { ...customer(1), key }), wrongKey)
    }),
  )
})

test('the encryption context and the method are bound, the order of the context is not', async () => {
  const { encryption } = await envelopes.create(kms('SSE-KMS', 'testkey-1'), place)
  assert.equal(encryption.method, 'SSE-KMS')
  if (encryption.method !== 'SSE-KMS') return
  const reordered = { ...encryption, context: { a: 'ü', project: 'x' } }
  assert.equal((await envelopes.open(reordered, place, undefined)).encryption, reordered)
  const changes: ReadonlyArray<Partial<typeof encryption> | { method: 'DSSE-KMS' }> = [
    { context: { project: 'x' } },
    { context: { project: 'x', a: 'u' } },
    { context: { project: 'x', a: 'ü', b: '' } },
    { context: undefined },
    { method: 'DSSE-KMS' },
    { keyId: 'testkey-2' },
  ]
  for (const change of changes) {
    const changed = { ...encryption, ...change } as Encryption
    await assert.rejects(envelopes.open(changed, place, undefined), damaged, JSON.stringify(change))
  }
})

test('no context and an empty one are the same', async () => {
  const request = {
    method: 'SSE-KMS',
    keyId: undefined,
    context: undefined,
    bucketKey: true,
  } as const
  const { encryption } = await envelopes.create(request, place)
  assert.ok(encryption.method === 'SSE-KMS' && encryption.bucketKey)
  const emptied = { ...encryption, context: {} }
  assert.equal((await envelopes.open(emptied, place, undefined)).encryption, emptied)
})

test('a rewrap is the same data key in another envelope, for one place or another', async () => {
  const elsewhere = { bucket: 'c', key: 'copy' }
  for (const [from, layersFrom] of asked) {
    for (const [to, layersTo] of asked) {
      const made = await envelopes.create(from, place)
      const run = made.newRun()
      const sealed = run.sealSmall(plain)
      const rewrapped = await envelopes.rewrap(made, to, elsewhere)
      assert.equal(rewrapped === undefined, layersFrom !== layersTo)
      if (rewrapped === undefined) continue
      assert.equal(rewrapped.encryption.method, to.method)
      const opened = await envelopes.open(rewrapped.encryption, elsewhere, customerOf(to))
      const seal = run.sealed(plain.length)
      assert.deepEqual(Buffer.from(opened.openRun(seal).openSmall(sealed, whole)), plain)
      assert.deepEqual(Buffer.from(made.openRun(seal).openSmall(sealed, whole)), plain)
    }
  }
})

test('runs go from one data key to another of as many layers, and are no longer of the first', async () => {
  const [one, other] = [
    await envelopes.create(customer(1), place),
    await envelopes.create(customer(1), place),
  ]
  const run = one.newRun()
  const sealed = run.sealSmall(plain)
  const seal = one.rewrapRun(run.sealed(plain.length), other)
  assert.deepEqual(Buffer.from(other.openRun(seal).openSmall(sealed, whole)), plain)
  assert.throws(() => one.openRun(seal), damaged)
  assert.throws(() => other.rewrapRun(run.sealed(plain.length), one), damaged)
  const twice = await envelopes.create(kms('DSSE-KMS'), place)
  assert.throws(() => one.rewrapRun(run.sealed(plain.length), twice), { name: 'AssertionFailed' })
})

/** A key store that fails in one way. */
function failing(error: Error): Envelopes {
  const fail = async (): Promise<never> => {
    throw error
  }
  const store: KeyStore = {
    resolve: async (name) => name ?? 'aws-s3',
    wrap: fail,
    unwrap: fail,
    isCurrent: fail,
    rotations: fail,
    [Symbol.asyncDispose]: async () => undefined,
  }
  return createEnvelopes({ server: store, kms: store, chance: systemChance })
}

const failures: ReadonlyArray<readonly [Error, kms: object, server: object]> = [
  [
    new KeyMissing('x'),
    s3Error('KMS.NotFoundException', "Key 'testkey-1' does not exist"),
    { name: 'KeyMissing' },
  ],
  [
    new KeyDisabled('x'),
    s3Error('KMS.DisabledException', 'testkey-1 is disabled.'),
    { name: 'KeyDisabled' },
  ],
  [new KeyStoreUnavailable('x'), s3Error('ServiceUnavailable'), s3Error('ServiceUnavailable')],
  [new TypeError('a defect'), { name: 'TypeError' }, { name: 'TypeError' }],
]

for (const [error, ofKms, ofServer] of failures) {
  test(`${error.name} is told in S3's words`, async () => {
    const broken = failing(error)
    for (const method of ['SSE-KMS', 'DSSE-KMS'] as const) {
      const request = kms(method, 'testkey-1')
      const made = await envelopes.create(request, place)
      await assert.rejects(broken.create(request, place), ofKms)
      await assert.rejects(broken.open(made.encryption, place, undefined), ofKms)
      await assert.rejects(broken.rewrap(made, request, place), ofKms)
    }
    const made = await envelopes.create({ method: 'SSE-S3' }, place)
    await assert.rejects(broken.create({ method: 'SSE-S3' }, place), ofServer)
    await assert.rejects(broken.open(made.encryption, place, undefined), ofServer)
  })
}

test('a key that no store has is missing by its name, also when it is asked for', async () => {
  const missing = s3Error('KMS.NotFoundException', "Key 'nobody' does not exist")
  await assert.rejects(envelopes.create(kms('SSE-KMS', 'nobody'), place), missing)
})

test('another server, with keys of the same names, opens nothing', async () => {
  const other = createEnvelopes({ ...memoryKeys(['testkey-1']), chance: systemChance })
  for (const [request] of asked) {
    if (request.method === 'SSE-C') continue
    const { encryption } = await envelopes.create(request, place)
    await assert.rejects(other.open(encryption, place, undefined))
  }
})
