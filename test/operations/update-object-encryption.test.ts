/** UpdateObjectEncryption: another key for an object, seen with the AWS SDK; its refusals, seen with raw requests. */
import assert from 'node:assert/strict'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UpdateObjectEncryptionCommand,
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import type { Answer } from '../harness/raw.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { signedRequest } from '../harness/sign.ts'
import { byKms, byServer, customerKey, type Headers } from './encryption-headers.ts'
import { refused } from './rows.ts'

const arn = 'arn:aws:kms:us-east-1:123456789012:key/'
const Bucket = 'bucket'

describe('UpdateObjectEncryption', () => {
  let server: TestServer
  let s3: S3Client

  before(async () => {
    const named = ['testkey-1', 'testkey-2'].flatMap((name) => ['--kms-key', name])
    server = await startServer({ args: [...named, '--sse-c-over-http', 'on'] })
    const { endpoint, region, keys: credentials } = server
    s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
    assert.equal((await signedRequest(server, { method: 'PUT', path: `/${Bucket}` })).status, 200)
  })
  after(async () => {
    s3.destroy()
    await server.stop()
  })

  async function told(Key: string): Promise<readonly unknown[]> {
    const head: HeadObjectCommandOutput = await s3.send(new HeadObjectCommand({ Bucket, Key }))
    return [head.ServerSideEncryption, head.SSEKMSKeyId, head.BucketKeyEnabled]
  }

  async function rekey(Key: string, keyId: string, BucketKeyEnabled?: boolean): Promise<void> {
    const SSEKMS = { KMSKeyArn: arn + keyId, BucketKeyEnabled }
    await s3.send(new UpdateObjectEncryptionCommand({ Bucket, Key, ObjectEncryption: { SSEKMS } }))
  }

  /** Every file of bytes, and when it was written. */
  async function files(): Promise<readonly string[]> {
    const folder = join(server.dataDir, 'blobs')
    const names = await readdir(folder, { recursive: true, withFileTypes: true })
    const all = names
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
    const times = await Promise.all(all.map((file) => stat(file)))
    return all.map((file, at) => `${file} ${times[at]?.mtimeMs} ${times[at]?.size}`).toSorted()
  }

  for (const [what, sizeBytes] of [
    ['a small object', 100],
    ['a large object', 300_000],
    ['an object of parts', 12_000_000],
  ] as const) {
    it(`gives ${what} another key, moves no byte, and leaves everything else as it was`, async () => {
      const Body = Buffer.alloc(sizeBytes, 'the bytes ')
      const Key = `k${sizeBytes}`
      const params = {
        Bucket,
        Key,
        Body,
        ServerSideEncryption: 'AES256',
        Metadata: { a: 'b' },
      } as const
      if (sizeBytes > 10_000_000) await new Upload({ client: s3, params }).done()
      else await s3.send(new PutObjectCommand(params))
      const { $metadata: _, ...was } = await s3.send(new HeadObjectCommand({ Bucket, Key }))
      const before = await files()

      await rekey(Key, 'testkey-1')
      assert.deepEqual(await told(Key), ['aws:kms', 'testkey-1', undefined])
      await rekey(Key, 'testkey-2', true)
      assert.deepEqual(await told(Key), ['aws:kms', 'testkey-2', true])
      const { $metadata: __, ...is } = await s3.send(new HeadObjectCommand({ Bucket, Key }))
      const kms = {
        ServerSideEncryption: 'aws:kms',
        SSEKMSKeyId: 'testkey-2',
        BucketKeyEnabled: true,
      }
      assert.deepEqual({ ...is }, { ...was, ...kms })
      const got = await s3.send(new GetObjectCommand({ Bucket, Key }))
      assert.deepEqual(Buffer.from((await got.Body?.transformToByteArray()) ?? []), Body)
      assert.deepEqual(await files(), before)
    })
  }

  const body = (inner: string): string => `<ObjectEncryption>${inner}</ObjectEncryption>`
  const toKey = (keyArn: string): string =>
    body(`<SSE-KMS><KMSKeyArn>${keyArn}</KMSKeyArn></SSE-KMS>`)

  function update(key: string, text: string, headers: Headers = {}): Promise<Answer> {
    const query = { encryption: '' }
    return signedRequest(server, {
      method: 'PUT',
      path: `/${Bucket}/${key}`,
      query,
      body: text,
      headers,
    })
  }

  async function put(key: string, headers: Headers): Promise<void> {
    const answer = await signedRequest(server, {
      method: 'PUT',
      path: `/${Bucket}/${key}`,
      body: 'the bytes',
      headers,
    })
    assert.equal(answer.status, 200, answer.text)
  }

  it('refuses objects that are plain, or sealed twice, or sealed by a customer', async () => {
    const cases = [
      ['plain', {}, /unencrypted source objects/],
      ['customer', customerKey('a'), /DSSE-KMS or SSE-C/],
      ['twice', byKms('testkey-1', 'aws:kms:dsse'), /DSSE-KMS or SSE-C/],
    ] as const
    for (const [key, headers, message] of cases) {
      await put(key, headers)
      const answer = await update(key, toKey(`${arn}testkey-1`))
      refused(answer, { code: 'InvalidRequest' })
      assert.match(answer.text, message)
    }
  })

  it('refuses a key that is not named by its whole ARN, is not there, or is not for requests', async () => {
    await put('sealed', byServer)
    for (const name of [
      'testkey-1',
      'alias/testkey-1',
      'arn:aws:kms:us-east-1:1:key/testkey-1',
      '',
    ]) {
      refused(await update('sealed', toKey(name)), { code: 'InvalidRequest' })
    }
    refused(await update('sealed', body('<SSE-S3></SSE-S3>')), { code: 'InvalidRequest' })
    refused(await update('sealed', body('')), { code: 'InvalidRequest' })
    for (const name of ['testkey-3', 'sse-s3']) {
      refused(await update('sealed', toKey(arn + name)), { code: 'KMS.NotFoundException' })
    }
    refused(await update('missing', toKey(`${arn}testkey-1`)), { code: 'NoSuchKey', status: 404 })
    const other = { 'x-amz-expected-bucket-owner': '999999999999' }
    refused(await update('sealed', toKey(`${arn}testkey-1`), other), {
      code: 'AccessDenied',
      status: 403,
    })
    assert.deepEqual(await told('sealed'), ['AES256', undefined, undefined])
  })

  it('reads an object with an encryption context as before', async () => {
    const context = Buffer.from('{"team":"blue"}').toString('base64')
    await put('context', { ...byKms('testkey-1'), 'x-amz-server-side-encryption-context': context })
    await rekey('context', 'testkey-2')
    const got = await signedRequest(server, { path: `/${Bucket}/context` })
    assert.deepEqual(
      [got.text, await told('context')],
      ['the bytes', ['aws:kms', 'testkey-2', undefined]],
    )
  })
})
