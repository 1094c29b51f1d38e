/** curl with `--aws-sigv4`: the everyday verbs, one request each, as a shell script would send them. */
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { startServer } from '../harness/server.ts'
import type { TestServer } from '../harness/server.ts'
import { curl } from './curl.ts'
import type { CurlAnswer, CurlRequest } from './curl.ts'
import { clientSuite } from './installed.ts'
import { bigFile, bytesOf, everyday, wrongSecret } from './workplace.ts'

clientSuite('curl', (program) => {
  let server: TestServer
  before(async () => {
    server = await startServer()
    assert.equal((await send('PUT', '/bucket')).status, 200)
  })
  after(() => server.stop())

  it('puts, lists and gets whole and in ranges', async () => {
    for (const [path, body] of everyday)
      assert.equal((await send('PUT', pathOf(path), { body })).status, 200, path)
    for (const [path, body] of everyday)
      assert.ok((await send('GET', pathOf(path))).body.equals(body), path)
    const part = await send('GET', pathOf(bigFile), { headers: ['Range: bytes=9000000-9000999'] })
    assert.equal(part.status, 206)
    assert.ok(part.body.equals(bytesOf(bigFile).subarray(9_000_000, 9_001_000)))
    const listed = await send('GET', '/bucket?delimiter=%2F&list-type=2')
    assert.match(listed.text, /<KeyCount>4<\/KeyCount>/)
    assert.match(listed.text, /<CommonPrefixes><Prefix>folder\/<\/Prefix><\/CommonPrefixes>/)
  })

  it('copies, overwrites and deletes', async () => {
    const copied = await send('PUT', '/bucket/copied', {
      headers: [`x-amz-copy-source: ${pathOf(bigFile)}`],
    })
    assert.equal(copied.status, 200, copied.text)
    assert.ok((await send('GET', '/bucket/copied')).body.equals(bytesOf(bigFile)))
    assert.equal((await send('PUT', '/bucket/copied', { body: Buffer.from('new') })).status, 200)
    assert.equal((await send('GET', '/bucket/copied')).text, 'new')
    assert.equal((await send('DELETE', '/bucket/copied')).status, 204)
    refused(await send('GET', '/bucket/copied'), 404, 'NoSuchKey')
    refused(await send('DELETE', '/bucket'), 409, 'BucketNotEmpty')
  })

  it('tells of a bucket that is not there and of a wrong secret', async () => {
    refused(await send('GET', '/nowhere'), 404, 'NoSuchBucket')
    const keys = { ...server.keys, secretAccessKey: wrongSecret }
    const answer = await curl(program, { ...server, keys }, { method: 'GET', target: '/bucket' })
    refused(answer, 403, 'SignatureDoesNotMatch')
  })

  function send(
    method: string,
    target: string,
    extra: Partial<CurlRequest> = {},
  ): Promise<CurlAnswer> {
    return curl(program, server, { method, target, ...extra })
  }
})

function pathOf(path: string): string {
  return `/bucket/${path.split('/').map(encodeURIComponent).join('/')}`
}

function refused(answer: CurlAnswer, status: number, code: string): void {
  assert.match(answer.text, new RegExp(`<Code>${code}</Code>`))
  assert.equal(answer.status, status)
}
