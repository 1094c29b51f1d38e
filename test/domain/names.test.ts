/** Bucket names: what may be one (S3's rules; C11). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkBucketName, isBucketName } from '../../src/domain/names.ts'
import { refusal } from '../operations/memory-service.ts'

for (const name of ['abc', '1a2', 'a-b.c-d', 'a'.repeat(63), 'my.bucket', '1.2.3']) {
  test(`${name} is a bucket name`, () => assert.ok(isBucketName(name)))
}

const wrong = [
  '',
  'a.-b',
  'a-.b',
  'ab',
  'a'.repeat(64),
  'Abc',
  'a_b',
  'a..b',
  '-ab',
  'ab-',
  '.ab',
  'ab.',
  '192.168.5.4',
  'xn--abc',
  'sthree-abc',
  'amzn-s3-demo-abc',
  'abc-s3alias',
  'abc--ol-s3',
  'abc.mrap',
  'abc--x-s3',
  '.sys',
  '..',
  'a/b',
  'ä-b',
  'abc\n',
]
for (const name of wrong) {
  test(`${JSON.stringify(name)} is none`, () => {
    assert.throws(() => checkBucketName(name), refusal('InvalidBucketName', { BucketName: name }))
  })
}
