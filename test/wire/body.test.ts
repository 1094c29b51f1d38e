/** A body against what its request said of it. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { Payload } from '../../src/model/payload.ts'
import { openBody, requireLength } from '../../src/wire/body.ts'
import type { Seal } from '../../src/wire/seal.ts'
import { exchangeOf } from '../harness/exchange.ts'

const data = Buffer.from('some bytes')
const sealed: Seal = { kind: 'sha256', hex: createHash('sha256').update(data).digest('hex') }
const unsigned: Seal = { kind: 'unsigned' }
const framed: Seal = { kind: 'aws-chunked', chunks: undefined, trailer: true }

function open(seal: Seal, headers: Record<string, string>, pieces: Uint8Array[] = [data]): Payload {
  const request = { method: 'PUT', target: '/b/k', headers: Object.entries(headers) }
  return openBody(exchangeOf(request, pieces), seal)
}

async function read(payload: Payload): Promise<string> {
  return Buffer.concat(await Array.fromAsync(payload)).toString()
}

const length = { 'content-length': String(data.length) }
const chunked = { 'transfer-encoding': 'chunked' }

test('bytes go through as they came, without a copy', async () => {
  const payload = open(sealed, length, [data.subarray(0, 4), data.subarray(4)])
  assert.equal(payload.lengthBytes, data.length)
  const runs = await Array.fromAsync(payload)
  assert.ok(runs.every((run) => run.buffer === data.buffer))
  assert.equal(Buffer.concat(runs).toString(), 'some bytes')
  assert.equal(payload.trailers.size, 0)
})

test('row 14, A17: a body that is not the signed one', async () => {
  const payload = open(sealed, length, [Buffer.from('SOME BYTES')])
  await assert.rejects(read(payload), {
    code: 'XAmzContentSHA256Mismatch',
    detail: {
      ClientComputedContentSHA256: sealed.hex,
      S3ComputedContentSHA256: createHash('sha256').update('SOME BYTES').digest('hex'),
    },
  })
})

test('row 12: a body that ends early', async () => {
  for (const seal of [sealed, unsigned]) {
    const payload = open(seal, { 'content-length': '11' })
    await assert.rejects(read(payload), {
      code: 'IncompleteBody',
      message:
        'You did not provide the number of bytes specified by the Content-Length HTTP header',
    })
  }
})

test('row 9: no length at all', () => {
  const exchange = exchangeOf({ method: 'PUT', target: '/b/k', headers: [] })
  assert.throws(() => requireLength(exchange), { code: 'MissingContentLength', status: 411 })
  for (const headers of [length, chunked]) {
    requireLength(exchangeOf({ method: 'PUT', target: '/b/k', headers: Object.entries(headers) }))
  }
  assert.equal(open(unsigned, {}, []).lengthBytes, 0)
})

test('row 11: HTTP chunks without a decoded length', async () => {
  assert.throws(() => open(sealed, chunked), {
    code: 'NotImplemented',
    detail: { Header: 'Transfer-Encoding' },
    message: 'A header you provided implies functionality that is not implemented',
  })
  assert.throws(() => open(framed, chunked), { code: 'MissingContentLength' })
  const payload = open(unsigned, chunked)
  assert.equal(payload.lengthBytes, undefined)
  assert.equal(await read(payload), 'some bytes')
})

test('a decoded length is a plain number', () => {
  for (const value of ['', '-1', '1.5', '0x10', '1e3', '9007199254740993']) {
    assert.throws(() => open(framed, { ...chunked, 'x-amz-decoded-content-length': value }), {
      code: 'InvalidArgument',
    })
  }
})

test('row 18: a trailer is announced only where one can come, and only a checksum', () => {
  const decoded = { ...chunked, 'x-amz-decoded-content-length': '0' }
  const announced = { ...decoded, 'x-amz-trailer': 'X-Amz-Checksum-Crc32' }
  assert.equal(open(framed, announced).announcedTrailer, 'x-amz-checksum-crc32')
  const refusal = {
    code: 'InvalidRequest',
    message: 'The value specified in the x-amz-trailer header is not supported',
  }
  for (const name of ['x-amz-meta-a', 'x-amz-checksum-crc32,x-amz-checksum-sha1', '']) {
    assert.throws(() => open(framed, { ...decoded, 'x-amz-trailer': name }), refusal)
  }
  assert.throws(() => open(sealed, { ...length, 'x-amz-trailer': 'x-amz-checksum-crc32' }), refusal)
  assert.throws(() => open({ ...framed, trailer: false }, announced), refusal)
})

test('a body is read once', async () => {
  const payload = open(sealed, length)
  await read(payload)
  await assert.rejects(read(payload), /a body is read once/)
})
