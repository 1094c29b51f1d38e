/** How new bytes are to be encrypted: what a request, a bucket and the server say, and which of them is heard. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { encryptionAnswer } from '../../src/domain/encryption-answer.ts'
import { askedEncryption, type EncryptionMembers } from '../../src/domain/encryption.ts'
import type { ServerSideEncryptionRule } from '../../src/model/types.gen.ts'
import type { BucketRow, Encryption } from '../../src/stores/metadata/records.ts'
import { refusal } from '../operations/memory-service.ts'

const key = Buffer.alloc(32, 7)
const keyMd5 = createHash('md5').update(key).digest('base64')
const customer = { method: 'SSE-C', key, keyMd5 } as const
const trio = {
  SSECustomerAlgorithm: 'AES256',
  SSECustomerKey: key.toString('base64'),
  SSECustomerKeyMD5: keyMd5,
}

function bucket(encryption?: ServerSideEncryptionRule): BucketRow {
  return {
    id: 1,
    name: 'photos',
    owner: 'a',
    created: 0,
    versioning: 'never',
    attributes: { region: 'us-east-1', configurations: { encryption } },
  }
}

interface Where {
  readonly rule?: ServerSideEncryptionRule
  readonly server?: 'AES256'
}

function asked(input: EncryptionMembers, { rule, server }: Where = {}): unknown {
  const settings = { customerKeysOverHttp: false, defaultEncryption: server ?? 'none' } as const
  return askedEncryption(input, { isSecure: true, settings, bucket: bucket(rule) })
}

const byKms: ServerSideEncryptionRule = {
  ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'of-bucket' },
  BucketKeyEnabled: true,
}
const byServer: ServerSideEncryptionRule = {
  ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' },
}
const kms = {
  method: 'SSE-KMS',
  keyId: undefined,
  context: undefined,
  bucketKey: false,
}

test('the request goes before the bucket, the bucket before the server, and the server may say nothing', () => {
  assert.equal(asked({}), undefined)
  assert.deepEqual(asked({}, { server: 'AES256' }), { method: 'SSE-S3' })
  assert.deepEqual(asked({}, { rule: byServer }), { method: 'SSE-S3' })
  assert.deepEqual(asked({}, { rule: byKms, server: 'AES256' }), {
    ...kms,
    keyId: 'of-bucket',
    bucketKey: true,
  })
  for (const where of [{}, { rule: byKms }, { rule: byServer, server: 'AES256' as const }]) {
    assert.deepEqual(asked(trio, where), customer)
    assert.deepEqual(asked({ ServerSideEncryption: 'AES256' }, where), { method: 'SSE-S3' })
  }
})

test('aws:kms without a key takes the bucket’s, else the default key; its own key goes first', () => {
  const ServerSideEncryption = 'aws:kms'
  assert.deepEqual(asked({ ServerSideEncryption }), kms)
  assert.deepEqual(asked({ ServerSideEncryption }, { rule: byServer }), kms)
  assert.deepEqual(asked({ ServerSideEncryption, SSEKMSKeyId: 'own' }, { rule: byKms }), {
    ...kms,
    keyId: 'own',
    bucketKey: true,
  })
  assert.deepEqual(asked({ ServerSideEncryption: 'aws:kms:dsse' }, { rule: byKms }), {
    ...kms,
    method: 'DSSE-KMS',
    keyId: 'of-bucket',
  })
})

test('a bucket key is as the request says, else as the bucket does', () => {
  const bucketKey = (input: EncryptionMembers, rule?: ServerSideEncryptionRule): unknown =>
    (asked(input, rule && { rule }) as { bucketKey: boolean }).bucketKey
  assert.equal(bucketKey({ ServerSideEncryption: 'aws:kms', BucketKeyEnabled: true }), true)
  assert.equal(bucketKey({ BucketKeyEnabled: false }, byKms), false)
  assert.equal(bucketKey({}, { ...byKms, BucketKeyEnabled: false }), false)
  for (const ServerSideEncryption of ['AES256', 'aws:kms:dsse', undefined]) {
    assert.throws(
      () => asked({ ServerSideEncryption, BucketKeyEnabled: true }),
      refusal('InvalidArgument'),
    )
  }
  assert.deepEqual(asked({ ServerSideEncryption: 'AES256', BucketKeyEnabled: false }), {
    method: 'SSE-S3',
  })
})

function argument(value: string, sentence: string): (error: unknown) => boolean {
  const name = 'x-amz-server-side-encryption'
  const isThat = refusal('InvalidArgument', { ArgumentName: name, ArgumentValue: value })
  return (error) => isThat(error) && (error as Error).message === sentence
}

test('a method that S3 does not know, or has for other services, is refused', () => {
  for (const ServerSideEncryption of ['aes256', 'AES512', 'aws:KMS', 'aes:kms', '']) {
    const sentence = 'The encryption method specified is not supported'
    assert.throws(() => asked({ ServerSideEncryption }), argument(ServerSideEncryption, sentence))
  }
  for (const ServerSideEncryption of ['aws:fsx', 'aws:backup']) {
    assert.throws(
      () => asked({ ServerSideEncryption }),
      refusal('NotImplemented', { Header: 'x-amz-server-side-encryption' }),
    )
  }
})

test('a key of one’s own and a method of the server’s are two things', () => {
  const sentence =
    'Server Side Encryption with Customer provided key is incompatible with the encryption method specified'
  for (const ServerSideEncryption of ['AES256', 'aws:kms']) {
    for (const some of [trio, { SSECustomerAlgorithm: 'AES192' }, { SSECustomerKeyMD5: keyMd5 }]) {
      assert.throws(
        () => asked({ ...some, ServerSideEncryption }),
        argument(ServerSideEncryption, sentence),
      )
    }
  }
})

test('what belongs to KMS needs aws:kms in the same request, whatever the bucket’s default is', () => {
  const sentence =
    'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms'
  const members = [{ SSEKMSKeyId: 'k' }, { SSEKMSEncryptionContext: context({ a: 'b' }) }]
  for (const some of members) {
    assert.throws(() => asked(some), argument('null', sentence))
    assert.throws(() => asked(some, { rule: byKms }), argument('null', sentence))
    assert.throws(() => asked({ ...some, ...trio }), argument('null', sentence))
    assert.throws(
      () => asked({ ...some, ServerSideEncryption: 'AES256' }),
      argument('AES256', sentence),
    )
    assert.ok(asked({ ...some, ServerSideEncryption: 'aws:kms:dsse' }))
  }
})

function context(pairs: unknown): string {
  return Buffer.from(JSON.stringify(pairs)).toString('base64')
}

test('an encryption context is base64 of a JSON object of strings', () => {
  const read = (SSEKMSEncryptionContext: string): unknown => {
    const found = asked({ ServerSideEncryption: 'aws:kms', SSEKMSEncryptionContext })
    return (found as { context: unknown }).context
  }
  assert.deepEqual(read(context({ a: 'b', é: 'ü' })), { a: 'b', é: 'ü' })
  assert.deepEqual(read(context({})), {})
  assert.deepEqual(read('e30'), {})
  const named = read(Buffer.from('{"__proto__":"x"}').toString('base64')) as object
  assert.deepEqual(Object.entries(named), [['__proto__', 'x']])
  const bad = [
    context('text'),
    context(null),
    context(['a']),
    context({ a: 1 }),
    '',
    '*',
    'ew==',
    'e30=x',
    'e 30=',
  ]
  for (const text of [...bad, context({ a: {} }), Buffer.from([0xff, 0xfe]).toString('base64')]) {
    assert.throws(
      () => read(text),
      refusal('InvalidArgument', { ArgumentName: 'x-amz-server-side-encryption-context' }),
      text,
    )
  }
})

const sealedBy: Readonly<Record<string, Encryption>> = {
  customer: { method: 'SSE-C', keyMd5, salt: 's', wrapped: 'w' },
  server: { method: 'SSE-S3', keyId: 'server', wrapped: 'w' },
  kms: { method: 'SSE-KMS', keyId: 'k', wrapped: 'w', context: undefined, bucketKey: false },
}

test('an answer tells what the bytes are encrypted with, and nothing that opens them', () => {
  assert.deepEqual(encryptionAnswer(undefined), {})
  assert.deepEqual(encryptionAnswer(sealedBy['customer']), {
    SSECustomerAlgorithm: 'AES256',
    SSECustomerKeyMD5: keyMd5,
  })
  assert.deepEqual(encryptionAnswer(sealedBy['server']), { ServerSideEncryption: 'AES256' })
  assert.deepEqual(encryptionAnswer(sealedBy['kms']), {
    ServerSideEncryption: 'aws:kms',
    SSEKMSKeyId: 'k',
  })
  const all = { keyId: 'k', wrapped: 'w', context: { a: 'b' }, bucketKey: true }
  assert.deepEqual(encryptionAnswer({ method: 'DSSE-KMS', ...all }), {
    ServerSideEncryption: 'aws:kms:dsse',
    SSEKMSKeyId: 'k',
    SSEKMSEncryptionContext: context({ a: 'b' }),
    BucketKeyEnabled: true,
  })
})
