/** Answers on their way out: streams, broken streams, clients that do not read, long silences, the end of the server. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { S3Error } from '../../src/model/errors.ts'
import { patiently } from '../../src/server/patience.ts'
import { primed } from '../../src/server/primed.ts'
import { timings } from '../../src/server/timings.ts'
import { encodeError } from '../../src/wire/error.ts'
import type { Reply } from '../../src/wire/exchange.ts'
import { RawConnection, sendRaw } from '../harness/raw.ts'
import { until } from '../harness/until.ts'
import { openDoor, said } from './scene.ts'

const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

function streamed(length: number, body: AsyncIterable<Uint8Array>): Reply {
  return { status: 200, headers: [['Content-Length', String(length)]], body }
}

test('a stream goes out whole under its length', async () => {
  await using door = await openDoor(async () => streamed(6, pieces('abc', 'def')))
  const answer = await sendRaw(door, get)
  assert.deepEqual([answer.text, answer.headers['content-length']], ['abcdef', '6'])
  assert.deepEqual(door.sent, [{ bodyBytes: 6 }])
})

test('what an answer consists of is freed once the network has it, unless it is part of something else', async () => {
  const own = [Buffer.alloc(300_000, 'a'), Buffer.alloc(300_000, 'b')]
  const shared = Buffer.alloc(300_000, 'c').subarray(1)
  async function* all(): AsyncGenerator<Uint8Array> {
    yield* [...own, shared]
  }
  await using door = await openDoor(async () => streamed(899_999, all()))
  const answer = await sendRaw(door, get)
  const expected = 'a'.repeat(300_000) + 'b'.repeat(300_000) + 'c'.repeat(299_999)
  assert.ok(answer.text === expected)
  while (door.sent.length === 0) await sleep(1)
  assert.deepEqual(
    [...own, shared].map((bytes) => bytes.length),
    [0, 0, 299_999],
  )
  const document = Buffer.alloc(300_000, 'd')
  const reply: Reply = { status: 200, headers: [], body: document }
  await using second = await openDoor(async () => reply)
  assert.ok((await sendRaw(second, get)).text === 'd'.repeat(300_000))
  while (second.sent.length === 0) await sleep(1)
  assert.deepEqual([document.length, second.sent], [0, [{ bodyBytes: 300_000 }]])
})

test('a stream that fails or ends early breaks the connection: never a whole answer', async () => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('abc')
    throw new Error('the disk lies')
  }
  for (const body of [failing(), pieces('abc')]) {
    await using door = await openDoor(async () => streamed(6, body))
    await assert.rejects(sendRaw(door, get))
    assert.ok(door.sent[0]?.cut?.reason instanceof Error)
  }
})

test('what fails before the first byte is still an error with its status', async () => {
  await using door = await openDoor(async () => {
    const failing = { next: () => Promise.reject(new S3Error('InternalError')) }
    return primed(streamed(6, { [Symbol.asyncIterator]: () => failing }))
  })
  assert.equal((await sendRaw(door, get)).status, 500)
})

test('a client that reads nothing is cut off, and the stream is let go', async () => {
  const left = Promise.withResolvers<void>()
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield Buffer.alloc(256 * 1024)
    } finally {
      left.resolve()
    }
  }
  await using door = await openDoor(async () => ({ status: 200, headers: [], body: endless() }), {
    writeStallMs: 200,
  })
  const socket = connect(door)
  socket.on('error', () => {})
  socket.write(get)
  await left.promise
  socket.destroy()
  assert.ok(await until(() => door.sent[0]?.cut !== undefined))
})

test('bytes in hand of a client that reads nothing are freed when it is cut off', async () => {
  const body = Buffer.alloc(64 * 1024 * 1024, 'a')
  await using door = await openDoor(async () => ({ status: 200, headers: [], body }), {
    writeStallMs: 200,
  })
  const socket = connect(door)
  socket.on('error', () => {})
  socket.write(get)
  assert.ok(await until(() => door.sent[0]?.cut !== undefined))
  assert.deepEqual([door.sent[0]?.bodyBytes, body.length], [0, 0])
  socket.destroy()
})

test('a client that takes something now and then is cut off when that is less than the pace', async () => {
  const sizeBytes = 32 * 1024 * 1024
  const writeStallMs = 1000
  async function* inOne(): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(sizeBytes)
  }
  const taken = async (answerBytesPerSecondMin: number, reply: () => Reply): Promise<number> => {
    await using door = await openDoor(async () => reply(), {
      writeStallMs,
      answerBytesPerSecondMin,
    })
    const socket = connect(door).on('error', () => {})
    socket.write(get.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))
    let takenBytes = 0
    // Never so long that nothing moves, but two seconds for the whole.
    for await (const bytes of socket as AsyncIterable<Buffer>) {
      takenBytes += bytes.length
      await sleep((bytes.length / sizeBytes) * 2 * writeStallMs)
    }
    return takenBytes
  }
  for (const reply of [
    () => streamed(sizeBytes, inOne()),
    () => ({ status: 200, headers: [], body: Buffer.alloc(sizeBytes) }),
  ]) {
    assert.ok((await taken(sizeBytes * 1000, reply).catch(() => 0)) < sizeBytes)
    assert.ok((await taken(sizeBytes / 100, reply)) > sizeBytes)
  }
})

test('a client that takes nothing is cut off in its time, also when the system took a part of what was written', async () => {
  const writeStallMs = 3000
  const body = Buffer.alloc(64 * 1024 * 1024)
  await using door = await openDoor(async () => ({ status: 200, headers: [], body }), {
    writeStallMs,
  })
  const begun = performance.now()
  const socket = connect(door).on('error', () => {})
  socket.write(get)
  assert.ok(await until(() => door.sent[0]?.cut !== undefined))
  const ms = performance.now() - begun
  socket.destroy()
  assert.ok(ms >= writeStallMs, `${ms} ms`)
  assert.ok(ms < 1.8 * writeStallMs, `${ms} ms`)
})

test('a client that takes much at long intervals keeps its connection', async () => {
  const sizeBytes = 48 * 1024 * 1024
  const writeStallMs = 1500
  await using door = await openDoor(
    async () => ({ status: 200, headers: [], body: Buffer.alloc(sizeBytes) }),
    { writeStallMs },
  )
  const socket = connect(door)
  socket.write(get.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))
  let takenBytes = 0
  let restBytes = sizeBytes / 8
  for await (const bytes of socket as AsyncIterable<Buffer>) {
    takenBytes += bytes.length
    restBytes -= bytes.length
    if (restBytes > 0) continue
    restBytes = sizeBytes / 8
    await sleep(0.6 * writeStallMs)
  }
  assert.ok(takenBytes > sizeBytes)
})

test('HEAD has the length of what GET would bring, and no body', async () => {
  await using door = await openDoor(async () => ({
    status: 200,
    headers: [['Content-Length', '12345']],
    body: undefined,
  }))
  const answer = await sendRaw(door, get.replace('GET', 'HEAD'), 'HEAD')
  assert.equal(answer.headers['content-length'], '12345')
})

test('header values go out byte for byte', async () => {
  await using door = await openDoor(async () => ({
    ...said('x'),
    headers: [['x-amz-meta-a', 'caf\u00c3\u00a9']],
  }))
  const answer = await sendRaw(door, get)
  assert.equal(Buffer.from(answer.headers['x-amz-meta-a'] ?? '', 'latin1').toString(), 'café')
})

test('a header that would split the answer breaks the connection instead', async () => {
  await using door = await openDoor(async () => ({
    ...said('x'),
    headers: [['x-a', 'b\r\nx-c: d']],
  }))
  await assert.rejects(sendRaw(door, get))
})

const quick = { ...timings, patienceMs: 40, pulseMs: 20 }

function document(text: string): Reply {
  return {
    status: 200,
    headers: [],
    body: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`),
  }
}

function never(): Reply {
  throw new Error('nothing fails here')
}

test('a long Complete begins with 200 and white space, and ends with the result', async () => {
  const work = Promise.withResolvers<Reply>()
  const patience = { timings: quick, failed: never }
  const reply = await patiently('CompleteMultipartUpload', work.promise, patience)
  assert.equal(reply.status, 200)
  const pieces: Uint8Array[] = []
  for await (const piece of reply.body as AsyncIterable<Uint8Array>) {
    pieces.push(piece)
    // The declaration and two pulses came while it went on.
    if (pieces.length === 3) work.resolve(document('<Result></Result>'))
  }
  const text = Buffer.concat(pieces).toString()
  assert.match(text, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n {2,}<Result><\/Result>$/)
})

test('a long Complete that fails ends with the error in place of the result', async () => {
  await using door = await openDoor(async (exchange) => {
    const work = sleep(100).then(() => Promise.reject(new S3Error('InvalidPart')))
    const failed = (error: unknown): Reply => encodeError(error, exchange)
    return patiently('CompleteMultipartUpload', work, { timings: quick, failed })
  })
  const answer = await sendRaw(door, get)
  assert.deepEqual([answer.status, answer.code], [200, 'InvalidPart'])
  assert.equal(answer.text.match(/<\?xml/g)?.length, 1)
})

test('an early error keeps its status, and no other operation begins early', async () => {
  const refused = Promise.reject(new S3Error('InvalidPart'))
  await assert.rejects(
    patiently('CompleteMultipartUpload', refused, { timings: quick, failed: never }),
  )
  const late = sleep(80).then(() => document('<A></A>'))
  const reply = await patiently('ListObjects', late, { timings: quick, failed: never })
  assert.ok(reply.body instanceof Uint8Array)
})

test('closing lets a request in flight finish and takes no new one', async () => {
  const begun = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  const door = await openDoor(async () => {
    begun.resolve()
    await held.promise
    return said('late')
  })
  await using idle = await RawConnection.open(door)
  await using connection = await RawConnection.open(door)
  connection.send(get)
  await begun.promise
  const closed = door.close()
  held.resolve()
  const answer = await connection.answer()
  assert.deepEqual([answer.text, answer.headers['connection']], ['late', 'close'])
  await closed
  await idle.closed()
  await assert.rejects(RawConnection.open(door))
})

test('closing cuts what does not finish in time', async () => {
  const begun = Promise.withResolvers<void>()
  const door = await openDoor(async ({ signal }) => {
    begun.resolve()
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    return said('never')
  })
  const answer = sendRaw(door, get)
  const rejected = assert.rejects(answer)
  await begun.promise
  await door.close()
  await rejected
})
