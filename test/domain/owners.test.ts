/** Row 37: the bucket must be whose the client believes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectBucketOwner, ownerOf } from '../../src/domain/owners.ts'
import { alice, bob, memoryService, refusal } from '../operations/memory-service.ts'

const s3 = await (await memoryService()).on('photos')

test('the expected owner, or no expectation', () => {
  expectBucketOwner(undefined, s3.bucket, s3)
  expectBucketOwner(alice.accountId, s3.bucket, s3)
})

test('another owner is AccessDenied', () => {
  assert.throws(() => expectBucketOwner(bob.accountId, s3.bucket, s3), refusal('AccessDenied'))
  assert.throws(() => expectBucketOwner('333333333333', s3.bucket, s3), refusal('AccessDenied'))
})

test('what is no account id is said so', () => {
  for (const text of ['', '12', '1111111111111', 'abcdefabcdef', alice.canonicalId]) {
    assert.throws(
      () => expectBucketOwner(text, s3.bucket, s3),
      refusal('InvalidBucketOwnerAWSAccountID'),
    )
  }
})

test('an account that is gone still owns by its id', () => {
  assert.deepEqual(ownerOf(alice.canonicalId, s3), { ID: alice.canonicalId, DisplayName: 'alice' })
  assert.deepEqual(ownerOf('c'.repeat(64), s3), { ID: 'c'.repeat(64) })
})
