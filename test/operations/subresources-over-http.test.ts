/** Subresources through a real server and the official SDK: what Terraform, backup tools and consoles read and write. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CreateBucketCommand,
  DeleteBucketCorsCommand,
  DeleteBucketTaggingCommand,
  DeleteObjectTaggingCommand,
  DeleteBucketOwnershipControlsCommand,
  DeletePublicAccessBlockCommand,
  GetBucketAccelerateConfigurationCommand,
  GetBucketAclCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLoggingCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketReplicationCommand,
  GetBucketRequestPaymentCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetBucketWebsiteCommand,
  GetObjectAclCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  GetObjectTaggingCommand,
  GetPublicAccessBlockCommand,
  HeadObjectCommand,
  ListBucketMetricsConfigurationsCommand,
  PutBucketAclCommand,
  PutBucketCorsCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { startServer, type TestServer } from '../harness/server.ts'
import { signedRequest } from '../harness/sign.ts'

const Bucket = 'photos'
const Key = 'ä b/+c'
let server: TestServer
let client: S3Client

before(async () => {
  server = await startServer()
  const { endpoint, region, keys: credentials } = server
  client = new S3Client({ endpoint, region, forcePathStyle: true, credentials, maxAttempts: 1 })
  await client.send(new CreateBucketCommand({ Bucket }))
  await client.send(new PutObjectCommand({ Bucket, Key, Body: 'hello' }))
})

after(async () => {
  client.destroy()
  await server.stop()
})

async function fails(sent: Promise<unknown>, name: string, status: number): Promise<void> {
  await assert.rejects(sent, (error) => {
    const told = error as { name: string; $metadata?: { httpStatusCode?: number } }
    assert.deepEqual([told.name, told.$metadata?.httpStatusCode], [name, status])
    return true
  })
}

test('what Terraform reads of a bucket that it has just made', async () => {
  await fails(client.send(new GetBucketPolicyCommand({ Bucket })), 'NoSuchBucketPolicy', 404)
  await fails(client.send(new GetBucketCorsCommand({ Bucket })), 'NoSuchCORSConfiguration', 404)
  await fails(
    client.send(new GetBucketWebsiteCommand({ Bucket })),
    'NoSuchWebsiteConfiguration',
    404,
  )
  const encryption = client.send(new GetBucketEncryptionCommand({ Bucket }))
  await fails(encryption, 'ServerSideEncryptionConfigurationNotFoundError', 404)
  const rules = client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))
  await fails(rules, 'NoSuchLifecycleConfiguration', 404)
  const replicas = client.send(new GetBucketReplicationCommand({ Bucket }))
  await fails(replicas, 'ReplicationConfigurationNotFoundError', 404)
  const lock = client.send(new GetObjectLockConfigurationCommand({ Bucket }))
  await fails(lock, 'ObjectLockConfigurationNotFoundError', 404)
  await fails(client.send(new GetBucketTaggingCommand({ Bucket })), 'NoSuchTagSet', 404)
  await fails(client.send(new GetObjectRetentionCommand({ Bucket, Key })), 'InvalidRequest', 400)

  const versioning = await client.send(new GetBucketVersioningCommand({ Bucket }))
  assert.deepEqual([versioning.Status, versioning.MFADelete], [undefined, undefined])
  const { Status } = await client.send(new GetBucketAccelerateConfigurationCommand({ Bucket }))
  const { LoggingEnabled } = await client.send(new GetBucketLoggingCommand({ Bucket }))
  const { Payer } = await client.send(new GetBucketRequestPaymentCommand({ Bucket }))
  const list = await client.send(new ListBucketMetricsConfigurationsCommand({ Bucket }))
  assert.deepEqual(
    [Status, LoggingEnabled, Payer, list.IsTruncated, list.MetricsConfigurationList],
    [undefined, undefined, 'BucketOwner', false, undefined],
  )
})

test('an ACL is read by clients, and where ACLs are off written only as it is', async () => {
  for (const command of [
    new GetBucketAclCommand({ Bucket }),
    new GetObjectAclCommand({ Bucket, Key }),
  ]) {
    const { Owner, Grants } = await client.send(command as GetBucketAclCommand)
    assert.deepEqual(Grants, [
      { Grantee: { Type: 'CanonicalUser', ...Owner }, Permission: 'FULL_CONTROL' },
    ])
    const policy = { Bucket, AccessControlPolicy: { Owner, Grants } }
    await client.send(new PutBucketAclCommand(policy))
  }
  const ACL = 'bucket-owner-full-control'
  await client.send(new PutObjectAclCommand({ Bucket, Key, ACL }))
  const open = client.send(new PutBucketAclCommand({ Bucket, ACL: 'public-read' }))
  await fails(open, 'AccessControlListNotSupported', 400)
})

test('a bucket is closed to the public until its owner opens it, and ACLs are off until they are turned on', async () => {
  const block = async (): Promise<readonly unknown[]> => {
    const asked = new GetPublicAccessBlockCommand({ Bucket })
    return Object.values((await client.send(asked)).PublicAccessBlockConfiguration ?? {})
  }
  assert.deepEqual(await block(), [true, true, true, true])
  const PublicAccessBlockConfiguration = { BlockPublicPolicy: true }
  await client.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }))
  assert.deepEqual((await block()).filter(Boolean), [true], 'what is left out is off')
  const gone = await client.send(new DeletePublicAccessBlockCommand({ Bucket }))
  assert.equal(gone.$metadata.httpStatusCode, 204)
  await fails(block(), 'NoSuchPublicAccessBlockConfiguration', 404)

  const ownership = async (): Promise<unknown> => {
    const { OwnershipControls } = await client.send(
      new GetBucketOwnershipControlsCommand({ Bucket }),
    )
    return OwnershipControls?.Rules?.map((rule) => rule.ObjectOwnership)
  }
  assert.deepEqual(await ownership(), ['BucketOwnerEnforced'])
  const OwnershipControls = { Rules: [{ ObjectOwnership: 'ObjectWriter' as const }] }
  await client.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls }))
  assert.deepEqual(await ownership(), ['ObjectWriter'])
  await client.send(new PutBucketAclCommand({ Bucket, ACL: 'public-read' }))
  const enforced = { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' as const }] }
  const back = { Bucket, OwnershipControls: enforced }
  const shared = client.send(new PutBucketOwnershipControlsCommand(back))
  await fails(shared, 'InvalidBucketAclWithObjectOwnership', 400)
  await client.send(new PutBucketAclCommand({ Bucket, ACL: 'private' }))
  await client.send(new PutBucketOwnershipControlsCommand(back))
  assert.deepEqual(await ownership(), ['BucketOwnerEnforced'])
  const removed = await client.send(new DeleteBucketOwnershipControlsCommand({ Bucket }))
  assert.equal(removed.$metadata.httpStatusCode, 204)
  await fails(ownership(), 'OwnershipControlsNotFoundError', 404)
  await client.send(new PutBucketOwnershipControlsCommand(back))
})

test('versioning cannot be set', async () => {
  for (const Status of ['Enabled', 'Suspended'] as const) {
    const versioned = new PutBucketVersioningCommand({
      Bucket,
      VersioningConfiguration: { Status },
    })
    await fails(client.send(versioned), 'NotImplemented', 501)
  }
})

test('tags of a bucket and of an object', async () => {
  const TagSet = [{ Key: 'team', Value: 'röd + blå' }]
  const Tagging = { TagSet }
  const put = await client.send(new PutBucketTaggingCommand({ Bucket, Tagging }))
  assert.equal(put.$metadata.httpStatusCode, 204)
  assert.deepEqual((await client.send(new GetBucketTaggingCommand({ Bucket }))).TagSet, TagSet)
  const gone = await client.send(new DeleteBucketTaggingCommand({ Bucket }))
  assert.equal(gone.$metadata.httpStatusCode, 204)

  await client.send(new PutObjectTaggingCommand({ Bucket, Key, VersionId: 'null', Tagging }))
  assert.deepEqual((await client.send(new GetObjectTaggingCommand({ Bucket, Key }))).TagSet, TagSet)
  assert.equal((await client.send(new HeadObjectCommand({ Bucket, Key }))).TagCount, 1)
  await client.send(new DeleteObjectTaggingCommand({ Bucket, Key }))
  assert.deepEqual((await client.send(new GetObjectTaggingCommand({ Bucket, Key }))).TagSet, [])
  assert.equal((await client.send(new HeadObjectCommand({ Bucket, Key }))).TagCount, undefined)
  const twice = { TagSet: [...TagSet, ...TagSet] }
  const doubled = client.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: twice }))
  await fails(doubled, 'InvalidTag', 400)
})

test('CORS rules come back as they were put, and outlive the process', async () => {
  const CORSRules = [
    {
      ID: 'one',
      AllowedMethods: ['GET', 'PUT'],
      AllowedOrigins: ['https://*.example', 'https://other'],
      AllowedHeaders: ['*'],
      ExposeHeaders: ['ETag'],
      MaxAgeSeconds: 3000,
    },
    { AllowedMethods: ['HEAD'], AllowedOrigins: ['*'] },
  ]
  await client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }))
  await server.kill()
  await server.restart()
  assert.deepEqual((await client.send(new GetBucketCorsCommand({ Bucket }))).CORSRules, CORSRules)
  const patched = { CORSRules: [{ AllowedMethods: ['PATCH'], AllowedOrigins: ['*'] }] }
  const wrong = client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: patched }))
  await fails(wrong, 'InvalidRequest', 400)
  const gone = await client.send(new DeleteBucketCorsCommand({ Bucket }))
  assert.equal(gone.$metadata.httpStatusCode, 204)
  await fails(client.send(new GetBucketCorsCommand({ Bucket })), 'NoSuchCORSConfiguration', 404)
})

test('documents as AWS writes them', async () => {
  const read = async (name: string): Promise<string> =>
    (await signedRequest(server, { path: `/${Bucket}`, query: { [name]: '' } })).text.replace(
      /^<\?xml[^>]*>\s*/,
      '',
    )
  const xmlns = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
  assert.equal(
    await read('versioning'),
    `<VersioningConfiguration ${xmlns}></VersioningConfiguration>`,
  )
  assert.equal(await read('logging'), `<BucketLoggingStatus ${xmlns}></BucketLoggingStatus>`)
  assert.match(await read('acl'), /<Grantee xmlns:xsi="[^"]+" xsi:type="CanonicalUser"><ID>/)
  assert.match(
    await read('publicAccessBlock'),
    /<Code>NoSuchPublicAccessBlockConfiguration<.*<BucketName>photos<\/BucketName>/,
  )
  assert.match(await read('policy'), /<Code>NoSuchBucketPolicy<.*<BucketName>photos<\/BucketName>/)
})
