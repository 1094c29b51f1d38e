/** What a bucket's default encryption may say, what of it stays when a part of it is said anew, and what shows of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authorizeEncryption } from '../../src/access/encryption.ts'
import {
  blocksCustomerKeys,
  checkedEncryption,
  effectiveEncryption,
  withoutDefault,
} from '../../src/domain/bucket-encryption.ts'
import type { ServerSideEncryptionRule } from '../../src/model/types.gen.ts'
import type { BucketRow } from '../../src/stores/metadata/records.ts'
import { alice, refusal } from '../operations/memory-service.ts'

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

function check(rule: ServerSideEncryptionRule, before?: ServerSideEncryptionRule): object {
  const kept = checkedEncryption({ Rules: [rule] }, bucket(before))
  return Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined))
}

const byServer = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }
const byKms = {
  ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'k' },
  BucketKeyEnabled: true,
}
const blocked = { BlockedEncryptionTypes: { EncryptionType: ['SSE-C'] } }
const open = { BlockedEncryptionTypes: { EncryptionType: ['NONE'] } }

test('one rule with a method that there is', () => {
  assert.deepEqual(check(byServer), { ...byServer, BucketKeyEnabled: false })
  assert.deepEqual(check(byKms), byKms)
  const double = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms:dsse' } }
  assert.deepEqual(check(double), { ...double, BucketKeyEnabled: false })
  assert.deepEqual(check({ ...byServer, BucketKeyEnabled: true }), {
    ...byServer,
    BucketKeyEnabled: true,
  })
})

test('no rule, two rules, an empty rule and an unknown method are no document', () => {
  const none = { Rules: [] }
  const two = { Rules: [byServer, byServer] }
  for (const document of [none, two, { Rules: [{}] }, { Rules: [{ BucketKeyEnabled: true }] }]) {
    assert.throws(() => checkedEncryption(document, bucket()), refusal('MalformedXML'))
  }
  for (const SSEAlgorithm of ['aes256', '', 'SSE-C']) {
    assert.throws(
      () => check({ ApplyServerSideEncryptionByDefault: { SSEAlgorithm } }),
      refusal('MalformedXML'),
    )
  }
  for (const SSEAlgorithm of ['aws:fsx', 'aws:backup']) {
    assert.throws(
      () => check({ ApplyServerSideEncryptionByDefault: { SSEAlgorithm } }),
      refusal('NotImplemented'),
    )
  }
})

test('a key is named for KMS only', () => {
  assert.throws(
    () =>
      check({
        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256', KMSMasterKeyID: 'k' },
      }),
    refusal('InvalidArgument', { ArgumentName: 'ApplyServerSideEncryptionByDefault' }),
  )
})

test('what can be blocked is SSE-C, or nothing', () => {
  assert.deepEqual(check(blocked), { ...blocked, BucketKeyEnabled: false })
  for (const EncryptionType of [[], ['SSE-S3'], ['NONE', 'SSE-C'], ['']]) {
    assert.throws(
      () => check({ BlockedEncryptionTypes: { EncryptionType } }),
      refusal('MalformedXML'),
    )
  }
})

test('the half that is left out stays as it was', () => {
  assert.deepEqual(check(blocked, byKms), { ...byKms, ...blocked })
  assert.deepEqual(check(open, { ...byKms, ...blocked }), { ...byKms, ...open })
  assert.deepEqual(check(byServer, { ...byKms, ...blocked }), {
    ...byServer,
    ...blocked,
    BucketKeyEnabled: false,
  })
})

test('taking the default away leaves the block', () => {
  assert.equal(withoutDefault(bucket()), undefined)
  assert.equal(withoutDefault(bucket(byKms)), undefined)
  assert.equal(withoutDefault(bucket({ ...byKms, ...open })), undefined)
  assert.deepEqual(withoutDefault(bucket({ ...byKms, ...blocked })), {
    ...blocked,
    BucketKeyEnabled: false,
  })
})

test('the server’s own default shows where the bucket has none', () => {
  const off = { defaultEncryption: 'none' } as const
  const on = { defaultEncryption: 'AES256' } as const
  assert.equal(effectiveEncryption(bucket(), off), undefined)
  assert.deepEqual(effectiveEncryption(bucket(), on), { ...byServer, BucketKeyEnabled: false })
  for (const settings of [off, on]) {
    assert.deepEqual(effectiveEncryption(bucket(byKms), settings), byKms)
  }
  assert.deepEqual(effectiveEncryption(bucket(blocked), off), blocked)
  assert.deepEqual(effectiveEncryption(bucket(blocked), on), {
    ...byServer,
    ...blocked,
    BucketKeyEnabled: false,
  })
})

test('a bucket that blocks customers’ keys says so to whoever brings one, whatever it is worth', () => {
  const put = { Bucket: 'photos', Key: 'a/b' }
  const writer = (rule?: ServerSideEncryptionRule): Parameters<typeof authorizeEncryption>[1] => ({
    caller: alice,
    bucket: bucket(rule),
  })
  assert.ok(blocksCustomerKeys(bucket(blocked)))
  for (const rule of [undefined, byKms, open]) {
    assert.ok(!blocksCustomerKeys(bucket(rule)))
    authorizeEncryption({ ...put, SSECustomerAlgorithm: 'AES256' }, writer(rule))
  }
  authorizeEncryption({ ...put, ServerSideEncryption: 'AES256' }, writer(blocked))
  const refused: ReadonlyArray<readonly [object, string]> = [
    [{ SSECustomerAlgorithm: 'AES192' }, 's3:PutObject'],
    [{ SSECustomerKey: 'x' }, 's3:PutObject'],
    [{ SSECustomerAlgorithm: 'AES256', CopySource: 'a/b' }, 's3:CopyObject'],
    [{ SSECustomerAlgorithm: 'AES256', CopySource: 'a/b', UploadId: 'u' }, 's3:PutObject'],
  ]
  for (const [input, action] of refused) {
    assert.throws(
      () => authorizeEncryption({ ...put, ...input }, writer(blocked)),
      (error: Error) =>
        refusal('AccessDenied')(error) &&
        error.message ===
          `User: arn:aws:iam::111111111111:root is not authorized to perform: ${action} on resource: "arn:aws:s3:::photos/a/b" because this bucket has blocked upload requests that specify Server Side Encryption with Customer provided keys (SSE-C). Please specify a different server-side encryption type`,
    )
  }
})
