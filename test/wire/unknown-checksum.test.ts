/** Checksums of algorithms that S3 does not know: refused where a digest counts, never stored as if verified. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { operations } from '../../src/model/operations.gen.ts'
import { decodeInput } from '../../src/wire/decode.ts'
import { requestOf } from './asking.ts'

const { PutObject, UploadPart, GetObject } = operations
const headers = { 'x-amz-checksum-crc16': 'AAA=' }
const sentence = 'The algorithm type you specified in x-amz-checksum- header is invalid.'

test('an operation that takes checksums refuses it', async () => {
  const put = requestOf('/b/k', { headers, body: 'hello' })
  const expected = { code: 'InvalidRequest', message: sentence }
  await assert.rejects(decodeInput(PutObject, put), expected)
  const part = requestOf('/b/k?partNumber=1&uploadId=u', { headers, body: 'hello' })
  await assert.rejects(decodeInput(UploadPart, part), expected)
})

test('one that takes none does not look, and settings are no checksums', async () => {
  await decodeInput(GetObject, requestOf('/b/k', { headers }))
  const settings = { 'x-amz-checksum-algorithm': 'CRC32', 'x-amz-checksum-type': 'FULL_OBJECT' }
  await decodeInput(PutObject, requestOf('/b/k', { headers: settings, body: 'hello' }))
})
