/** What an object asks for that gets another key. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { rekeyed } from '../../src/domain/rekeying.ts'

const KMSKeyArn = 'arn:aws:kms:us-east-1:123456789012:key/k2'

it('keeps the encryption context, and asks for a bucket key only where the request does', () => {
  const context = { team: 'blue' }
  const kms = { method: 'SSE-KMS', keyId: 'k1', wrapped: 'w', context, bucketKey: true } as const
  const wanted = rekeyed({ SSEKMS: { KMSKeyArn } })
  const asked = { method: 'SSE-KMS', keyId: KMSKeyArn, context, bucketKey: false }
  assert.deepEqual(wanted(kms), asked)
  const server = { method: 'SSE-S3', keyId: 'sse-s3', wrapped: 'w' } as const
  assert.deepEqual(wanted(server), { ...asked, context: undefined })
  assert.deepEqual(rekeyed({ SSEKMS: { KMSKeyArn, BucketKeyEnabled: true } })(server), {
    ...asked,
    context: undefined,
    bucketKey: true,
  })
})
