/**
 * The AWS SDK for JavaScript in a page, signing in headers: version 2, which is the last that comes bundled for pages. Its
 * upload in parts gives up where it cannot read an ETag, as that of version 3 does.
 */
import assert from 'node:assert/strict'
import { before, it } from 'node:test'
import { PutBucketCorsCommand, S3Client, type CORSRule } from '@aws-sdk/client-s3'
import { mebibyte } from '../../src/base/limits.ts'
import type { TestServer } from '../harness/server.ts'
import { signedRequest } from '../harness/sign.ts'
import { pickedFile, type Site, type Stage } from './browser.ts'
import { multipartETag } from './bytes.ts'

const Bucket = 'browser-sdk'
const bytes = pickedFile.subarray(0, 6 * mebibyte)
const sizeBytes = bytes.length
const part = 5 * mebibyte
const etag = multipartETag([bytes.subarray(0, part), bytes.subarray(part)])

/** The SDK's everyday work in a page, under two signatures. */
export function sdkTests(stage: () => Stage): void {
  let server: TestServer
  let site: Site

  before(async () => {
    ;({ server } = stage())
    ;[site] = stage().browser.sites
    await signedRequest(server, { method: 'PUT', path: `/${Bucket}` })
    await allow({})
  })

  for (const version of ['v4', 'v2']) {
    it(`uploads in parts and reads it back, signed with ${version}`, async () => {
      const Key = `signed with ${version} ü+`
      assert.deepEqual(
        await site.run('sdkUpload', { options: options(version), Bucket, Key, sizeBytes }),
        {
          etag,
        },
      )
      const stored = await signedRequest(server, { path: `/${Bucket}/${encodeURIComponent(Key)}` })
      assert.ok(bytes.equals(stored.body))
      const head = await call('headObject', { Key }, options(version))
      assert.deepEqual([head['ETag'], head['ContentLength']], [etag, bytes.length])
      const range = await call('getObject', { Key, Range: 'bytes=1-10' }, options(version))
      assert.equal(range['length'], 10)
      assert.equal((await call('listObjectsV2', { Prefix: Key }, options(version)))['KeyCount'], 1)
    })
  }

  it('puts a small object, copies and deletes', async () => {
    const Key = 'small'
    const put = { Key, Body: 'bytes', ContentType: 'text/plain', Metadata: { a: 'b' } }
    assert.match(String((await call('putObject', put))['ETag']), /^"[0-9a-f]{32}"$/)
    await call('copyObject', { Key: 'copy', CopySource: `${Bucket}/small` })
    const Objects = [{ Key: 'copy' }, { Key }]
    const { Deleted } = await call('deleteObjects', { Delete: { Objects } })
    assert.equal((Deleted as unknown[]).length, 2)
    assert.deepEqual(await call('getObject', { Key }), { code: 'NoSuchKey', status: 404 })
  })

  it('learns why it was refused', async () => {
    const wrong = { ...options('v4'), secretAccessKey: 'a-secret-of-nobody' }
    const refused = await call('getObject', { Key: 'any' }, wrong)
    assert.deepEqual(refused, { code: 'SignatureDoesNotMatch', status: 403 })
  })

  it('gives an upload in parts up where the rule hides the ETag', async () => {
    await allow({ ExposeHeaders: ['x-amz-request-id'] })
    const hidden = { options: options('v4'), Bucket, Key: 'hidden', sizeBytes }
    const { message } = (await site.run('sdkUpload', hidden)) as { message?: string }
    assert.match(message ?? '', /No access to ETag property/)
  })

  async function allow(rule: Partial<CORSRule>): Promise<void> {
    const { endpoint, region, keys: credentials } = server
    const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
    const AllowedMethods = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD']
    const all = { AllowedOrigins: [site.origin], AllowedMethods, AllowedHeaders: ['*'], ...rule }
    await s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [all] } }))
    s3.destroy()
  }

  function options(signatureVersion: string): object {
    return { endpoint: server.endpoint, region: server.region, ...server.keys, signatureVersion }
  }

  async function call(
    name: string,
    input: object,
    how: object = options('v4'),
  ): Promise<Readonly<Record<string, unknown>>> {
    const asked = { options: how, call: name, input: { Bucket, ...input } }
    return (await site.run('sdkCall', asked)) as Readonly<Record<string, unknown>>
  }
}
