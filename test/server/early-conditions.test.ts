/** What a write depends on is judged before its body is asked for: nobody sends 5 GiB to hear that the key is taken. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { RawConnection, requestBytes } from '../harness/raw.ts'
import { startServer } from '../harness/server.ts'
import { signedRequest, signRequest, withHeader } from '../harness/sign.ts'

const server = await startServer()
after(() => server.stop())
await signedRequest(server, { method: 'PUT', path: '/early' })
await signedRequest(server, { path: '/early/taken', body: 'old' })

async function expecting(path: string, condition: Record<string, string>): Promise<RawConnection> {
  const headers = { expect: '100-continue', ...condition }
  const plan = { path, body: 'new', headers, payload: 'unsigned' } as const
  const { body: _, ...head } = await signRequest(server, plan)
  const connection = await RawConnection.open(server)
  connection.send(requestBytes(withHeader(head, 'expect', '100-continue')))
  return connection
}

const refusals = [
  ['/early/taken', { 'if-none-match': '*' }, 412, 'PreconditionFailed'],
  ['/early/taken', { 'if-match': '"0"' }, 412, 'PreconditionFailed'],
  ['/early/absent', { 'if-match': '"0"' }, 404, 'NoSuchKey'],
] as const

for (const [path, condition, status, code] of refusals) {
  test(`row 40: ${JSON.stringify(condition)} on ${path} is answered in place of 100 Continue`, async () => {
    await using connection = await expecting(path, condition)
    const answer = await connection.answer('PUT')
    assert.deepEqual([answer.status, answer.code, answer.interim], [status, code, []])
    assert.equal(answer.headers['connection'], 'close')
    assert.equal((await signedRequest(server, { path: '/early/taken' })).text, 'old')
    assert.equal((await signedRequest(server, { path: '/early/absent' })).code, 'NoSuchKey')
  })
}

test('row 40: a condition that holds lets the body come', async () => {
  await using connection = await expecting('/early/free', { 'if-none-match': '*' })
  connection.send('new')
  const answer = await connection.answer('PUT')
  assert.deepEqual([answer.status, answer.interim], [200, [100]])
})
