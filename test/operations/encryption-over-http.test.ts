/** Encryption over HTTP beside the rows: what is stored, reads, forms, presigned URLs, keys that are not there. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { formRequest, policyFields, type Field } from '../harness/form.ts'
import { sendHead, sendRequest, type Answer } from '../harness/raw.ts'
import { signRequest } from '../harness/sign.ts'
import {
  byKms,
  byServer,
  customerKey,
  sourceKey,
  toldCustomer,
  toldOf,
  type Headers,
} from './encryption-headers.ts'
import { content, EncryptionScene } from './encryption-scene.ts'
import { accepted, bucket, md5, refused } from './rows.ts'

const a = customerKey('a')
const b = customerKey('b')
let scene: EncryptionScene

before(async () => {
  scene = await EncryptionScene.serve('--kms-key', 'testkey-1', '--sse-c-over-http', 'on')
})
after(() => scene.stop())

test('encrypted bytes are read back, and are not to be found on the disk', async () => {
  for (const [key, headers, told] of [
    ['by-server', byServer, { sse: 'AES256' }],
    ['by-kms', byKms('testkey-1'), { sse: 'aws:kms', 'aws-kms-key-id': 'testkey-1' }],
    ['by-customer', a, toldCustomer('a')],
  ] as const) {
    const made = accepted(await scene.put(key, headers))
    assert.deepEqual(toldOf(made.headers), told)
    const isMd5 = made.headers['etag'] === `"${md5(content)}"`
    assert.equal(isMd5, key === 'by-server')
    const found = accepted(await scene.read(key, key === 'by-customer' ? a : {}))
    assert.deepEqual([found.text, toldOf(found.headers)], [content, told])
  }
  for (const name of ['metadata.sqlite', 'metadata.sqlite-wal']) {
    const bytes = await readFile(join(scene.server.dataDir, name))
    assert.ok(!bytes.includes(content), `${name} has the bytes`)
    assert.ok(!bytes.includes('a'.repeat(32)), `${name} has the customer's key`)
    assert.ok(!bytes.includes(Buffer.alloc(32, 'a').toString('base64')))
  }
  accepted(await scene.put('plain'))
  const log = await readFile(join(scene.server.dataDir, 'metadata.sqlite-wal'))
  assert.ok(log.includes(content), 'plain bytes would have been found')
})

test('nothing is told of a customer’s object before the key is proven', async () => {
  accepted(await scene.put('sealed', a))
  const needed =
    'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.'
  const attributes = { query: { attributes: '' }, path: `/${bucket}/sealed` }
  const asked = { 'x-amz-object-attributes': 'ETag,ObjectSize' }
  for (const [headers, status, code] of [
    [{}, 400, 'InvalidRequest'],
    [b, 403, 'AccessDenied'],
  ] as const) {
    const got = await scene.read('sealed', headers)
    refused(got, { code, status, ...(status === 400 && { message: needed }) })
    refused(await scene.send({ ...attributes, headers: { ...headers, ...asked } }), {
      code,
      status,
    })
    const conditional = { ...headers, 'if-none-match': '*' }
    refused(await scene.read('sealed', conditional), { code, status })
    const head = await scene.send({ method: 'HEAD', path: `/${bucket}/sealed`, headers })
    assert.deepEqual([head.status, head.body.length, head.headers['etag']], [status, 0, undefined])
    // Whole values: two digits stand in many a date and request id.
    const shown = Object.values(head.headers)
    assert.ok(!shown.includes(String(content.length)), 'not even the length')
  }
  accepted(await scene.send({ ...attributes, headers: { ...a, ...asked } }))
  accepted(await scene.send({ method: 'HEAD', path: `/${bucket}/sealed`, headers: a }))
  const range = await scene.read('sealed', { ...a, range: 'bytes=7-11' })
  assert.deepEqual([range.status, range.text], [206, content.slice(7, 12)])
  const gone = await scene.send({ method: 'DELETE', path: `/${bucket}/sealed` })
  assert.equal(gone.status, 204, 'to remove it, nobody needs the key')
})

test('headers that mean nothing to a read are refused, not ignored', async () => {
  accepted(await scene.put('plain'))
  accepted(await scene.put('managed', byServer))
  for (const key of ['plain', 'managed']) {
    refused(await scene.read(key, a), {
      code: 'InvalidRequest',
      message: 'The encryption parameters are not applicable to this object.',
    })
    for (const headers of [byServer, byKms('testkey-1')]) {
      refused(await scene.read(key, headers), {
        code: 'InvalidArgument',
        message: 'x-amz-server-side-encryption header is not supported for this operation.',
        elements: {
          ArgumentName: 'x-amz-server-side-encryption',
          ArgumentValue: headers['x-amz-server-side-encryption'] ?? '',
        },
      })
      const head = await scene.send({ method: 'HEAD', path: `/${bucket}/${key}`, headers })
      assert.equal(head.status, 400)
    }
    const { 'x-amz-server-side-encryption': _, ...keyAlone } = byKms('testkey-1')
    refused(await scene.read(key, keyAlone), { code: 'InvalidArgument' })
  }
})

test('what is wrong with the headers is said before the body is asked for', async () => {
  const wrong: ReadonlyArray<readonly [Headers, string]> = [
    [{ 'x-amz-server-side-encryption': 'AES512' }, 'InvalidArgument'],
    [{ ...a, ...byServer }, 'InvalidArgument'],
    [byKms('not-there'), 'KMS.NotFoundException'],
    [{ ...a, 'x-amz-server-side-encryption-customer-key-MD5': 'x' }, 'InvalidArgument'],
  ]
  for (const [headers, code] of wrong) {
    const request = await signRequest(scene.server, {
      method: 'PUT',
      path: `/${bucket}/never`,
      body: content,
      headers: { ...headers, expect: '100-continue' },
    })
    const answer = await sendHead(scene.server, request)
    assert.deepEqual([answer.code, answer.status, answer.interim], [code, 400, []])
  }
})

test('a form’s fields encrypt as headers do', async () => {
  const { keys, region } = scene.server
  const post = (fields: readonly Field[]): Promise<Answer> => {
    const conditions = [
      { bucket },
      ...fields.map(([name]) => ['starts-with', `$${name.toLowerCase()}`, '']),
    ]
    const proof = policyFields({ version: 4, conditions, keys, region, now: new Date() })
    const file = { name: 'photo.txt', bytes: content }
    const path = `/${bucket}`
    const host = `${scene.server.host}:${scene.server.port}`
    return sendRequest(
      scene.server,
      formRequest({ path, host, file, fields: [...fields, ...proof] }),
    )
  }
  for (const [headers, told, opening] of [
    [byServer, { sse: 'AES256' }, {}],
    [byKms('testkey-1'), { sse: 'aws:kms', 'aws-kms-key-id': 'testkey-1' }, {}],
    [a, toldCustomer('a'), a],
  ] as const) {
    const posted = await post([['key', 'posted'], ...Object.entries(headers)])
    assert.equal(posted.status, 204, posted.text)
    assert.deepEqual(toldOf(posted.headers), told)
    const found = accepted(await scene.read('posted', opening))
    assert.deepEqual([found.text, toldOf(found.headers)], [content, told])
  }
  const wrong = { ...a, 'x-amz-server-side-encryption-customer-algorithm': 'AES192' }
  refused(await post([['key', 'posted'], ...Object.entries(wrong)]), {
    code: 'InvalidEncryptionAlgorithmError',
  })
})

test('a URL that was signed with encryption in it seals what is put there', async () => {
  const path = `/${bucket}/presigned`
  const made = await scene.send({
    method: 'PUT',
    path,
    body: content,
    presign: 60,
    headers: byServer,
  })
  assert.deepEqual(toldOf(accepted(made).headers), { sse: 'AES256' })
  const sealed = await scene.send({ method: 'PUT', path, body: content, presign: 60, headers: a })
  assert.deepEqual(toldOf(accepted(sealed).headers), toldCustomer('a'))
  assert.equal(accepted(await scene.send({ path, presign: 60, headers: a })).text, content)
})

test('keys that are not there are told of as KMS does', async () => {
  refused(await scene.put('k', byKms('not-there')), {
    code: 'KMS.NotFoundException',
    message: "Key 'not-there' does not exist",
  })
  const create = await scene.send({
    method: 'POST',
    path: `/${bucket}/k`,
    query: { uploads: '' },
    headers: byKms('not-there', 'aws:kms:dsse'),
  })
  refused(create, { code: 'KMS.NotFoundException' })
  const byArn = byKms('arn:aws:kms:us-east-1:111122223333:key/testkey-1')
  const told = toldOf(accepted(await scene.put('by-arn', byArn)).headers)
  assert.equal(told['aws-kms-key-id'], 'testkey-1')
  const made = toldOf(
    accepted(await scene.put('k', { 'x-amz-server-side-encryption': 'aws:kms' })).headers,
  )
  assert.deepEqual(made, { sse: 'aws:kms', 'aws-kms-key-id': 'aws-s3' })
})

test('a context is told where it was given, and nowhere else', async () => {
  const context = Buffer.from('{"tenant":"ä"}').toString('base64')
  const headers = { ...byKms('testkey-1'), 'x-amz-server-side-encryption-context': context }
  const made = accepted(await scene.put('context', headers))
  assert.equal(toldOf(made.headers)['context'], context)
  const found = accepted(await scene.read('context'))
  assert.deepEqual([found.text, toldOf(found.headers)['context']], [content, undefined])
  refused(
    await scene.put('context', { ...headers, 'x-amz-server-side-encryption-context': 'e30=x' }),
    {
      code: 'InvalidArgument',
      message:
        "The header 'x-amz-server-side-encryption-context' shall be Base64-encoded UTF-8 string holding JSON which represents a string-string map",
    },
  )
})

test('over plain HTTP no customer’s key is taken, unless the operator allows it', async () => {
  await using strict = await EncryptionScene.serve()
  const message =
    'Requests specifying Server Side Encryption with Customer provided keys must be made over a secure connection.'
  accepted(await strict.put('k'))
  const copy = { 'x-amz-copy-source': `${bucket}/k`, ...sourceKey('a') }
  for (const answer of [
    await strict.put('sealed', a),
    await strict.read('k', a),
    await strict.send({ method: 'PUT', path: `/${bucket}/copy`, headers: copy }),
  ]) {
    refused(answer, { code: 'InvalidRequest', message })
  }
})
