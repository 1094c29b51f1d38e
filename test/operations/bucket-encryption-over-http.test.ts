/** Default encryption over HTTP: of a bucket and of the server; and buckets that block SSE-C. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Answer } from '../harness/raw.ts'
import { byServer, customerKey, sourceKey, toldCustomer, toldOf } from './encryption-headers.ts'
import { content, EncryptionScene } from './encryption-scene.ts'
import { until } from '../harness/until.ts'
import { accepted, bucket, element, md5, refused } from './rows.ts'

const a = customerKey('a')
let scene: EncryptionScene

before(async () => {
  scene = await EncryptionScene.serve('--kms-key', 'testkey-1', '--sse-c-over-http', 'on')
})
after(() => scene.stop())

function configure(body: string, name = bucket): Promise<Answer> {
  return scene.send({ method: 'PUT', path: `/${name}`, query: { encryption: '' }, body })
}

/** A document with these rules. */
function rules(...inner: readonly string[]): string {
  const all = inner.map((rule) => `<Rule>${rule}</Rule>`).join('')
  return `<ServerSideEncryptionConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${all}</ServerSideEncryptionConfiguration>`
}

function byDefault(algorithm: string, key = ''): string {
  const named = key === '' ? '' : `<KMSMasterKeyID>${key}</KMSMasterKeyID>`
  return `<ApplyServerSideEncryptionByDefault><SSEAlgorithm>${algorithm}</SSEAlgorithm>${named}</ApplyServerSideEncryptionByDefault>`
}

function blocked(type: string): string {
  return `<BlockedEncryptionTypes><EncryptionType>${type}</EncryptionType></BlockedEncryptionTypes>`
}

test('a bucket’s default is set, told, heard and taken away', async () => {
  const name = 'defaults'
  accepted(await scene.send({ method: 'PUT', path: `/${name}` }))
  const encryption = { path: `/${name}`, query: { encryption: '' } }
  const none = await scene.send(encryption)
  refused(none, { code: 'ServerSideEncryptionConfigurationNotFoundError', status: 404 })
  accepted(await configure(rules(byDefault('aws:kms', 'testkey-1')), name))
  const document = accepted(await scene.send(encryption))
  assert.equal(element(document, 'SSEAlgorithm'), 'aws:kms')
  assert.equal(element(document, 'KMSMasterKeyID'), 'testkey-1')
  assert.equal(element(document, 'BucketKeyEnabled'), 'false')
  const byBucket = { sse: 'aws:kms', 'aws-kms-key-id': 'testkey-1' }
  assert.deepEqual(toldOf(accepted(await scene.put(`/${name}/k`)).headers), byBucket)
  assert.deepEqual(toldOf(accepted(await scene.put(`/${name}/own`, a)).headers), toldCustomer('a'))
  const named = { 'x-amz-server-side-encryption': 'aws:kms' }
  assert.deepEqual(toldOf(accepted(await scene.put(`/${name}/k`, named)).headers), byBucket)
  const copied = { 'x-amz-copy-source': `${name}/own`, ...sourceKey('a') }
  const copy = await scene.send({ method: 'PUT', path: `/${name}/copy`, headers: copied })
  assert.deepEqual(toldOf(accepted(copy).headers), byBucket)
  assert.equal(accepted(await scene.read(`/${name}/copy`)).text, content)
  for (let times = 0; times < 2; times++) {
    const gone = await scene.send({ ...encryption, method: 'DELETE' })
    assert.equal(gone.status, 204)
  }
  refused(await scene.send(encryption), {
    code: 'ServerSideEncryptionConfigurationNotFoundError',
    status: 404,
  })
  assert.deepEqual(toldOf(accepted(await scene.put(`/${name}/later`)).headers), {})
  assert.deepEqual(toldOf(accepted(await scene.read(`/${name}/k`)).headers), byBucket)
})

test('a document that says nothing, too much or nonsense is refused', async () => {
  for (const document of [
    rules(),
    rules(byDefault('AES256'), byDefault('AES256')),
    rules(byDefault('AES512')),
    rules(blocked('SSE-S3')),
    rules('<ApplyServerSideEncryptionByDefault/>'),
    '<ServerSideEncryptionConfiguration>',
  ]) {
    refused(await configure(document), { code: 'MalformedXML' })
  }
  refused(await configure(rules(byDefault('AES256', 'k'))), {
    code: 'InvalidArgument',
    message:
      'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse',
    elements: { ArgumentName: 'ApplyServerSideEncryptionByDefault' },
  })
  refused(await configure(rules(byDefault('AES256')), 'not-there'), {
    code: 'NoSuchBucket',
    status: 404,
  })
})

test('a bucket that blocks SSE-C takes no customer’s key, and gives back what it took before', async () => {
  const name = 'blocking'
  accepted(await scene.send({ method: 'PUT', path: `/${name}` }))
  accepted(await scene.put(`/${name}/before`, a))
  const upload = await scene.send({
    method: 'POST',
    path: `/${name}/upload`,
    query: { uploads: '' },
    headers: a,
  })
  const query = { partNumber: '1', uploadId: element(upload, 'UploadId') ?? '' }
  accepted(await configure(rules(blocked('SSE-C')), name))
  const copy = { 'x-amz-copy-source': `${name}/before`, ...sourceKey('a'), ...a }
  const denied = [
    await scene.put(`/${name}/k`, a),
    await scene.send({ method: 'PUT', path: `/${name}/copy`, headers: copy }),
    await scene.send({ method: 'POST', path: `/${name}/k`, query: { uploads: '' }, headers: a }),
    await scene.send({ method: 'PUT', path: `/${name}/upload`, query, body: 'x', headers: a }),
  ]
  for (const answer of denied) {
    refused(answer, { code: 'AccessDenied', status: 403 })
    assert.match(
      element(answer, 'Message') ?? '',
      /because this bucket has blocked upload requests/,
    )
  }
  assert.equal(accepted(await scene.read(`/${name}/before`, a)).text, content)
  accepted(await scene.put(`/${name}/k`, byServer))
  const shown = accepted(await scene.send({ path: `/${name}`, query: { encryption: '' } }))
  assert.equal(element(shown, 'EncryptionType'), 'SSE-C')
  accepted(await configure(rules(blocked('NONE')), name))
  accepted(await scene.put(`/${name}/k`, a))
})

test('a server that encrypts by default says so of what it really encrypts', async () => {
  await using encrypting = await EncryptionScene.serve('--default-encryption', 'AES256')
  const encryption = { path: `/${bucket}`, query: { encryption: '' } }
  const document = accepted(await encrypting.send(encryption))
  assert.equal(element(document, 'SSEAlgorithm'), 'AES256')
  const made = accepted(await encrypting.put('k'))
  assert.deepEqual(toldOf(made.headers), { sse: 'AES256' })
  assert.equal(made.headers['etag'], `"${md5(content)}"`)
  assert.equal(accepted(await encrypting.read('k')).text, content)
  const files = ['metadata.sqlite', 'metadata.sqlite-wal']
  for (const name of files) {
    const bytes = await readFile(join(encrypting.server.dataDir, name))
    assert.ok(!bytes.includes(content))
  }
  assert.equal((await encrypting.send({ ...encryption, method: 'DELETE' })).status, 204)
  accepted(await encrypting.send(encryption))
  const isSaid = (): boolean => /key/.test(encrypting.server.log())
  assert.ok(await until(isSaid), 'what losing the keys means is said at the start')
})
