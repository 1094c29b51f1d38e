/** Clients that are configured for another region: what they are told, and who of them signs again by itself (decision 0011). */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadBucketCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { startServer, type TestServer } from '../harness/server.ts'
import { clientSuite } from './installed.ts'
import { runToSuccess } from './program.ts'

const Bucket = 'regions'
let server: TestServer

before(async () => {
  server = await startServer()
  await clientFor('us-east-1').send(new CreateBucketCommand({ Bucket }))
})
after(() => server.stop())

function clientFor(region: string): S3Client {
  const { endpoint, keys: credentials } = server
  const told = { endpoint, region, credentials, maxAttempts: 1 }
  return new S3Client({ ...told, forcePathStyle: true, followRegionRedirects: true })
}

describe('AWS SDK for JavaScript with followRegionRedirects', () => {
  it('signs again for the region that HeadBucket is told', async () => {
    const { BucketRegion } = await clientFor('eu-west-3').send(new HeadBucketCommand({ Bucket }))
    assert.equal(BucketRegion, 'us-east-1')
    const right = clientFor(BucketRegion)
    await right.send(new PutObjectCommand({ Bucket, Key: 'js', Body: 'by js' }))
    assert.equal((await right.send(new GetObjectCommand({ Bucket, Key: 'js' }))).ContentLength, 5)
  })

  it('is told the right region by other operations', async () => {
    const command = new GetObjectCommand({ Bucket, Key: 'js' })
    const says = /the region 'eu-west-3' is wrong; expecting 'us-east-1'/
    const told = { name: 'AuthorizationHeaderMalformed', Region: 'us-east-1', message: says }
    await assert.rejects(clientFor('eu-west-3').send(command), told)
    const answer = await fetch(await getSignedUrl(clientFor('eu-west-3'), command))
    assert.deepEqual([answer.status, answer.headers.get('x-amz-bucket-region')], [400, 'us-east-1'])
    assert.equal(answer.headers.get('location'), null)
    assert.match(await answer.text(), /<Code>AuthorizationQueryParametersError<\/Code>/)
  })
})

clientSuite('boto3', (python) => {
  it('signs again for the right region, whatever it asks of a bucket', async () => {
    const script = fileURLToPath(new URL('wrong-region.py', import.meta.url))
    const env = {
      AWS_ACCESS_KEY_ID: server.keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.keys.secretAccessKey,
    }
    const printed = await runToSuccess(python, [script, server.endpoint, Bucket], { env })
    const held = ['head-bucket', 'put', 'head', 'get', 'list', 'told']
    assert.deepEqual(printed.trim().split('\n'), held)
  })
})
