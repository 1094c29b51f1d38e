/** The rows of what UploadPart is held to, 14 to 25: payload hashes, framing, trailers, Content-MD5 and checksum headers. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { checksumAlgorithms } from '../../src/payload/checksums/algorithms.ts'
import { checksumOf, loadHashers } from '../../src/payload/checksums/hashers.ts'
import { withHeader } from '../harness/sign.ts'
import { accepted, bucket, md5, refused, Rows } from './rows.ts'

const bytes = 'a part'

const checksum = (algorithm: string, of: string = bytes): string => {
  const known = checksumAlgorithms.find((name) => name === algorithm)
  assert.ok(known)
  return Buffer.from(checksumOf(known, Buffer.from(of))).toString('base64')
}
const header = (algorithm: string): string => `x-amz-checksum-${algorithm.toLowerCase()}`

describe('rows 14 to 25', () => {
  let rows: Rows
  let id: string

  before(async () => {
    await loadHashers()
    rows = await Rows.start()
    id = await rows.create('key')
  })
  after(() => rows.stop())

  it('row 14: holds the body against its signed hash', async () => {
    const claimed = createHash('sha256').update('another').digest('hex')
    refused(await rows.part('key', { id, headers: { 'x-amz-content-sha256': claimed } }), {
      code: 'XAmzContentSHA256Mismatch',
      message: "The provided 'x-amz-content-sha256' header does not match what was computed.",
      elements: {
        ClientComputedContentSHA256: claimed,
        S3ComputedContentSHA256: createHash('sha256').update(bytes).digest('hex'),
      },
    })
  })

  it('row 15: wants x-amz-content-sha256 with a signed header, and not in a presigned URL', async () => {
    const without = await rows.part('key', {
      id,
      alter: (request) => withHeader(request, 'x-amz-content-sha256', undefined),
    })
    refused(without, {
      code: 'InvalidRequest',
      message: 'Missing required header for this request: x-amz-content-sha256',
    })
    refused(await rows.part('key', { id, headers: { 'x-amz-content-sha256': 'nonsense' } }), {
      code: 'InvalidArgument',
      elements: { ArgumentName: 'x-amz-content-sha256', ArgumentValue: 'nonsense' },
    })
    accepted(await rows.part('key', { id, presign: 60 }))
  })

  it('row 16: takes every form of payload over plain HTTP, but not ECDSA', async () => {
    const trailer = ['x-amz-checksum-crc32', checksum('CRC32')] as const
    for (const plan of [
      { payload: 'sha256' },
      { payload: 'unsigned' },
      { payload: 'streaming' },
      { payload: 'streaming-trailer', trailer },
      { payload: 'streaming-unsigned-trailer', trailer },
    ] as const) {
      const answer = accepted(await rows.part('key', { id, ...plan }))
      assert.equal(answer.headers['etag'], `"${md5(bytes)}"`)
    }
    const ecdsa = 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD'
    const answer = await rows.part('key', { id, headers: { 'x-amz-content-sha256': ecdsa } })
    refused(answer, { code: 'NotImplemented', status: 501 })
  })

  it('row 17: undoes aws-chunked, with small chunks, and refuses what is broken', async () => {
    const small = { id, payload: 'streaming', chunkBytes: 1 } as const
    assert.equal(accepted(await rows.part('key', small)).headers['etag'], `"${md5(bytes)}"`)
    const spoilt = await rows.part('key', {
      ...small,
      alter: (request) => ({
        ...request,
        body: Buffer.from(
          Buffer.from(request.body ?? '')
            .toString()
            .replace('\r\na\r\n', '\r\nb\r\n'),
        ),
      }),
    })
    refused(spoilt, { code: 'SignatureDoesNotMatch', status: 403 })
    for (const length of ['5', '7']) {
      const headers = { 'x-amz-decoded-content-length': length }
      refused(await rows.part('key', { id, payload: 'streaming', headers }), {
        code: 'IncompleteBody',
      })
    }
    const cut = await rows.part('key', {
      id,
      payload: 'unsigned',
      body: '6\r\na pa',
      headers: {
        'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'content-encoding': 'aws-chunked',
        'x-amz-decoded-content-length': '6',
      },
    })
    refused(cut, { code: 'IncompleteBody', message: 'The request body terminated unexpectedly' })
  })

  it('row 17: does not keep aws-chunked as a property of the object', async () => {
    const encoded = await rows.create('encoded', { 'content-encoding': 'gzip,aws-chunked' })
    accepted(await rows.part('encoded', { id: encoded }))
    accepted(await rows.complete(['encoded', encoded], [[1, md5(bytes)]]))
    const head = await rows.send({ method: 'HEAD', path: `/${bucket}/encoded` })
    assert.equal(head.headers['content-encoding'], 'gzip')
  })

  it('row 18: wants the trailer that was announced, and no other', async () => {
    const malformed = {
      code: 'MalformedTrailerError',
      message:
        'The request contained trailing data that was not well-formed or did not conform to our published schema.',
    }
    const payload = 'streaming-unsigned-trailer'
    const trailer = [header('CRC32'), checksum('CRC32')] as const
    const announced = (name: string): Record<string, string> => ({ 'x-amz-trailer': name })
    refused(await rows.part('key', { id, payload, headers: announced(header('CRC32')) }), malformed)
    refused(
      await rows.part('key', { id, payload, trailer, headers: announced(header('SHA1')) }),
      malformed,
    )
    const spaced = [header('CRC32'), ` ${checksum('CRC32')} `] as const
    accepted(await rows.part('key', { id, payload, trailer: spaced }))
    const unannounced = await rows.part('key', {
      id,
      payload: 'unsigned',
      body: `6\r\na part\r\n0\r\n${header('CRC32')}:${checksum('CRC32')}\r\n\r\n`,
      headers: {
        'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'content-encoding': 'aws-chunked',
        'x-amz-decoded-content-length': '6',
      },
    })
    refused(unannounced, malformed)
  })

  it('row 19: wants a trailer that can be such a checksum', async () => {
    const trailer = [header('CRC32'), 'AAAA'] as const
    refused(await rows.part('key', { id, payload: 'streaming-unsigned-trailer', trailer }), {
      code: 'InvalidRequest',
      message: 'Value for x-amz-checksum-crc32 trailing header is invalid.',
    })
  })

  it('row 20: refuses a Content-MD5 that is none', async () => {
    for (const value of ['nonsense', 'AAAA', md5(bytes)]) {
      refused(await rows.part('key', { id, headers: { 'content-md5': value } }), {
        code: 'InvalidDigest',
        message: 'The Content-MD5 you specified was invalid.',
        elements: { 'Content-MD5': value },
      })
    }
  })

  it('row 21: holds the body against Content-MD5', async () => {
    const wrong = md5('another', 'base64')
    refused(await rows.part('key', { id, headers: { 'content-md5': wrong } }), {
      code: 'BadDigest',
      message: 'The Content-MD5 you specified did not match what we received.',
      elements: { ExpectedDigest: wrong, CalculatedDigest: md5(bytes, 'base64') },
    })
    accepted(await rows.part('key', { id, headers: { 'content-md5': md5(bytes, 'base64') } }))
  })

  it('row 22: holds the body against its checksum, announced or not', async () => {
    for (const algorithm of checksumAlgorithms) {
      const headers = { [header(algorithm)]: checksum(algorithm, 'another') }
      refused(await rows.part('key', { id, headers }), {
        code: 'BadDigest',
        message: `The ${algorithm} you specified did not match the calculated checksum.`,
      })
    }
  })

  it('row 23: refuses a checksum that can be none', async () => {
    for (const value of ['nonsense', 'AAAA', '']) {
      refused(await rows.part('key', { id, headers: { 'x-amz-checksum-crc32': value } }), {
        code: 'InvalidRequest',
        message: 'Value for x-amz-checksum-crc32 header is invalid.',
      })
    }
  })

  it('row 24: refuses two checksums', async () => {
    const headers = { [header('CRC32')]: checksum('CRC32'), [header('SHA1')]: checksum('SHA1') }
    refused(await rows.part('key', { id, headers }), {
      code: 'InvalidRequest',
      message:
        'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    })
  })

  it('row 25: holds x-amz-sdk-checksum-algorithm against what came', async () => {
    const announced = { 'x-amz-sdk-checksum-algorithm': 'CRC32' }
    refused(await rows.part('key', { id, headers: announced }), {
      code: 'InvalidRequest',
      message:
        'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    })
    const other = { ...announced, [header('SHA1')]: checksum('SHA1') }
    refused(await rows.part('key', { id, headers: other }), {
      code: 'InvalidRequest',
      message: 'Value for x-amz-sdk-checksum-algorithm header is invalid.',
    })
    accepted(
      await rows.part('key', {
        id,
        headers: { ...announced, [header('CRC32')]: checksum('CRC32') },
      }),
    )
  })
})
