/** Signed requests that no SDK sends: what stands in the answers' headers, and forms that only other clients write. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type Answer, sendRequest } from '../harness/raw.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { type RequestPlan, signedRequest, signRequest, withHeader } from '../harness/sign.ts'

let server: TestServer
const send = async (plan: RequestPlan): Promise<Answer> => await signedRequest(server, plan)

before(async () => {
  server = await startServer()
  await send({ method: 'PUT', path: '/photos' })
  await send({
    path: '/photos/%C3%A4%20k',
    body: 'hello',
    headers: { 'content-type': 'text/plain' },
  })
})

after(async () => await server.stop())

test('304 has the validators and no body', async () => {
  const answer = await send({ path: '/photos/%C3%A4%20k', headers: { 'if-none-match': '*' } })
  assert.deepEqual([answer.status, answer.body.length], [304, 0])
  assert.equal(answer.headers['etag'], '"5d41402abc4b2a76b9719d911017c592"')
  assert.match(answer.headers['last-modified'] ?? '', / GMT$/)
})

test('206 says which bytes; 416 says how many there are', async () => {
  const part = await send({
    path: '/photos/%C3%A4%20k',
    headers: { range: 'bytes=1-3', 'x-amz-checksum-mode': 'ENABLED' },
  })
  assert.deepEqual(
    [part.status, part.text, part.headers['content-range']],
    [206, 'ell', 'bytes 1-3/5'],
  )
  assert.deepEqual(
    Object.keys(part.headers).filter((name) => name.startsWith('x-amz-checksum')),
    [],
  )
  const none = await send({ path: '/photos/%C3%A4%20k', headers: { range: 'bytes=5-' } })
  assert.deepEqual([none.status, none.headers['content-range']], [416, 'bytes */5'])
  assert.match(none.text, /<RangeRequested>bytes=5-<\/RangeRequested><ActualObjectSize>5</)
})

test('a copy source as k6 writes it: raw UTF-8, spaces and all', async () => {
  const source = 'photos/ä k'
  const plan = { method: 'PUT', path: '/photos/copy', headers: { 'x-amz-copy-source': source } }
  const signed = await signRequest(server, plan)
  // Signed as text, sent as UTF-8: one char per byte here.
  const raw = withHeader(signed, 'x-amz-copy-source', Buffer.from(source).toString('latin1'))
  const copied = await sendRequest(server, raw)
  assert.equal(copied.status, 200, copied.text)
  assert.match(copied.text, /<ETag>(&quot;|")5d41402abc4b2a76b9719d911017c592/)
})

test('a copy source as s5cmd writes it: a space as a plus, a plus as an escape', async () => {
  const put = await send({ method: 'PUT', path: '/photos/a%2Bb%20c', body: 'plus' })
  assert.equal(put.status, 200)
  for (const [source, status] of [
    ['photos/a%2Bb+c', 200],
    ['photos/a+b+c', 404],
  ] as const) {
    const headers = { 'x-amz-copy-source': source }
    const copied = await send({ method: 'PUT', path: '/photos/copied', headers })
    assert.equal(copied.status, status, copied.text)
  }
})

test('the copy of an upload with a checksum of its parts has one of the whole', async () => {
  const sum = createHash('sha256').update('hello').digest('base64')
  const path = '/photos/composite'
  const created = await send({
    method: 'POST',
    path,
    query: { uploads: '' },
    headers: { 'x-amz-checksum-algorithm': 'SHA256' },
  })
  const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(created.text)?.[1] ?? ''
  const part = { method: 'PUT', path, body: 'hello', headers: { 'x-amz-checksum-sha256': sum } }
  const { headers } = await send({ ...part, query: { partNumber: '1', uploadId } })
  const list = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${headers['etag'] ?? ''}</ETag><ChecksumSHA256>${sum}</ChecksumSHA256></Part></CompleteMultipartUpload>`
  const completed = await send({ method: 'POST', path, query: { uploadId }, body: list })
  assert.match(completed.text, /-1<\/ChecksumSHA256><ChecksumType>COMPOSITE</)
  const source = { 'x-amz-copy-source': '/photos/composite' }
  const copied = await send({ method: 'PUT', path: '/photos/whole', headers: source })
  const told = `<ChecksumSHA256>${sum}</ChecksumSHA256>`
  assert.ok(copied.text.includes(told), copied.text)
  assert.match(copied.text, /<ChecksumType>FULL_OBJECT</)
  const head = await send({ path: '/photos/whole', headers: { 'x-amz-checksum-mode': 'ENABLED' } })
  assert.deepEqual(
    [head.headers['x-amz-checksum-sha256'], head.headers['x-amz-checksum-type']],
    [sum, 'FULL_OBJECT'],
  )
})

test("a query as Go's clients write it: a space as a plus", async () => {
  await send({ path: '/photos/of%20us/k', body: 'we' })
  const listed = await send({
    path: '/photos',
    query: { prefix: 'of us/' },
    alter: (request) => ({ ...request, target: request.target.replace('%20', '+') }),
  })
  assert.equal(listed.status, 200, listed.text)
  assert.match(listed.text, /<Prefix>of us\/<\/Prefix>.*<Key>of us\/k<\/Key>/)
})

for (const source of [
  '/',
  'b',
  'photos/',
  '%',
  '%zz',
  '..%2fphotos/k',
  'photos/..%5c..%2f..%2fk%2f..%2f..',
  'photos/%252e%252e%2f',
]) {
  test(`C02, C04: the copy source ${source} leads nowhere`, async () => {
    const answer = await send({
      method: 'PUT',
      path: '/photos/copy',
      headers: { 'x-amz-copy-source': source },
    })
    assert.ok(['InvalidArgument', 'NoSuchKey'].includes(answer.code ?? ''), answer.text)
  })
}

test('E04: numbers that are none', async () => {
  for (const [name, value] of [
    ['max-keys', '-1'],
    ['max-keys', '0x10'],
    ['max-keys', '1e3'],
    ['max-keys', 'abc'],
  ] as const) {
    const answer = await send({ path: '/photos', query: { [name]: value } })
    assert.deepEqual([answer.status, answer.code], [400, 'InvalidArgument'], value)
  }
  const part = await send({ path: '/photos/copy', query: { partNumber: '1.0' } })
  assert.equal(part.code, 'InvalidArgument')
})

test('E06: DeleteObjects asks for a digest of its document', async () => {
  const body = '<Delete><Object><Key>copy</Key></Object></Delete>'
  const answer = await send({ method: 'POST', path: '/photos', query: { delete: '' }, body })
  assert.deepEqual([answer.status, answer.code], [400, 'InvalidRequest'])
})

test('GetObjectAttributes asks for its header', async () => {
  const answer = await send({ path: '/photos/copy', query: { attributes: '' } })
  assert.deepEqual([answer.status, answer.code], [400, 'InvalidRequest'])
})

test('a version that cannot be', async () => {
  for (const versionId of ['', 'x', '../k']) {
    const answer = await send({ path: '/photos/copy', query: { versionId } })
    assert.deepEqual([answer.status, answer.code], [400, 'InvalidArgument'])
  }
})

test('k6: a listing without a result has its elements, and none closes itself', async () => {
  const answer = await send({ path: '/photos', query: { 'list-type': '2', prefix: 'zzz' } })
  assert.equal(answer.status, 200)
  assert.doesNotMatch(answer.text, /\/>|CDATA/)
  assert.match(answer.text, /<KeyCount>0<\/KeyCount>/)
})

test('C10: a control character in a key goes round with encoding-type=url', async () => {
  await send({ path: '/photos/%01x', body: 'x' })
  const answer = await send({
    path: '/photos',
    query: { 'list-type': '2', 'encoding-type': 'url', prefix: '\u0001' },
  })
  assert.match(answer.text, /<Key>%01x<\/Key>/)
})
