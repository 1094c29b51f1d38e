/**
 * Clients that are given ARNs and directory buckets in place of a bucket's name: they make AWS's own host names of them, which
 * are led here as a name service would do it, and they report what is not offered as an error of S3.
 */
import assert from 'node:assert/strict'
import { Agent } from 'node:https'
import { connect } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  CopyObjectCommand,
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { startServer, type TestServer } from '../harness/server.ts'
import { clientSuite } from './installed.ts'
import { runToSuccess } from './program.ts'

const Bucket = 'arns'
const account = '123456789012'
const accessPoint = `arn:aws:s3:us-east-1:${account}:accesspoint/ap`
const outposts = `arn:aws:s3-outposts:us-east-1:${account}:outpost/op-01ac5d28a6a232904/accesspoint/ap`
const objectLambda = `arn:aws:s3-object-lambda:us-east-1:${account}:accesspoint/ol`
const directory = 'b--use1-az4--x-s3'

let server: TestServer
before(async () => {
  server = await startServer()
})
after(() => server.stop())

describe('AWS SDK for JavaScript', () => {
  let client: S3Client
  before(() => {
    // The SDK speaks nothing but https to Amazon's names; what it would encrypt is what matters here.
    const httpsAgent = new Agent()
    httpsAgent.createConnection = () => connect(server.port, server.host)
    client = new S3Client({
      region: 'us-east-1',
      credentials: server.keys,
      maxAttempts: 1,
      requestHandler: { httpsAgent },
    })
  })
  after(() => client.destroy())

  const cases: ReadonlyArray<readonly [inWords: string, name: string]> = [
    ['an access point', accessPoint],
    ['an access point of Outposts', outposts],
    ['an Object Lambda access point', objectLambda],
  ]
  for (const [inWords, name] of cases) {
    it(`learns that ${inWords} is not offered`, async () => {
      const Key = 'k'
      await notOffered(client.send(new GetObjectCommand({ Bucket: name, Key })))
      await notOffered(client.send(new PutObjectCommand({ Bucket: name, Key, Body: 'x' })))
      const part = { Bucket: name, Key, UploadId: 'u', PartNumber: 1, Body: 'x' }
      await notOffered(client.send(new UploadPartCommand(part)))
    })
  }

  it('learns that a session of a directory bucket is not offered', async () => {
    await notOffered(client.send(new GetObjectCommand({ Bucket: directory, Key: 'k' })))
  })

  it('learns it of the source of a copy too', async () => {
    const { endpoint, region, keys: credentials } = server
    const ours = new S3Client({
      endpoint,
      region,
      credentials,
      forcePathStyle: true,
      maxAttempts: 1,
    })
    await ours.send(new CreateBucketCommand({ Bucket }))
    const CopySource = `${accessPoint}/object/k`
    await notOffered(ours.send(new CopyObjectCommand({ Bucket, Key: 'k', CopySource })))
    ours.destroy()
  })
})

async function notOffered(sent: Promise<unknown>): Promise<void> {
  await assert.rejects(sent, (error: Error & { $metadata?: { httpStatusCode?: number } }) => {
    assert.deepEqual([error.name, error.$metadata?.httpStatusCode], ['NotImplemented', 501])
    assert.match(error.message, /not offered/)
    return true
  })
}

clientSuite('boto3', (python) => {
  it('learns that access points and directory buckets are not offered', async () => {
    const script = fileURLToPath(new URL('arns.py', import.meta.url))
    const env = {
      AWS_ACCESS_KEY_ID: server.keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.keys.secretAccessKey,
    }
    const words = [script, String(server.port), accessPoint, outposts, objectLambda, directory]
    const printed = await runToSuccess(python, words, { env })
    assert.deepEqual(printed.trim().split('\n'), Array(4).fill('NotImplemented 501'))
  })
})
