/**
 * What real clients sign for somebody else: URLs and forms of boto3, URLs of the first AWS CLI, both SigV2 unless told
 * otherwise; and the SigV2 header that Yandex documents for curl.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startServer, type TestServer } from '../harness/server.ts'
import { signedRequest } from '../harness/sign.ts'
import { hmacSha1 } from '../harness/sign-v2.ts'
import { bucket, createAwsCli, type AwsCli } from './aws-cli.ts'
import { md5 } from './bytes.ts'
import { clientSuite } from './installed.ts'
import { runToSuccess } from './program.ts'

const script = fileURLToPath(new URL('boto-presigned.py', import.meta.url))

interface Signed {
  readonly urls: Readonly<Record<string, string>>
  readonly form: { readonly url: string; readonly fields: Readonly<Record<string, string>> }
}

interface Printed extends Readonly<Record<'usual' | 'v2' | 'v4', Signed>> {
  readonly works: { readonly keys: readonly string[]; readonly body: string }
}

clientSuite('boto3', (python) => {
  let server: TestServer
  let printed: Printed
  let upload: string
  before(async () => {
    server = await startServer()
    await signedRequest(server, { method: 'PUT', path: `/${bucket}` })
    const plan = { method: 'POST', path: `/${bucket}/boto/parts`, query: { uploads: '' } }
    upload = /<UploadId>([^<]+)</.exec((await signedRequest(server, plan)).text)?.[1] ?? ''
    const { accessKeyId, secretAccessKey } = server.keys
    const env = { ACCESS_KEY_ID: accessKeyId, SECRET_ACCESS_KEY: secretAccessKey }
    const words = [script, server.endpoint, server.region, bucket, upload]
    printed = JSON.parse(await runToSuccess(python, words, { env })) as Printed
  })
  after(() => server.stop())

  it('signs with SigV2 unless told otherwise', () => {
    assert.match(printed.usual.urls['get'] ?? '', /[?&]AWSAccessKeyId=/)
    assert.ok('AWSAccessKeyId' in printed.usual.form.fields)
    assert.match(printed.v4.urls['get'] ?? '', /X-Amz-Signature=/)
    assert.ok('x-amz-signature' in printed.v4.form.fields)
  })

  for (const version of ['usual', 'v2', 'v4'] as const) {
    it(`its URLs do what they were signed for: ${version}`, () => followUrls(printed[version].urls))
    it(`its forms are taken: ${version}`, () => sendForm(printed[version].form))
  }

  it('does its work with SigV2 in the header', () => {
    const { keys, body } = printed.works
    assert.deepEqual([keys, body], [['boto/v2 é', 'boto/v2-copy', 'boto/v2-parts'], 'bytes'])
  })
})

async function followUrls(urls: Signed['urls']): Promise<void> {
  const ask = async (name: string, init: RequestInit = {}): Promise<Response> =>
    fetch(urls[name] ?? '', init)
  const put = { method: 'PUT', body: Buffer.from('bytes') }
  assert.equal((await ask('put', put)).status, 200)
  assert.equal(await (await ask('get')).text(), 'bytes')
  const renamed = await ask('rename')
  assert.equal(renamed.headers.get('content-disposition'), 'attachment; filename="a b.txt"')
  assert.equal(renamed.headers.get('content-type'), 'text/csv')
  assert.equal((await ask('head', { method: 'HEAD' })).status, 200)
  assert.match(await (await ask('list')).text(), /<KeyCount>1<\/KeyCount>/)
  const part = await ask('part', put)
  assert.equal(part.headers.get('etag'), `"${md5(Buffer.from('bytes')).hex}"`)

  // As boto3 documents it: who uses the URL sends the headers that it was signed with.
  const headers = { 'content-type': 'text/plain', 'x-amz-meta-colour': 'red' }
  const storage = { 'x-amz-storage-class': 'STANDARD_IA' }
  const described = await ask('describe', { ...put, headers: { ...headers, ...storage } })
  assert.equal(described.status, 200, await described.text())
  const got = await ask('get')
  assert.equal(got.headers.get('x-amz-meta-colour'), 'red')
  assert.equal(got.headers.get('x-amz-storage-class'), 'STANDARD_IA')
  await refuses(urls)
  assert.equal((await ask('delete', { method: 'DELETE' })).status, 204)
  assert.equal((await ask('get')).status, 404)
}

async function refuses(urls: Signed['urls']): Promise<void> {
  const { put = '', get = '', expired = '' } = urls
  const tagged = { method: 'PUT', body: '', headers: { 'x-amz-tagging': 'a=b' } }
  for (const [url, init] of [
    [put, tagged],
    [`${put}&x-amz-copy-source=a/b`, { method: 'PUT', body: '' }],
    [get, { method: 'DELETE' }],
    [`${get}&attributes`, { headers: { 'x-amz-object-attributes': 'ETag' } }],
    [get.replace('txt', 'tyt'), {}],
    [expired, {}],
  ] satisfies Array<[string, RequestInit]>) {
    const { status } = await fetch(url, init)
    // SigV4 has a number that is negative, SigV2 a time that is over.
    assert.ok(status === 403 || (url === expired && status === 400), `${status} ${url}`)
  }
}

async function sendForm({ url, fields }: Signed['form']): Promise<void> {
  const send = async (bytes: string, more: Record<string, string> = {}): Promise<Response> => {
    const form = new FormData()
    for (const [name, value] of Object.entries({ ...fields, ...more })) form.append(name, value)
    form.append('file', new Blob([bytes]), 'photo.txt')
    return fetch(url, { method: 'POST', body: form })
  }
  const made = await send('bytes')
  assert.equal(made.status, 201)
  assert.match(await made.text(), /<Key>boto\/photo\.txt<\/Key>/)
  assert.match(await (await send('b'.repeat(101))).text(), /<Code>EntityTooLarge</)
  assert.match(await (await send('')).text(), /<Code>EntityTooSmall</)
  assert.match(
    await (await send('bytes', { acl: 'public-read' })).text(),
    /Policy Condition failed: \["eq", "\$acl", "private"\]/,
  )
  assert.match(await (await send('bytes', { 'x-amz-meta-a': 'b' })).text(), /Extra input fields/)
}

clientSuite('aws-cli-v1', (program) => {
  let server: TestServer
  let aws: AwsCli
  let dispose: () => Promise<void>
  before(async () => {
    server = await startServer()
    const made = await createAwsCli(program, server)
    aws = made.cli
    dispose = made.dispose
    await signedRequest(server, { method: 'PUT', path: `/${bucket}` })
    await signedRequest(server, { path: `/${bucket}/a%20key%20%C3%A9`, body: 'bytes' })
  })
  after(async () => {
    await server.stop()
    await dispose()
  })

  it('s3 presign: whoever has the URL reads the object and nothing else', async () => {
    const words = ['s3', 'presign', `s3://${bucket}/a key é`, '--expires-in', '60']
    const url = (await aws.run(...words)).trim()
    assert.match(url, /[?&]AWSAccessKeyId=.*[?&]Expires=/)
    const answer = await fetch(url)
    assert.deepEqual([answer.status, await answer.text()], [200, 'bytes'])
    assert.equal((await fetch(url, { method: 'HEAD' })).status, 403)
    assert.match(
      await (await fetch(url.replace(/Signature=./, 'Signature=_'))).text(),
      /SignatureDoesNotMatch/,
    )
    assert.match(
      await (await fetch(url.replace(/Expires=\d+/, 'Expires=1'))).text(),
      /Request has expired/,
    )
  })
})

clientSuite('curl', (program) => {
  it('sends a file with the SigV2 header that Yandex documents', async () => {
    await using server = await startServer()
    await signedRequest(server, { method: 'PUT', path: '/yandex' })
    const folder = await mkdtemp(join(tmpdir(), 'ashlar-curl-v2-'))
    try {
      await writeFile(join(folder, 'local'), 'bytes')
      const type = 'application/octet-stream'
      const date = new Date().toUTCString().replace('GMT', '+0000')
      const text = `PUT\n\n${type}\n${date}\n/yandex/path/object`
      const signature = hmacSha1(server.keys.secretAccessKey, text)
      const headers = [
        `Date: ${date}`,
        `Content-Type: ${type}`,
        `Authorization: AWS ${server.keys.accessKeyId}:${signature}`,
      ].flatMap((header) => ['--header', header])
      const words = ['--silent', '--fail', '--upload-file', join(folder, 'local'), ...headers]
      await runToSuccess(program, [...words, `${server.endpoint}/yandex/path/object`])
      assert.equal((await signedRequest(server, { path: '/yandex/path/object' })).text, 'bytes')
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
