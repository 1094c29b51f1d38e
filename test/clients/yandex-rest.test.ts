/**
 * The REST form that Yandex Object Storage documents, with curl: `PUT /{bucket}/{key}?partNumber=…&uploadId=…`, its
 * headers, answers and errors, and a body from a pipe.
 */
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { hmacSha1 } from '../harness/sign-v2.ts'
import { startServer } from '../harness/server.ts'
import type { TestServer } from '../harness/server.ts'
import { md5 } from './bytes.ts'
import { curl } from './curl.ts'
import type { CurlAnswer, CurlRequest } from './curl.ts'
import { clientSuite } from './installed.ts'
import { runToSuccess } from './program.ts'
import { createScene, rangeOf } from './scene.ts'

const bucket = 'yandex'
const scene = createScene(bucket)

clientSuite('curl', (program) => {
  let server: TestServer
  before(async () => {
    server = await startServer({ region: 'ru-central1', args: ['--dialect', 'yandex'] })
    assert.equal((await send('PUT', `/${bucket}`)).status, 200)
  })
  after(() => server.stop())

  it('uploads parts in parallel and out of order, one of them twice', async () => {
    const path = `/${bucket}/whole`
    const upload = await startUpload(path)
    await Promise.all([
      putPart(path, upload, { number: 3 }),
      putPart(path, upload, { number: 2, body: scene.replaced }),
      putPart(path, upload, { number: 1 }),
    ])
    await putPart(path, upload, { number: 2 })

    const listed = await send('GET', `${path}?uploadId=${upload}`)
    assert.deepEqual(
      [...listed.text.matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map((match) => match[1]),
      ['1', '2', '3'],
    )
    const uploads = await send('GET', `/${bucket}?uploads=`)
    assert.ok(uploads.text.includes(`<UploadId>${upload}</UploadId>`), uploads.text)

    const done = await complete(path, upload, { parts: [1, 2, 3] })
    assert.equal(done.status, 200, done.text)
    const whole = await send('GET', path)
    assert.ok(whole.body.equals(scene.whole))
    assert.equal(whole.headers.get('etag'), scene.etag)
    const { first, last } = scene.range
    const part = await send('GET', path, { headers: [`Range: bytes=${first}-${last}`] })
    assert.equal(part.status, 206)
    assert.ok(part.body.equals(rangeOf(scene)))
  })

  it('answers a part with its headers and an empty body', async () => {
    const path = `/${bucket}/headers`
    const upload = await startUpload(path)
    const body = partOf(3)
    const answer = await send('PUT', `${path}?partNumber=1&uploadId=${upload}`, {
      body,
      headers: [`Content-MD5: ${md5(body).base64}`, 'Content-Type: text/plain'],
    })
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('etag'), `"${md5(body).hex}"`)
    assert.ok(answer.headers.get('x-amz-request-id'))
    assert.equal(answer.headers.get('x-amz-storage-class'), null, 'only of cold classes')
    assert.equal(answer.body.length, 0)
  })

  it('takes a part from a pipe, whose length nobody knows', async () => {
    const path = `/${bucket}/pipe`
    const upload = await startUpload(path)
    const body = partOf(3)
    const target = `${path}?partNumber=1&uploadId=${upload}`
    const answer = await send('PUT', target, { body, pipe: true })
    assert.equal(answer.status, 200, answer.text)
    assert.equal((await complete(path, upload, { parts: [3], numbers: [1] })).status, 200)
    assert.ok((await send('GET', path)).body.equals(body))
  })

  it('aborts: the upload is gone, for parts too', async () => {
    const path = `/${bucket}/aborted`
    const upload = await startUpload(path)
    const target = `${path}?partNumber=1&uploadId=${upload}`
    assert.equal((await send('PUT', target, { body: partOf(3) })).status, 200)
    assert.equal((await send('DELETE', `${path}?uploadId=${upload}`)).status, 204)
    refused(await send('PUT', target, { body: partOf(3) }), 404, 'NoSuchUpload')
    refused(await send('DELETE', `${path}?uploadId=${upload}`), 404, 'NoSuchUpload')
  })

  it('NoSuchUpload, EntityTooSmall, InvalidPart, InvalidPartOrder, BadDigest', async () => {
    const path = `/${bucket}/errors`
    const body = partOf(3)
    const nowhere = await send('PUT', `${path}?partNumber=1&uploadId=none`, { body })
    refused(nowhere, 404, 'NoSuchUpload')
    const upload = await startUpload(path)
    const target = `${path}?partNumber=1&uploadId=${upload}`
    const headers = [`Content-MD5: ${md5(partOf(1)).base64}`]
    refused(await send('PUT', target, { body, headers }), 400, 'BadDigest')

    await send('PUT', target, { body })
    await putPart(path, upload, { number: 2 })
    refused(await complete(path, upload, { parts: [3, 2], numbers: [1, 2] }), 400, 'EntityTooSmall')
    refused(
      await complete(path, upload, { parts: [2, 3], numbers: [2, 1] }),
      400,
      'InvalidPartOrder',
    )
    refused(await complete(path, upload, { parts: [3, 1], numbers: [1, 2] }), 400, 'InvalidPart')
    refused(await complete(path, upload, { parts: [2, 3], numbers: [2, 3] }), 400, 'InvalidPart')
    assert.equal((await complete(path, upload, { parts: [2], numbers: [2] })).status, 200)
    refused(await send('PUT', target, { body }), 404, 'NoSuchUpload')
  })

  it('names the class of cold storage, and none of standard storage', async () => {
    for (const [asked, named] of [
      ['COLD', 'COLD'],
      ['NEARLINE', 'COLD'],
      ['GLACIER', 'ICE'],
      ['STANDARD', null],
    ] as const) {
      const path = `/${bucket}/class-${asked}`
      const headers = [`X-Amz-Storage-Class: ${asked}`]
      const put = await send('PUT', path, { body: partOf(3), headers })
      assert.equal(put.headers.get('x-amz-storage-class'), named)
      assert.equal((await send('GET', path)).headers.get('x-amz-storage-class'), named)
    }
  })

  it('a part that is too small and cannot be the last is refused at once', async () => {
    const path = `/${bucket}/small`
    const upload = await startUpload(path)
    await putPart(path, upload, { number: 2 })
    const target = `${path}?partNumber=1&uploadId=${upload}`
    refused(await send('PUT', target, { body: partOf(3) }), 400, 'EntityTooSmall')
  })

  it('takes the signature of the older example, with Date and HMAC-SHA1', async () => {
    const { accessKeyId, secretAccessKey } = server.keys
    const date = new Date().toUTCString()
    const type = 'text/plain'
    const text = ['PUT', '', type, date, `/${bucket}/older`].join('\n')
    const headers = [
      `Date: ${date}`,
      `Content-Type: ${type}`,
      `Authorization: AWS ${accessKeyId}:${hmacSha1(secretAccessKey, text)}`,
    ]
    const written = await runToSuccess(program, [
      '--silent',
      '--show-error',
      '--request',
      'PUT',
      '--data-binary',
      'older',
      ...headers.flatMap((header) => ['--header', header]),
      '--output',
      '/dev/null',
      '--write-out',
      '%{http_code}',
      `${server.endpoint}/${bucket}/older`,
    ])
    assert.equal(written, '200')
    assert.equal((await send('GET', `/${bucket}/older`)).text, 'older')
  })

  it('a number outside 1 to 10000 is refused', async () => {
    const path = `/${bucket}/numbers`
    const upload = await startUpload(path)
    for (const number of ['0', '10001', '-1', 'one']) {
      const target = `${path}?partNumber=${number}&uploadId=${upload}`
      refused(await send('PUT', target, { body: partOf(3) }), 400, 'InvalidArgument')
    }
  })

  function send(
    method: string,
    target: string,
    extra: Partial<CurlRequest> = {},
  ): Promise<CurlAnswer> {
    return curl(program, server, { method, target, ...extra })
  }

  async function startUpload(path: string): Promise<string> {
    const { text } = await send('POST', `${path}?uploads=`)
    const upload = /<UploadId>([^<]+)<\/UploadId>/.exec(text)?.[1]
    assert.ok(upload, text)
    return upload
  }

  async function putPart(
    path: string,
    upload: string,
    part: { number: number; body?: Buffer },
  ): Promise<void> {
    const { number, body = partOf(number) } = part
    const answer = await send('PUT', `${path}?partNumber=${number}&uploadId=${upload}`, { body })
    assert.equal(answer.headers.get('etag'), `"${md5(body).hex}"`, answer.text)
  }

  /** Completes with these parts of the scene, under their own numbers or under others. */
  function complete(path: string, upload: string, list: PartList): Promise<CurlAnswer> {
    const { parts, numbers = parts } = list
    const elements = parts.map((part, at) => {
      const etag = `<ETag>"${md5(partOf(part)).hex}"</ETag>`
      return `<Part><PartNumber>${numbers[at]}</PartNumber>${etag}</Part>`
    })
    const xml = `<CompleteMultipartUpload>${elements.join('')}</CompleteMultipartUpload>`
    return send('POST', `${path}?uploadId=${upload}`, { body: Buffer.from(xml) })
  }
})

interface PartList {
  readonly parts: readonly number[]
  readonly numbers?: readonly number[]
}

function refused(answer: CurlAnswer, status: number, code: string): void {
  assert.match(answer.text, new RegExp(`<Code>${code}</Code>`))
  assert.equal(answer.status, status)
  const id = answer.headers.get('x-amz-request-id')
  assert.ok(
    answer.text.includes(`<RequestId>${id}</RequestId>`),
    'header and body name one request',
  )
}

function partOf(number: number): Buffer {
  const part = scene.parts[number - 1]
  assert.ok(part, `the scene has no part ${number}`)
  return part
}
