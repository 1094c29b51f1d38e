/** Keys of KMS are fetched for SigV4 alone: SigV2 and requests that nobody signed are told so, on the way in and on the way out. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sendRequest, type Answer } from '../harness/raw.ts'
import { signV2, type V2Plan } from '../harness/sign-v2.ts'
import { byKms, byServer, type Headers } from './encryption-headers.ts'
import { content, EncryptionScene } from './encryption-scene.ts'
import { accepted, bucket, refused } from './rows.ts'

const publicRead = { 'x-amz-acl': 'public-read' }
let scene: EncryptionScene

before(async () => {
  const open = [
    '--default-object-ownership',
    'ObjectWriter',
    '--default-public-access-block',
    'off',
  ]
  scene = await EncryptionScene.serve('--kms-key', 'testkey-1', ...open)
  accepted(await scene.put('by-kms', { ...byKms('testkey-1'), ...publicRead }))
  accepted(await scene.put('by-both', { ...byKms('testkey-1', 'aws:kms:dsse'), ...publicRead }))
  accepted(await scene.put('by-server', { ...byServer, ...publicRead }))
})
after(() => scene.stop())

function byV2(plan: Partial<V2Plan>): Promise<Answer> {
  const { host, port, keys } = scene.server
  return sendRequest(scene.server, signV2({ host: `${host}:${port}`, keys, ...plan }))
}

function byNobody(target: string): Promise<Answer> {
  const { host, port } = scene.server
  const headers = [['Host', `${host}:${port}`]] as const
  return sendRequest(scene.server, { method: 'GET', target, headers })
}

function unreached(answer: Answer): void {
  refused(answer, {
    status: 400,
    code: 'InvalidArgument',
    elements: { ArgumentName: 'Authorization', ArgumentValue: 'null' },
  })
  assert.match(answer.text, /AWS KMS managed keys require AWS Signature Version 4\.</)
}

test('reads', async () => {
  const expires = Math.floor(Date.now() / 1000) + 60
  for (const key of ['by-kms', 'by-both']) {
    const target = `/${bucket}/${key}`
    unreached(await byV2({ target }))
    unreached(await byV2({ target, expires }))
    unreached(await byNobody(target))
    assert.equal(accepted(await scene.read(key)).text, content)
  }
  for (const answer of [
    await byV2({ target: `/${bucket}/by-server` }),
    await byNobody(`/${bucket}/by-server`),
  ])
    assert.equal(accepted(answer).text, content)
})

test('writes, whether the request names KMS, the bucket does, the upload does or the source of a copy', async () => {
  const put = (target: string, headers: Headers = {}, body = content): Promise<Answer> =>
    byV2({ method: 'PUT', target, headers: Object.entries(headers), body: Buffer.from(body) })
  unreached(await put(`/${bucket}/new`, byKms('testkey-1')))
  unreached(await put(`/${bucket}/new`, { 'x-amz-copy-source': `${bucket}/by-kms` }, ''))
  refused(await scene.read('new'), { status: 404, code: 'NoSuchKey' })
  accepted(await put(`/${bucket}/new`, byServer))

  accepted(await scene.send({ method: 'PUT', path: '/by-default' }))
  const rule =
    '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>' +
    '<SSEAlgorithm>aws:kms</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>'
  const configure = { method: 'PUT', path: '/by-default', query: { encryption: '' }, body: rule }
  accepted(await scene.send(configure))
  unreached(await put('/by-default/new'))
  accepted(await scene.put('/by-default/new'))

  const id = await scene.create('upload', byKms('testkey-1'))
  unreached(await put(`/${bucket}/upload?partNumber=1&uploadId=${id}`))
})
