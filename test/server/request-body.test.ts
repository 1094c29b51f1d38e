/** The body of a request lends its chunks: what the reader has not copied when it asks for the next one is gone. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { gather } from '../../src/base/gather.ts'
import { ProgressWatch } from '../../src/server/progress.ts'
import { RequestBody } from '../../src/server/request-body.ts'
import { timings } from '../../src/server/timings.ts'
import { ByteReader } from '../../src/wire/byte-reader.ts'

const sent = Buffer.from(
  Array.from({ length: 700_000 }, (_, index) => Math.imul(index, index) >>> 13),
)

/** What `read` makes of a body that a real client sends over a real socket. */
async function received<T>(read: (body: RequestBody) => Promise<T>): Promise<T> {
  using watch = new ProgressWatch(timings)
  const answer = Promise.withResolvers<T>()
  await using server = createServer((message: IncomingMessage, response) => {
    const reading = read(new RequestBody(message, watch))
    reading.then(answer.resolve, answer.reject)
    void reading.finally(() => response.end()).catch(() => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = request({ host: '127.0.0.1', port, method: 'PUT', agent: false })
  client.on('response', (response) => response.resume())
  client.end(sent)
  return await answer.promise
}

test('a chunk is gone once the next one is asked for, and the last one with the end', async () => {
  const { kept, lengths } = await received(async (body) => {
    const chunks: Uint8Array[] = []
    const sizes: number[] = []
    for await (const chunk of body) {
      chunks.push(chunk)
      sizes.push(chunk.length)
    }
    return { kept: chunks, lengths: sizes }
  })
  assert.equal(
    lengths.reduce((sum, length) => sum + length, 0),
    sent.length,
  )
  assert.deepEqual(new Set(kept.map((chunk) => chunk.length)), new Set([0]))
})

test('a document that is gathered has copied what it was lent', async () => {
  const bytes = await received((body) => gather(body, sent.length))
  assert.deepEqual(Buffer.from(bytes ?? []), sent)
})

test('a run that waits for the next buffer, in case a mark began in it, outlives its own', async () => {
  const mark = sent.subarray(sent.length - 900)
  const read = await received(async (body) => {
    const reader = new ByteReader(body)
    let sizeBytes = 0
    for await (const run of reader.until(mark, () => new Error('no mark'))) sizeBytes += run.length
    return sizeBytes
  })
  assert.equal(read, sent.indexOf(mark))
})
