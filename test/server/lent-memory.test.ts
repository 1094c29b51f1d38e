/**
 * Memory of answers is used again: clients that read slowly, leave in the middle or ask for ranges, all at once, and what any
 * of them has received so far is what it asked for.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { requestBytes } from '../harness/raw.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { signedRequest, signRequest } from '../harness/sign.ts'

let server: TestServer
const bodies = [90_000, 300_000, 1_048_576, 1_060_000, 8_000_000].map((size) => randomBytes(size))

before(async () => {
  server = await startServer()
  await signedRequest(server, { method: 'PUT', path: '/quarry' })
  for (const [index, body] of bodies.entries()) {
    const plan = { method: 'PUT', path: `/quarry/${index}`, body }
    assert.equal((await signedRequest(server, plan)).status, 200)
  }
})

after(() => server.stop())

interface Client {
  readonly index: number
  readonly range: { readonly from: number; readonly end: number } | undefined
  /** It leaves when it has so much. */
  readonly leavesAfterBytes: number
  readonly pauseMs: number
}

/** Everything that came until the end, or until it left. */
async function received({ index, range, leavesAfterBytes, pauseMs }: Client): Promise<Buffer> {
  const headers = range === undefined ? {} : { range: `bytes=${range.from}-${range.end - 1}` }
  const plan = { method: 'GET', path: `/quarry/${index}`, headers }
  const request = await signRequest(server, plan)
  const socket = connect(server.port, server.host)
  await once(socket, 'connect')
  const last = { ...request, headers: [...request.headers, ['Connection', 'close'] as const] }
  socket.write(requestBytes(last))
  const chunks: Buffer[] = []
  let bytes = 0
  if (pauseMs > 0) await setTimeout(20 * pauseMs)
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    bytes += chunk.length
    // Leaving the loop destroys the socket.
    if (bytes > leavesAfterBytes) break
    if (pauseMs > 0) await setTimeout(pauseMs)
  }
  const all = Buffer.concat(chunks)
  return all.subarray(all.indexOf('\r\n\r\n') + 4)
}

async function check(client: Client): Promise<void> {
  const body = bodies[client.index] ?? Buffer.alloc(0)
  const { from, end } = client.range ?? { from: 0, end: body.length }
  const came = await received(client)
  const isWhole = client.leavesAfterBytes === Infinity
  if (isWhole) assert.equal(came.length, end - from)
  const expected = body.subarray(from, from + came.length)
  assert.equal(Buffer.compare(came, expected), 0, JSON.stringify(client))
}

test('whoever reads how, nobody receives a byte of another', async () => {
  for (let round = 0; round < 2; round++) {
    const clients = Array.from({ length: 50 }, (_, turn): Client => {
      const index = turn % bodies.length
      const size = bodies[index]?.length ?? 0
      const from = (turn * 65_537 + round * 7919) % (size - 1)
      return {
        index,
        range: turn % 3 === 0 ? { from, end: Math.min(size, from + 6_000_000) } : undefined,
        leavesAfterBytes: turn % 4 === 0 ? 70_000 * (turn % 9) : Infinity,
        // So slow that what was written for it waits in the server.
        pauseMs: turn % 7 < 2 ? 10 : 0,
      }
    })
    await Promise.all(clients.map(check))
  }
})
