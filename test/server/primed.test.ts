/** Streams of which the first bytes, or all, are in hand before the answer begins. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { primed } from '../../src/server/primed.ts'
import type { Reply, ReplyStream } from '../../src/wire/exchange.ts'
import { sendRaw } from '../harness/raw.ts'
import { openDoor } from './scene.ts'

const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

test('a stream whose bytes are in hand, or one read away, goes out as those, and what they fail with is told', async () => {
  const unread = (inHand: ReplyStream['inHand']): Reply => {
    const body = { inHand, [Symbol.asyncIterator]: () => assert.fail('nobody reads it') }
    return { status: 200, headers: [['Content-Length', '3']], body: body as ReplyStream }
  }
  for (const bytes of [Buffer.from('abc'), Promise.resolve(Buffer.from('abc'))]) {
    const reply = await primed(unread(() => bytes))
    assert.deepEqual([reply.headers, reply.body], [[['Content-Length', '3']], Buffer.from('abc')])
  }
  const corrupt = new Error('the disk lies')
  await assert.rejects(async () => primed(unread(() => Promise.reject(corrupt))), corrupt)
  const stream = {
    ...unread(undefined),
    body: Object.assign(pieces('abc'), { inHand: () => undefined }),
  }
  await using door = await openDoor(async () => primed(stream))
  assert.equal((await sendRaw(door, get)).text, 'abc')
})
