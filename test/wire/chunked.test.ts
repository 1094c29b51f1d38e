/** aws-chunked bodies, whole and broken, in every way the network may cut them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { identify } from '../../src/identity/identify.ts'
import { S3Error } from '../../src/model/errors.ts'
import type { Payload } from '../../src/model/payload.ts'
import { readAddress } from '../../src/wire/address.ts'
import { openBody } from '../../src/wire/body.ts'
import { exampleKey, exchangeOf, realmAt } from '../harness/exchange.ts'
import type { WireRequest } from '../harness/raw.ts'
import { signRequest, type PayloadForm, type RequestPlan, type Signable } from '../harness/sign.ts'

const now = new Date('2026-11-20T12:00:00Z')
const server: Signable = { host: 'localhost', port: 9000, region: 'us-east-1', keys: exampleKey }
const trailer = ['x-amz-checksum-crc32', 'AAAAAA=='] as const
const data = 'one two three four five six seven eight'

async function signed(plan: RequestPlan): Promise<WireRequest> {
  return await signRequest(server, { path: '/b/k', date: now, body: data, chunkBytes: 10, ...plan })
}

/** The body of a request as the server sees it, arriving in `pieces`. */
function open(request: WireRequest, pieces?: readonly Uint8Array[]): Payload {
  const exchange = exchangeOf(request, pieces)
  const { seal } = identify(exchange, readAddress(exchange, []), realmAt(now))
  return openBody(exchange, seal)
}

/** The same request with its body replaced, and a length that suits it. */
function withBody(request: WireRequest, body: string | Uint8Array): WireRequest {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : body
  const headers = request.headers.filter(([name]) => name !== 'content-length')
  return {
    ...request,
    headers: [...headers, ['content-length', String(bytes.length)]],
    body: bytes,
  }
}

async function read(payload: Payload): Promise<string> {
  return Buffer.concat(await Array.fromAsync(payload)).toString()
}

function bodyText({ body }: WireRequest): string {
  return Buffer.from(body ?? []).toString('latin1')
}

async function refused(request: WireRequest, code: string, message?: string): Promise<void> {
  await assert.rejects(
    async () => await read(open(request)),
    (error) => {
      assert.ok(error instanceof S3Error, String(error))
      assert.equal(error.code, code, bodyText(request))
      if (message !== undefined) assert.equal(error.message, message)
      return true
    },
  )
}

const forms: Array<[PayloadForm, RequestPlan['trailer']]> = [
  ['streaming', undefined],
  ['streaming-trailer', trailer],
  ['streaming-unsigned-trailer', trailer],
  ['streaming-unsigned-trailer', undefined],
]

for (const [payload, field] of forms) {
  const name = `${payload}${field === undefined ? '' : ' with a trailer'}`

  test(`row 17: ${name}, however it is cut`, async () => {
    for (const body of [data, '', 'x'.repeat(30)]) {
      const request = await signed({ payload, trailer: field, body })
      const bytes = Buffer.from(request.body ?? [])
      for (const size of [1, 2, 3, 7, 100, bytes.length]) {
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        )
        const opened = open(request, pieces)
        assert.equal(opened.lengthBytes, body.length)
        assert.equal(await read(opened), body)
        assert.deepEqual([...opened.trailers], field === undefined ? [] : [field])
      }
    }
  })

  test(`row 17: ${name}, cut off anywhere`, async () => {
    const request = await signed({ payload, trailer: field })
    const text = bodyText(request)
    // The last line end is a courtesy that some clients leave out.
    const least = field === undefined ? text.length - 2 : text.length - 3
    for (let end = 0; end < least; end += 1) {
      await assert.rejects(read(open(withBody(request, text.slice(0, end)))), S3Error)
    }
    await assert.rejects(read(open({ ...request, body: Buffer.from(text.slice(0, -2)) })), {
      code: 'IncompleteBody',
    })
  })

  test(`D11: ${name}, followed by more`, async () => {
    const request = await signed({ payload, trailer: field })
    for (const more of ['x', 'x: y\r\n', '0\r\n', '\0\r\n', `x${'\r\n'.repeat(5000)}`]) {
      await refused(withBody(request, bodyText(request) + more), 'MalformedTrailerError')
    }
  })
}

test('data is handed on as views of what arrived', async () => {
  const request = await signed({ payload: 'streaming-unsigned-trailer' })
  const runs = await Array.fromAsync(open(request))
  assert.ok(runs.every((run) => run.buffer === request.body?.buffer))
})

const truncated = 'The request body terminated unexpectedly'
const framings: Array<[string, string]> = [
  ['LF alone', '3\nabc\n0\n\n'],
  ['no CRLF after the data', '3\r\nabc0\r\n\r\n'],
  ['other bytes after the data', '3\r\nabcxx0\r\n\r\n'],
  ['data longer than its size', '2\r\nabc\r\n0\r\n\r\n'],
  ['no size', '\r\nabc\r\n0\r\n\r\n'],
  ['a size that is no hex', '3g\r\nabc\r\n0\r\n\r\n'],
  ['a negative size', '-3\r\nabc\r\n0\r\n\r\n'],
  ['a size in 0x', '0x3\r\nabc\r\n0\r\n\r\n'],
  ['spaces', ' 3\r\nabc\r\n0\r\n\r\n'],
  ['a size beyond numbers', 'ffffffffffffffff\r\nabc'],
  ['a size of many digits', `${'0'.repeat(17)}3\r\nabc\r\n0\r\n\r\n`],
  ['a line without end', '3'.repeat(20_000)],
  ['another extension', '3;a=b\r\nabc\r\n0\r\n\r\n'],
  ['a signature where none belongs', '3;chunk-signature=a\r\nabc\r\n0\r\n\r\n'],
  ['nothing', ''],
]

for (const [name, body] of framings) {
  test(`D11: ${name}`, async () => {
    const request = await signed({ payload: 'streaming-unsigned-trailer', body: 'abc' })
    assert.equal(await read(open(withBody(request, '3\r\nabc\r\n0\r\n\r\n'))), 'abc')
    await refused(withBody(request, body), 'IncompleteBody', truncated)
  })
}

test('row 17: the decoded length is the length', async () => {
  const request = await signed({ payload: 'streaming-unsigned-trailer', body: 'abc' })
  for (const body of [
    '2\r\nab\r\n0\r\n\r\n',
    '4\r\nabcd\r\n0\r\n\r\n',
    '3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n',
  ]) {
    await refused(withBody(request, body), 'IncompleteBody')
  }
})

test('nothing beyond the decoded length is handed on', async () => {
  const request = await signed({ payload: 'streaming-unsigned-trailer', body: 'abc' })
  const runs: Uint8Array[] = []
  await assert.rejects(async () => {
    for await (const run of open(withBody(request, '3\r\nabc\r\n5\r\nabcde\r\n0\r\n\r\n')))
      runs.push(run)
  })
  assert.equal(Buffer.concat(runs).toString(), 'abc')
})

test('A06: a chunk that was changed, swapped, repeated, left out or stripped of its signature', async () => {
  const request = await signed({
    payload: 'streaming',
    body: 'a'.repeat(10) + 'b'.repeat(10) + 'c'.repeat(10),
  })
  const text = bodyText(request)
  const [first = '', second = '', third = '', end = ''] = text.split(/(?<=[abc]{10}\r\n)/)
  assert.equal(await read(open(request)), 'aaaaaaaaaabbbbbbbbbbcccccccccc')
  const forged = [
    first + second.replace('bb', 'xb') + third + end,
    second + first + third + end,
    first + first + third + end,
    first + second + third + end.replace(/=..../, '=0000'),
    first + second.replace(/=[0-9a-f]{64}/, '=') + third + end,
    first + second.replace(/=[0-9a-f]{64}/, (signature) => signature.toUpperCase()) + third + end,
  ]
  for (const body of forged) await refused(withBody(request, body), 'SignatureDoesNotMatch')
  await refused(withBody(request, first + third + end), 'SignatureDoesNotMatch')
  await refused(
    withBody(request, first + second.replace(/;[^\r]*/, '') + third + end),
    'IncompleteBody',
  )
})

test('A07: a signed trailer that was changed', async () => {
  const request = await signed({ payload: 'streaming-trailer', trailer })
  const text = bodyText(request)
  await refused(withBody(request, text.replace('AAAAAA', 'BAAAAA')), 'SignatureDoesNotMatch')
  const signature = /x-amz-trailer-signature:/
  await refused(
    withBody(request, text.replace(/(signature:).{4}/, '$10000')),
    'SignatureDoesNotMatch',
  )
  await refused(
    withBody(request, text.replace(/x-amz-trailer-signature:[^\r]*\r\n/, '')),
    'MalformedTrailerError',
  )
  assert.match(text, signature)
})

const ends: Array<[string, string | undefined]> = [
  ['x-amz-checksum-crc32:AAAAAA==\r\n\r\n', undefined],
  ['x-amz-checksum-crc32:AAAAAA==\r\n', undefined],
  ['x-amz-checksum-crc32:AAAAAA==\n\r\n\r\n', undefined],
  ['X-Amz-Checksum-CRC32 : AAAAAA== \r\n\r\n', undefined],
  ['', 'MalformedTrailerError'],
  ['\r\n', 'MalformedTrailerError'],
  ['x-amz-checksum-crc32:AAAAAA==', 'MalformedTrailerError'],
  ['x-amz-checksum-crc32c:AAAAAA==\r\n\r\n', 'MalformedTrailerError'],
  ['x-amz-checksum-crc32:AAAAAA==\r\nx-amz-meta-a:b\r\n\r\n', 'MalformedTrailerError'],
  [
    'x-amz-checksum-crc32:AAAAAA==\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n',
    'MalformedTrailerError',
  ],
  ['x-amz-checksum-crc32\r\n\r\n', 'MalformedTrailerError'],
  [':AAAAAA==\r\n\r\n', 'MalformedTrailerError'],
  ['x-amz-checksum-crc32:AAAAAA==\r\nx-amz-trailer-signature:a\r\n\r\n', 'MalformedTrailerError'],
]

for (const [end, code] of ends) {
  test(`row 18, A07: ${JSON.stringify(end)}`, async () => {
    const request = await signed({ payload: 'streaming-unsigned-trailer', body: 'abc', trailer })
    const ended = withBody(request, `3\r\nabc\r\n0\r\n${end}`)
    if (code !== undefined) return await refused(ended, code)
    const opened = open(ended)
    assert.equal(await read(opened), 'abc')
    assert.deepEqual([...opened.trailers], [trailer])
  })
}

test('row 18: a trailer that nobody announced', async () => {
  const request = await signed({ payload: 'streaming-unsigned-trailer', body: 'abc' })
  await refused(
    withBody(request, '3\r\nabc\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n'),
    'MalformedTrailerError',
  )
})

test('D17: no bytes make the decoder do anything but decode or refuse', async () => {
  const request = await signed({ payload: 'streaming-unsigned-trailer', body: 'abc', trailer })
  const token = fc.constantFrom(
    '3',
    '0',
    'a',
    'abc',
    '\r\n',
    '\n',
    ';',
    ':',
    'chunk-signature=',
    trailer.join(':'),
  )
  const body = fc.array(fc.oneof(token, fc.string({ unit: 'binary-ascii' })), { maxLength: 12 })
  const property = fc.asyncProperty(body, async (tokens) => {
    try {
      assert.equal(await read(open(withBody(request, tokens.join('')))), 'abc')
    } catch (error) {
      assert.ok(error instanceof S3Error, String(error))
    }
  })
  await fc.assert(property, { numRuns: 3000 })
})
