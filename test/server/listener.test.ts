/** The door: bodies, continuation, early answers, stalls and closing, without anything of S3 behind it. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { S3Error } from '../../src/model/errors.ts'
import { RawConnection, sendRaw } from '../harness/raw.ts'
import { echo, openDoor, readAll, said } from './scene.ts'

const mebibyte = 1024 * 1024

test('row 42: every answer bears a request id, a host id, a date and a server', async () => {
  await using door = await openDoor(async () => said('x'))
  const { headers } = await sendRaw(door, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  assert.match(headers['x-amz-request-id'] ?? '', /^[0-9A-F]{16}$/)
  assert.match(headers['x-amz-id-2'] ?? '', /^[0-9A-Za-z+/]{56}$/)
  assert.equal(headers['server'], 'Ashlar')
  assert.ok(!Number.isNaN(Date.parse(headers['date'] ?? '')))
})

test('a connection carries one request after the other', async () => {
  await using door = await openDoor(echo)
  await using connection = await RawConnection.open(door)
  for (const text of ['one', 'two', 'three']) {
    connection.send(`PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: ${text.length}\r\n\r\n${text}`)
    assert.equal((await connection.answer()).text, text)
  }
})

test('an empty answer says that it is empty', async () => {
  await using door = await openDoor(async () => ({ status: 200, headers: [], body: undefined }))
  const { headers, body } = await sendRaw(door, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  assert.equal(headers['content-length'], '0')
  assert.equal(headers['transfer-encoding'], undefined)
  assert.equal(body.length, 0)
})

test('a body of chunks and one of a known length are read whole, at the pace of a slow reader', async () => {
  await using door = await openDoor(async ({ body }) => {
    let sizeBytes = 0
    for await (const chunk of body) {
      sizeBytes += chunk.length
      if (sizeBytes % 7 === 0) await sleep(1)
    }
    return said(String(sizeBytes))
  })
  const bytes = Buffer.alloc(3 * mebibyte, 'abc')
  const head = `PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes.length}\r\n\r\n`
  const known = await sendRaw(door, Buffer.concat([Buffer.from(head), bytes]))
  assert.equal(known.text, String(bytes.length))
  const chunked = Buffer.concat([
    Buffer.from('PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n'),
    Buffer.from(`${bytes.length.toString(16)}\r\n`),
    bytes,
    Buffer.from('\r\n0\r\n\r\n'),
  ])
  assert.equal((await sendRaw(door, chunked)).text, String(bytes.length))
})

test('a request with neither length nor encoding has no body, and who reads it is told at once', async () => {
  await using door = await openDoor(echo)
  await using connection = await RawConnection.open(door)
  const heads = ['', 'Content-Length: 0\r\n', 'Expect: 100-continue\r\n'].map(
    (field) => `PUT / HTTP/1.1\r\nHost: x\r\n${field}\r\n`,
  )
  for (const head of heads) {
    connection.send(head)
    const answer = await connection.answer()
    assert.deepEqual([answer.status, answer.text], [200, ''], head)
  }
  connection.send('PUT / HTTP/1.1\r\nHost: x\r\nCONTENT-length: 5\r\n\r\nhello')
  assert.equal((await connection.answer()).text, 'hello', 'the connection stays')
})

test('row 40: 100 Continue goes out once, on the first read and in any spelling', async () => {
  await using door = await openDoor(echo)
  for (const expectation of ['100-continue', '100-Continue', 'x\r\nEXPECT: 100-continue']) {
    await using connection = await RawConnection.open(door)
    connection.send(
      `PUT / HTTP/1.1\r\nHost: x\r\nExpect: ${expectation}\r\nContent-Length: 5\r\n\r\n`,
    )
    await connection.continued()
    connection.send('hello')
    const answer = await connection.answer()
    assert.deepEqual(answer.interim, [100])
    assert.equal(answer.text, 'hello')
    connection.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    assert.equal((await connection.answer()).status, 200, 'the connection stays')
  }
})

test('row 40: an error instead of 100 Continue ends the connection', async () => {
  await using door = await openDoor(async () => {
    throw new S3Error('NoSuchUpload', { UploadId: 'x' })
  })
  await using connection = await RawConnection.open(door)
  connection.send('PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n')
  const answer = await connection.answer()
  assert.deepEqual([answer.status, answer.code, answer.interim], [404, 'NoSuchUpload', []])
  assert.equal(answer.headers['connection'], 'close')
  await connection.closed()
})

test('row 40, D12: another expectation is none', async () => {
  await using door = await openDoor(echo)
  const answer = await sendRaw(
    door,
    'PUT / HTTP/1.1\r\nHost: x\r\nExpect: 200-ok\r\nContent-Length: 1\r\n\r\nx',
  )
  assert.deepEqual([answer.status, answer.interim], [200, []])
})

test('D13: an early error arrives whole although the client still sends, which then is not read', async () => {
  const received = { bytes: 0 }
  await using door = await openDoor(async (exchange) => {
    received.bytes = exchange.body.receivedBytes
    throw new S3Error('AccessDenied')
  })
  await using connection = await RawConnection.open(door)
  connection.send(`PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: ${64 * mebibyte}\r\n\r\n`)
  connection.send(Buffer.alloc(64 * mebibyte))
  const answer = await connection.answer()
  assert.deepEqual([answer.status, answer.headers['connection']], [403, 'close'])
  await connection.closed().catch(() => undefined)
  assert.equal(received.bytes, 0)
})

test('a small unread body is thrown away and the connection stays', async () => {
  await using door = await openDoor(async () => {
    throw new S3Error('AccessDenied')
  })
  await using connection = await RawConnection.open(door)
  for (const _ of [1, 2]) {
    connection.send(`PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3000\r\n\r\n${'x'.repeat(3000)}`)
    const answer = await connection.answer()
    assert.deepEqual([answer.status, answer.headers['connection']], [403, 'keep-alive'])
  }
})

test('an error after the whole body was read keeps the connection', async () => {
  await using door = await openDoor(async ({ body }) => {
    await readAll(body)
    throw new S3Error('BadDigest')
  })
  await using connection = await RawConnection.open(door)
  for (const _ of [1, 2]) {
    connection.send(
      `PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(100_000)}`,
    )
    assert.equal((await connection.answer()).code, 'BadDigest')
  }
})

test('D14: a body that stalls is RequestTimeout, one that our reader keeps waiting is not', async () => {
  await using door = await openDoor(
    async (exchange) => {
      if (exchange.target === '/slow-reader') await sleep(400)
      return echo(exchange)
    },
    { bodyWindowMs: 200 },
  )
  const stalled = await sendRaw(
    door,
    'PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\nabc',
  )
  assert.deepEqual([stalled.status, stalled.code], [400, 'RequestTimeout'])
  assert.equal(stalled.headers['connection'], 'close')
  const patient = await sendRaw(
    door,
    'PUT /slow-reader HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc',
  )
  assert.equal(patient.text, 'abc')
})

test('D14: a header section that never ends is RequestTimeout; a silent connection is closed', async () => {
  await using door = await openDoor(echo, { headersMs: 150 })
  const unfinished = await sendRaw(door, 'GET / HTTP/1.1\r\nHost: x\r\nX-A: ')
  assert.deepEqual([unfinished.status, unfinished.code], [400, 'RequestTimeout'])
  await using silent = await RawConnection.open(door)
  await silent.closed()
})

test('D15: a client that leaves in mid-body is IncompleteBody for the reader, and the signal tells', async () => {
  const begun = Promise.withResolvers<void>()
  const outcome = Promise.withResolvers<unknown>()
  const gone = Promise.withResolvers<boolean>()
  await using door = await openDoor(async (exchange) => {
    begun.resolve()
    exchange.signal.addEventListener('abort', () => gone.resolve(true))
    return await echo(exchange).catch((error: unknown) => {
      outcome.resolve(error)
      throw error
    })
  })
  const connection = await RawConnection.open(door)
  connection.send('PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc')
  await begun.promise
  connection.cut()
  assert.equal(((await outcome.promise) as S3Error).code, 'IncompleteBody')
  assert.equal(await gone.promise, true)
})

test('D15: a client that ends its side after the whole request is served', async () => {
  await using door = await openDoor(async (exchange) => {
    await sleep(50)
    return echo(exchange)
  })
  await using connection = await RawConnection.open(door)
  connection.send('PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc')
  connection.finish()
  assert.equal((await connection.answer()).text, 'abc')
})

test('D11: chunks that break HTTP in mid-body are 400', async () => {
  await using door = await openDoor(echo)
  const bytes = 'PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n'
  const answer = await sendRaw(door, bytes)
  assert.deepEqual([answer.status, answer.code], [400, 'IncompleteBody'])
})

test('D01, D07: what is no request is answered in XML and the connection ends', async () => {
  await using door = await openDoor(echo)
  const host = 'Host: x\r\n'
  const cases: ReadonlyArray<readonly [string, string]> = [
    ['GARBAGE\r\n\r\n', 'BadRequest'],
    [`PUT / HTTP/1.1\r\n${host}Content-Length: +3\r\n\r\nabc`, 'BadRequest'],
    [`PUT / HTTP/1.1\r\n${host}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc`, 'BadRequest'],
    [
      `PUT / HTTP/1.1\r\n${host}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      'BadRequest',
    ],
    [`GET / HTTP/1.1\r\n${host}X : y\r\n\r\n`, 'BadRequest'],
    [`GET / HTTP/1.1\r\n${host}X: ${'y'.repeat(20_000)}\r\n\r\n`, 'RequestHeaderSectionTooLarge'],
    [`GET /${'y'.repeat(20_000)} HTTP/1.1\r\n${host}\r\n`, 'RequestHeaderSectionTooLarge'],
  ]
  for (const [bytes, code] of cases) {
    await using connection = await RawConnection.open(door)
    connection.send(bytes)
    const answer = await connection.answer()
    assert.deepEqual([answer.status, answer.code], [400, code], bytes.slice(0, 60))
    assert.match(answer.headers['x-amz-request-id'] ?? '', /^[0-9A-F]{16}$/)
    assert.ok(answer.text.includes(`<RequestId>${answer.headers['x-amz-request-id']}</RequestId>`))
    await connection.closed()
  }
})

test('garbage behind a good request does not take its answer away', async () => {
  await using door = await openDoor(async (exchange) => {
    await sleep(50)
    return echo(exchange)
  })
  await using connection = await RawConnection.open(door)
  connection.send('PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGARBAGE\r\n\r\n')
  assert.equal((await connection.answer()).text, 'abc')
  await connection.closed()
})
