/** The end of a server: nothing new, what is under way to its end, and all of it in bounded time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RawConnection } from '../harness/raw.ts'
import { openDoor, said } from './scene.ts'

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`

test('a connection without a request ends at once, also one that was used before', async () => {
  await using door = await openDoor(async () => said('x'), { drainMs: 60_000 })
  await using silent = await RawConnection.open(door)
  await using used = await RawConnection.open(door)
  used.send(get('/'))
  await used.answer()
  await door.close()
  await silent.closed()
  await used.closed()
})

test('a request under way is answered, those behind it are not begun, and nobody new is let in', async () => {
  const begun: string[] = []
  const arrived = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  await using door = await openDoor(
    async ({ target }) => {
      begun.push(target)
      arrived.resolve()
      await held.promise
      return said(target)
    },
    { drainMs: 60_000 },
  )
  await using connection = await RawConnection.open(door)
  connection.send(get('/under-way') + get('/behind'))
  await arrived.promise
  const closed = door.close()
  await assert.rejects(RawConnection.open(door))
  held.resolve()
  const answer = await connection.answer()
  assert.deepEqual([answer.text, answer.headers['connection']], ['/under-way', 'close'])
  await connection.closed()
  await closed
  assert.deepEqual(begun, ['/under-way'])
})

test('what never ends is cut when the time is over', async () => {
  const gone = Promise.withResolvers<boolean>()
  const arrived = Promise.withResolvers<void>()
  const door = await openDoor(
    async ({ signal }) => {
      signal.addEventListener('abort', () => gone.resolve(true))
      arrived.resolve()
      return await new Promise(() => {})
    },
    { drainMs: 100 },
  )
  await using connection = await RawConnection.open(door)
  connection.send(get('/'))
  await arrived.promise
  const closed = door.close()
  await assert.rejects(connection.answer())
  await closed
  assert.equal(await gone.promise, true)
})
