/** Objects that real clients make public: each of them shares one, and a plain HTTP client without keys fetches it. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import {
  CreateBucketCommand,
  DeletePublicAccessBlockCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutBucketAclCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { aclsCount, openPeople, type People } from '../access/people.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { signedRequest } from '../harness/sign.ts'
import { bucket, createAwsCli, type AwsCli } from './aws-cli.ts'
import { clientSuite } from './installed.ts'
import { runToSuccess } from './program.ts'

/** Status of a plain GET, as curl sees it. */
async function fetched(endpoint: string, path: string): Promise<string> {
  const words = ['--silent', '--output', '/dev/null', '--write-out', '%{http_code}']
  return await runToSuccess('/usr/bin/curl', [...words, `${endpoint}/${path}`])
}

for (const name of ['aws-cli-v1', 'aws-cli-v2'] as const) {
  clientSuite(name, (program) => {
    let server: TestServer
    let aws: AwsCli
    let dispose: () => Promise<void>
    before(async () => {
      server = await startServer({ args: aclsCount })
      const made = await createAwsCli(program, server)
      aws = made.cli
      dispose = made.dispose
      await aws.api('create-bucket')
      await writeFile(join(aws.folder, 'page'), 'bytes')
    })
    after(async () => {
      await server.stop()
      await dispose()
    })

    it('s3 cp --acl public-read, and s3api put-object-acl both ways', async () => {
      await aws.run('s3', 'cp', 'page', `s3://${bucket}/open`, '--acl', 'public-read')
      await aws.run('s3', 'cp', 'page', `s3://${bucket}/shut`)
      const seen = (key: string): Promise<string> => fetched(server.endpoint, `${bucket}/${key}`)
      assert.deepEqual([await seen('open'), await seen('shut')], ['200', '403'])
      await aws.api('put-object-acl', { key: 'open', acl: 'private' })
      await aws.api('put-object-acl', { key: 'shut', acl: 'public-read' })
      assert.deepEqual([await seen('open'), await seen('shut')], ['403', '200'])
      const acl = JSON.stringify(await aws.api('get-object-acl', { key: 'shut' }))
      assert.match(acl, /"URI":"http:\/\/acs\.amazonaws\.com\/groups\/global\/AllUsers"/)
      const block = 'BlockPublicAcls=true,IgnorePublicAcls=true'
      const blocking = { 'public-access-block-configuration': block }
      await aws.api('put-public-access-block', blocking)
      assert.equal(await seen('shut'), '403')
      await aws.refused('AccessDenied', 'put-object-acl', { key: 'open', acl: 'public-read' })
      const controls = { 'ownership-controls': 'Rules=[{ObjectOwnership=BucketOwnerEnforced}]' }
      await aws.api('put-bucket-ownership-controls', controls)
      const sharing = { key: 'open', acl: 'public-read' }
      await aws.refused('AccessControlListNotSupported', 'put-object-acl', sharing)
    })

    it('--no-sign-request reads what is public and nothing else', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'ashlar-unsigned-'))
      try {
        await signedRequest(server, { method: 'PUT', path: '/unsigned' })
        const open = { path: '/unsigned/open', body: 'bytes' }
        await signedRequest(server, { ...open, headers: { 'x-amz-acl': 'public-read' } })
        const words = ['s3', 'cp', '--no-sign-request', 's3://unsigned/open', join(folder, 'open')]
        await aws.run(...words)
        const listed = aws.run('s3', 'ls', '--no-sign-request', 's3://unsigned')
        await assert.rejects(listed, /\(AccessDenied\) when calling the ListObjectsV2/)
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    })
  })
}

describe('AWS SDK for JavaScript', () => {
  let people: People
  let s3: S3Client
  let nobody: S3Client
  const Bucket = 'shared-by-js'
  before(async () => {
    people = await openPeople([])
    const { endpoint, region } = people.server
    const config = { endpoint, region, forcePathStyle: true, maxAttempts: 1 }
    s3 = new S3Client({ ...config, credentials: people.keys.owner })
    const noAuth = { signer: { sign: async (request: unknown) => request } as never }
    const nothing = { accessKeyId: '', secretAccessKey: '' }
    nobody = new S3Client({ ...config, ...noAuth, credentials: nothing })
  })
  after(async () => {
    s3.destroy()
    nobody.destroy()
    await people[Symbol.asyncDispose]()
  })

  it('opens a bucket as it has to on AWS today: ownership first, then the block, then the ACL', async () => {
    const ObjectOwnership = 'ObjectWriter'
    await s3.send(new CreateBucketCommand({ Bucket, ObjectOwnership }))
    const open = { Bucket, Key: 'k', Body: 'bytes', ACL: 'public-read' } as const
    await assert.rejects(s3.send(new PutObjectCommand(open)), { name: 'AccessDenied' })
    await s3.send(new DeletePublicAccessBlockCommand({ Bucket }))
    await s3.send(new PutObjectCommand(open))
    await new Upload({ client: s3, params: { ...open, Key: 'up', Body: Buffer.alloc(6e6) } }).done()
    for (const Key of ['k', 'up']) {
      const { $metadata } = await nobody.send(new GetObjectCommand({ Bucket, Key }))
      assert.equal($metadata.httpStatusCode, 200)
      assert.equal(await fetched(people.server.endpoint, `${Bucket}/${Key}`), '200')
    }
    const { Grants } = await s3.send(new GetObjectAclCommand({ Bucket, Key: 'up' }))
    assert.deepEqual(
      Grants?.map((grant) => grant.Permission),
      ['READ', 'FULL_CONTROL'],
    )
    await assert.rejects(nobody.send(new ListBucketsCommand({})), { name: 'AccessDenied' })
  })

  it('grants by id and by e-mail address', async () => {
    const GrantRead = 'emailAddress="other@x.example"'
    await s3.send(new PutObjectAclCommand({ Bucket, Key: 'k', GrantRead }))
    const { Grants, Owner } = await s3.send(new GetObjectAclCommand({ Bucket, Key: 'k' }))
    assert.deepEqual(Grants?.[0]?.Grantee?.ID, people.ids.other)
    const Grant = { Grantee: { Type: 'CanonicalUser' as const, ID: people.ids.other } }
    const AccessControlPolicy = { Owner, Grants: [{ ...Grant, Permission: 'READ' as const }] }
    await s3.send(new PutBucketAclCommand({ Bucket, AccessControlPolicy }))
    assert.equal((await people.ask('other', { path: `/${Bucket}` })).status, 200)
    assert.equal((await people.ask('anonymous', { path: `/${Bucket}` })).status, 403)
  })
})
