/** x-amz-copy-source: every form that clients send, and every form that must not reach a bucket (C01, C02, C04). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseCopySource } from '../../src/domain/copy-source.ts'
import { refusal } from '../operations/memory-service.ts'

const id = 'A'.repeat(32)
const read: ReadonlyArray<readonly [string, object]> = [
  ['photos/a.jpg', { bucket: 'photos', key: 'a.jpg' }],
  ['/photos/a.jpg', { bucket: 'photos', key: 'a.jpg' }],
  // Recorded of S3: an unencoded plus is a space (aws-sdk-js issue 1821, aws-sdk-php issue 236).
  ['photos/a b+c', { bucket: 'photos', key: 'a b c' }],
  ['photos/a%20b%2Bc', { bucket: 'photos', key: 'a b+c' }],
  ['photos%2Fa', { bucket: 'photos', key: 'a' }],
  ['photos/ä', { bucket: 'photos', key: 'ä' }],
  ['photos/%C3%A4', { bucket: 'photos', key: 'ä' }],
  ['photos//k', { bucket: 'photos', key: '/k' }],
  ['photos/x/../y', { bucket: 'photos', key: 'x/../y' }],
  ['photos/%252F', { bucket: 'photos', key: '%2F' }],
  ['photos/a?versionId=null', { bucket: 'photos', key: 'a', versionId: 'null' }],
  [`photos/a?versionId=${id}`, { bucket: 'photos', key: 'a', versionId: id }],
  ['photos/a%3FversionId%3Dx', { bucket: 'photos', key: 'a?versionId=x' }],
  ['photos/what?', { bucket: 'photos', key: 'what?' }],
]
for (const [source, place] of read) {
  test(`${source} names a place`, () => assert.deepEqual(parseCopySource(source), place))
}

const refused = [
  '',
  '/',
  '//',
  'b',
  'photos',
  'photos/',
  '/photos/',
  '%',
  '%zz',
  'photos/%zz',
  'photos/%ff',
  'photos/a%00b',
  '../photos/k',
  '/../photos/k',
  '%2e%2e/photos/k',
  'photos/../k',
  'photos/%2e%2e/b/k',
  'photos/..%2fk',
  'photos/a/../../k',
  'PHOTOS/k',
  '.sys/k',
  '?versionId=null',
  'photos/a?versionId=',
  'photos/a?versionId=..%2f',
  'photos/a?versionId=%zz',
]
for (const source of refused) {
  test(`${JSON.stringify(source)} is refused`, () => {
    assert.throws(() => parseCopySource(source), refusal('InvalidArgument'))
  })
}

test('an ARN is refused by name', () => {
  const arn = 'arn:aws:s3:us-east-1:111111111111:accesspoint/x/object/k'
  assert.throws(() => parseCopySource(arn), refusal('NotImplemented'))
})

test('a key is 1024 bytes at most, in UTF-8', () => {
  assert.equal(parseCopySource(`photos/${'ä'.repeat(512)}`).key.length, 512)
  const detail = { Size: 1026, MaxSizeAllowed: 1024 }
  assert.throws(
    () => parseCopySource(`photos/${'ä'.repeat(513)}`),
    refusal('KeyTooLongError', detail),
  )
})

test('an encoded key comes back, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 50 }), (text) => {
      fc.pre(!text.includes('\0') && !text.includes('..') && Buffer.from(text).toString() === text)
      assert.equal(parseCopySource(`photos/${encodeURIComponent(text)}`).key, text)
    }),
  )
})
