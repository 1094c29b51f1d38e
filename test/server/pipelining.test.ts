/** Requests that are sent before the answers to earlier ones came: done one after the other, answered in order. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { S3Error } from '../../src/model/errors.ts'
import type { HttpExchange } from '../../src/server/exchange.ts'
import type { Reply } from '../../src/wire/exchange.ts'
import { RawConnection } from '../harness/raw.ts'
import { until } from '../harness/until.ts'
import { echo, openDoor, said } from './scene.ts'

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`

test('the next request begins when the one before it is answered', async () => {
  const events: string[] = []
  await using door = await openDoor(async ({ target }) => {
    events.push(`begin ${target}`)
    // The first would be the last to end, if all ran side by side.
    await sleep(target === '/1' ? 60 : 5)
    events.push(`end ${target}`)
    return said(target)
  })
  await using connection = await RawConnection.open(door)
  connection.send(['/1', '/2', '/3'].map(get).join(''))
  for (const target of ['/1', '/2', '/3']) assert.equal((await connection.answer()).text, target)
  const expected = ['/1', '/2', '/3'].flatMap((target) => [`begin ${target}`, `end ${target}`])
  assert.deepEqual(events, expected)
})

test('another connection does not wait', async () => {
  const held = Promise.withResolvers<void>()
  await using door = await openDoor(async ({ target }) => {
    if (target === '/held') await held.promise
    return said(target)
  })
  await using one = await RawConnection.open(door)
  await using other = await RawConnection.open(door)
  one.send(get('/held'))
  other.send(get('/free'))
  assert.equal((await other.answer()).text, '/free')
  held.resolve()
  assert.equal((await one.answer()).text, '/held')
})

test('bodies are told apart, also where each waits for 100 Continue', async () => {
  await using door = await openDoor(echo)
  await using connection = await RawConnection.open(door)
  const put = (text: string, more = ''): string =>
    `PUT / HTTP/1.1\r\nHost: x\r\n${more}Content-Length: ${text.length}\r\n\r\n${text}`
  connection.send(put('one') + put('two', 'Expect: 100-continue\r\n') + put('three'))
  const answers = [await connection.answer(), await connection.answer(), await connection.answer()]
  assert.deepEqual(
    answers.map(({ text }) => text),
    ['one', 'two', 'three'],
  )
  assert.deepEqual(answers[1]?.interim, [100])
})

test('after the last answer of a connection nothing more is done', async () => {
  const done: string[] = []
  const last = async ({ target }: HttpExchange): Promise<Reply> => {
    done.push(target)
    if (target === '/last') throw new S3Error('AccessDenied')
    return said(target)
  }
  await using door = await openDoor(last)
  await using connection = await RawConnection.open(door)
  const unread = 'PUT /last HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n'
  connection.send(get('/first') + unread + 'x'.repeat(100_000) + get('/never'))
  assert.equal((await connection.answer()).text, '/first')
  const answer = await connection.answer('PUT')
  assert.deepEqual([answer.status, answer.headers['connection']], [403, 'close'])
  await connection.closed()
  assert.deepEqual(done, ['/first', '/last'])
})

test('a client that leaves while requests wait leaves nothing behind', async () => {
  const begun: string[] = []
  const first = Promise.withResolvers<void>()
  const gone = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  await using door = await openDoor(async ({ target, signal }) => {
    begun.push(target)
    signal.addEventListener('abort', () => gone.resolve())
    first.resolve()
    if (target === '/0') await held.promise
    return said(target)
  })
  const connection = await RawConnection.open(door)
  connection.send(['/0', '/1', '/2'].map(get).join(''))
  await first.promise
  connection.cut()
  await gone.promise
  held.resolve()
  assert.ok(await until(() => door.sent.length === 1))
  // What would begin after it has had the time to.
  await sleep(50)
  assert.deepEqual(begun, ['/0'])
})

test('thousands of requests at once wait in the socket, and all are answered', async () => {
  const count = 5000
  await using door = await openDoor(async ({ target }) => said(target))
  const socket = connect({ host: door.host, port: door.port })
  let heard = ''
  socket.setEncoding('latin1').on('data', (text: string) => (heard += text))
  const requests = Array.from({ length: count }, (_, index) => get(`/${index}/`))
  socket.write(requests.join(''))
  socket.end()
  await once(socket, 'close')
  const answered = Array.from(heard.matchAll(/^\/(\d+)\//gm), ([, index]) => Number(index))
  assert.deepEqual(
    answered,
    Array.from({ length: count }, (_, index) => index),
  )
})
