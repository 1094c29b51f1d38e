/** What clients declare of their bytes (UploadPart rules 19 to 25), with S3's own sentences. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { checksumAlgorithms } from '../../src/payload/checksums/algorithms.ts'
import { checksumOf, loadHashers } from '../../src/payload/checksums/hashers.ts'
import {
  checkMd5,
  declaredDigests,
  trailerValue,
  verifyDocument,
} from '../../src/payload/declared.ts'
import type { Headers } from '../../src/wire/exchange.ts'
import { bodyOf, s3Error } from './bodies.ts'

before(async () => {
  await loadHashers()
})

const none = { announcedTrailer: undefined }
const crc32 = 'y/Q5Jg=='

test('row 20: a Content-MD5 that is not base64 of 16 bytes', () => {
  for (const ContentMD5 of [
    '',
    'x',
    'AAAA',
    'JfnnlDI7RTiF9RgfG2JNCw',
    'JfnnlDI7RTiF9RgfG2JNCw== ',
    'JfnnlDI7RTiF9RgfG2JNC_==',
  ]) {
    assert.throws(
      () => declaredDigests({ ContentMD5 }, none),
      s3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.', {
        'Content-MD5': ContentMD5,
      }),
    )
  }
  assert.equal(declaredDigests({ ContentMD5: 'JfnnlDI7RTiF9RgfG2JNCw==' }, none).md5?.length, 16)
})

test('row 21: a Content-MD5 that differs is shown as S3 shows it', () => {
  const input = { ContentMD5: 'JfnnlDI7RTiF9RgfG2JNCw==' }
  const CalculatedDigest = '1B2M2Y8AsgTpgAmY7PhCfg=='
  const computed = Buffer.from(CalculatedDigest, 'base64')
  const message = 'The Content-MD5 you specified did not match what we received.'
  assert.throws(
    () => checkMd5(declaredDigests(input, none), computed),
    s3Error('BadDigest', message, { ExpectedDigest: input.ContentMD5, CalculatedDigest }),
  )
  assert.throws(
    () => checkMd5(declaredDigests(input, none, 'hex'), computed),
    s3Error('BadDigest', message, {
      ExpectedDigest: '25f9e794323b453885f5181f1b624d0b',
      CalculatedDigest,
    }),
  )
})

test('row 23: a checksum that is not base64 of its length', () => {
  for (const algorithm of checksumAlgorithms) {
    const message = `Value for x-amz-checksum-${algorithm.toLowerCase()} header is invalid.`
    for (const text of [
      '',
      'AAA',
      `${Buffer.from(checksumOf(algorithm, Buffer.alloc(3))).toString('base64')}A`,
    ]) {
      const input = { [`Checksum${algorithm}`]: text }
      assert.throws(() => declaredDigests(input, none), s3Error('InvalidRequest', message))
    }
  }
})

test('row 24: two checksums, wherever they come', () => {
  const message =
    'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.'
  const two = { ChecksumCRC32: crc32, ChecksumCRC32C: crc32 }
  assert.throws(() => declaredDigests(two, none), s3Error('InvalidRequest', message))
  const trailing = { announcedTrailer: 'x-amz-checksum-sha1' }
  assert.throws(
    () => declaredDigests({ ChecksumCRC32: crc32 }, trailing),
    s3Error('InvalidRequest', message),
  )
})

test('row 25: an algorithm announced without its value, or unlike it', () => {
  const alone =
    'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.'
  assert.throws(
    () => declaredDigests({ ChecksumAlgorithm: 'CRC32' }, none),
    s3Error('InvalidRequest', alone),
  )
  const unlike = 'Value for x-amz-sdk-checksum-algorithm header is invalid.'
  for (const ChecksumAlgorithm of ['SHA1', 'nonsense']) {
    const input = { ChecksumAlgorithm, ChecksumCRC32: crc32 }
    assert.throws(() => declaredDigests(input, none), s3Error('InvalidRequest', unlike))
    const trailing = { announcedTrailer: 'x-amz-checksum-crc32' }
    assert.throws(
      () => declaredDigests({ ChecksumAlgorithm }, trailing),
      s3Error('InvalidRequest', unlike),
    )
  }
  assert.equal(
    declaredDigests({ ChecksumAlgorithm: 'crc32', ChecksumCRC32: crc32 }, none).checksum?.algorithm,
    'CRC32',
  )
})

test('rows 18 and 19: trailers that are unknown, missing or malformed', () => {
  for (const announcedTrailer of [
    'x-amz-meta-a',
    'x-amz-checksum-crc65',
    'crc32',
    'x-amz-checksum-crc32,x-amz-checksum-sha1',
  ]) {
    assert.throws(
      () => declaredDigests({}, { announcedTrailer }),
      s3Error('InvalidRequest', 'The value specified in the x-amz-trailer header is not supported'),
    )
  }
  const { trailer } = declaredDigests({}, { announcedTrailer: 'x-amz-checksum-crc32' })
  assert.ok(trailer !== undefined)
  assert.throws(() => trailerValue(trailer, new Map()), s3Error('MalformedTrailerError'))
  assert.throws(
    () => trailerValue(trailer, new Map([['x-amz-checksum-crc32', 'AAA']])),
    s3Error('InvalidRequest', 'Value for x-amz-checksum-crc32 trailing header is invalid.'),
  )
})

function headersOf(fields: Readonly<Record<string, string>>): Headers {
  return {
    get: (name) => fields[name],
    all: (name) => (fields[name] === undefined ? [] : [fields[name]]),
    names: () => Object.keys(fields),
  }
}

test('a document proves itself by Content-MD5, a checksum or a trailer', () => {
  const bytes = Buffer.from('123456789')
  const verify = (fields: Readonly<Record<string, string>>, body = bodyOf(bytes)): void =>
    verifyDocument({ headers: headersOf(fields), body, bytes, required: true })
  verify({ 'content-md5': 'JfnnlDI7RTiF9RgfG2JNCw==' })
  verify({ 'x-amz-checksum-crc32': crc32, 'x-amz-sdk-checksum-algorithm': 'CRC32' })
  const name = 'x-amz-checksum-crc32'
  const trailing = {
    ...bodyOf(bytes, { announcedTrailer: name }),
    trailers: new Map([[name, crc32]]),
  }
  verify({}, trailing)
  const missing = 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*'
  assert.throws(() => verify({}), s3Error('InvalidRequest', missing))
  assert.throws(() => verify({ 'content-md5': '1B2M2Y8AsgTpgAmY7PhCfg==' }), s3Error('BadDigest'))
  assert.throws(
    () => verify({ 'x-amz-checksum-crc32': 'AAAAAA==' }),
    s3Error('BadDigest', 'The CRC32 you specified did not match the calculated checksum.'),
  )
  verifyDocument({ headers: headersOf({}), body: bodyOf(bytes), bytes, required: false })
})
