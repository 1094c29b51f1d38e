/** Each refusal of the metadata seam has one error of S3. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accepted } from '../../src/domain/refusals.ts'
import { refusal } from '../operations/memory-service.ts'

const about = { bucket: 'photos', key: 'k', uploadId: 'u' }
const meant = [
  [{ refused: 'bucket-missing' }, 'NoSuchBucket', { BucketName: 'photos' }],
  [{ refused: 'bucket-not-empty' }, 'BucketNotEmpty', { BucketName: 'photos' }],
  [{ refused: 'bucket-exists' }, 'BucketAlreadyExists', { BucketName: 'photos' }],
  [{ refused: 'object-missing' }, 'NoSuchKey', { Key: 'k' }],
  [{ refused: 'bytes-missing' }, 'OperationAborted', {}],
  [{ refused: 'upload-missing' }, 'NoSuchUpload', { UploadId: 'u' }],
  [
    { refused: 'condition-failed', condition: 'If-None-Match' },
    'PreconditionFailed',
    { Condition: 'If-None-Match' },
  ],
  [{ refused: 'parts-changed' }, 'OperationAborted', {}],
] as const
for (const [result, code, detail] of meant) {
  test(`${result.refused} is ${code}`, () => {
    assert.throws(() => accepted(result, about), refusal(code, detail))
  })
}

test('what was accepted passes through', () => {
  assert.equal(accepted(undefined, about), undefined)
  assert.equal(accepted(7, about), 7)
})
