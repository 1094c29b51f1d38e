/** A server that speaks as Yandex Object Storage documents itself, over HTTP. */
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { presignedGet } from '../harness/presign-long.ts'
import type { Answer } from '../harness/raw.ts'
import { signRequest } from '../harness/sign.ts'
import { accepted, bucket, element, md5, refused, Rows } from '../operations/rows.ts'

const thirtyDays = 2_592_000

let rows: Rows
let aws: Rows
before(async () => {
  rows = await Rows.start({ region: 'ru-central1', args: ['--dialect', 'yandex'] })
  aws = await Rows.start()
})
after(async () => {
  await rows.stop()
  await aws.stop()
})

const object = (key: string): string => `/${bucket}/${key}`

test('a presigned URL is good for thirty days at most', async () => {
  accepted(await rows.send({ method: 'PUT', path: object('k'), body: 'x' }))
  const now = Date.now()
  const get = (server: Rows, lifetimeSeconds: number, agoSeconds = 0): Promise<Answer> => {
    const date = new Date(now - agoSeconds * 1000)
    return presignedGet(server.server, { path: object('k'), lifetimeSeconds, date })
  }
  assert.equal(accepted(await get(rows, thirtyDays)).text, 'x')
  accepted(await get(rows, thirtyDays, thirtyDays - 120))
  refused(await get(rows, thirtyDays, thirtyDays + 120), { code: 'AccessDenied', status: 403 })
  refused(await get(rows, thirtyDays + 1), { code: 'AuthorizationQueryParametersError' })
  refused(await get(aws, thirtyDays), { code: 'AuthorizationQueryParametersError' })
  refused(await get(aws, 604_800), { code: 'NoSuchKey', status: 404 })
})

test('classes have their names in every answer, and STANDARD none in headers', async () => {
  const cases = [
    ['COLD', 'COLD'],
    ['NEARLINE', 'COLD'],
    ['STANDARD_IA', 'COLD'],
    ['ICE', 'ICE'],
    ['GLACIER', 'ICE'],
    ['STANDARD', undefined],
  ] as const
  for (const [asked, named] of cases) {
    const headers = { 'x-amz-storage-class': asked }
    const key = `class-${asked}`
    const put = await rows.send({ method: 'PUT', path: object(key), body: 'x', headers })
    const source = { 'x-amz-copy-source': object(key), ...headers }
    const copy = await rows.send({ method: 'PUT', path: object(`${key}-copy`), headers: source })
    const get = await rows.send({ path: object(key) })
    const head = await rows.send({ method: 'HEAD', path: object(`${key}-copy`) })
    for (const answer of [put, copy, get, head]) {
      assert.equal(accepted(answer).headers['x-amz-storage-class'], named, asked)
    }
    const list = await rows.send({ path: `/${bucket}`, query: { prefix: key } })
    assert.equal(element(list, 'StorageClass'), named ?? 'STANDARD')
  }
  const other = { 'x-amz-storage-class': 'DEEP_ARCHIVE' }
  const answer = await rows.send({ method: 'PUT', path: object('deep'), body: 'x', headers: other })
  refused(answer, { code: 'InvalidStorageClass' })
  const cold = { 'x-amz-storage-class': 'COLD' }
  refused(await aws.send({ method: 'PUT', path: object('cold'), body: 'x', headers: cold }), {
    code: 'InvalidStorageClass',
  })
})

test('an upload keeps its class for the object', async () => {
  const id = await rows.create('cold-upload', { 'x-amz-storage-class': 'STANDARD_IA' })
  accepted(await rows.part('cold-upload', { id, body: 'x' }))
  assert.equal(element(await rows.parts('cold-upload', id), 'StorageClass'), 'COLD')
  accepted(await rows.complete(['cold-upload', id], [[1, md5('x')]]))
  const { headers } = await rows.send({ method: 'HEAD', path: object('cold-upload') })
  assert.equal(headers['x-amz-storage-class'], 'COLD')
})

test('user metadata has two kilobytes, and capitals in its names', async () => {
  const put = (value: string): ReturnType<Rows['send']> =>
    rows.send({
      method: 'PUT',
      path: object('meta'),
      body: 'x',
      headers: { 'x-amz-meta-foo-bar_baz': value },
    })
  refused(await put('v'.repeat(2048)), { code: 'MetadataTooLarge' })
  accepted(await put('v'.repeat(2048 - 'foo-bar_baz'.length)))
  const head = await fetchNames(object('meta'))
  assert.ok(head.includes('X-Amz-Meta-Foo-Bar_baz'), head.join())
})

/** Names as they are written, which the harness folds to lower case. */
async function fetchNames(path: string): Promise<readonly string[]> {
  const { headers } = await signRequest(rows.server, { method: 'HEAD', path })
  return await new Promise((resolve, reject) => {
    const { host, port } = rows.server
    const asked = request({
      host,
      port,
      path,
      method: 'HEAD',
      headers: Object.fromEntries(headers),
    })
    asked.on('error', reject).on('response', (answer) => resolve(answer.rawHeaders))
    asked.end()
  })
}

test('PATCH of an object is refused by name, and changes nothing', async () => {
  accepted(await rows.send({ method: 'PUT', path: object('patched'), body: 'before' }))
  const patch = { method: 'PATCH', path: object('patched'), body: 'after' }
  const headers = { 'content-range': 'bytes 0-4/*' }
  refused(await rows.send({ ...patch, headers }), { code: 'NotImplemented', status: 501 })
  assert.equal((await rows.send({ path: object('patched') })).text, 'before')
  refused(await aws.send({ ...patch, headers }), { code: 'MethodNotAllowed', status: 405 })
})

test('an error document has the four elements that are documented', async () => {
  const answer = await rows.send({ path: object('none') })
  refused(answer, { code: 'NoSuchKey', status: 404, elements: { Resource: object('none') } })
  assert.ok(element(answer, 'Message'))
  assert.equal(element(answer, 'RequestId'), answer.headers['x-amz-request-id'])
})
