/** Temporary credentials: AWS_SESSION_TOKEN in the SDK for JavaScript, the AWS CLI and boto3, and in what they presign. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { randomKeys, startServer, type TestServer } from '../harness/server.ts'
import type { Keys } from '../harness/sign.ts'
import { writeAccountsFile, type AccountsFile } from './accounts-file.ts'
import { clientSuite } from './installed.ts'
import { runProgram, runToSuccess } from './program.ts'

const Bucket = 'sessions'
const hour = 3_600_000
const good = temporary(hour)
const ended = temporary(-hour)
let accounts: AccountsFile
let server: TestServer

function temporary(lifeMs: number): Keys & { readonly expires: string } {
  const sessionToken = randomBytes(300).toString('base64')
  return { ...randomKeys(), sessionToken, expires: new Date(Date.now() + lifeMs).toISOString() }
}

before(async () => {
  const keys = [good, ended].map((key) => ({ ...key, sessionToken: key.sessionToken ?? '' }))
  accounts = await writeAccountsFile({ keys })
  server = await startServer({ accounts: accounts.path })
  await clientOf(good).send(new CreateBucketCommand({ Bucket }))
})

after(async () => {
  await server.stop()
  await accounts[Symbol.asyncDispose]()
})

function clientOf({ accessKeyId, secretAccessKey, sessionToken }: Keys): S3Client {
  return new S3Client({
    endpoint: server.endpoint,
    region: server.region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
    maxAttempts: 1,
  })
}

function environmentOf(keys: Keys): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_SESSION_TOKEN: keys.sessionToken ?? '',
    AWS_DEFAULT_REGION: server.region,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
  }
}

describe('AWS SDK for JavaScript with a session token', () => {
  it('writes, reads and presigns', async () => {
    const s3 = clientOf(good)
    await s3.send(new PutObjectCommand({ Bucket, Key: 'js', Body: 'by js' }))
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'js' }))
    assert.equal(await got.Body?.transformToString(), 'by js')
    const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'js' }))
    assert.match(url, /X-Amz-Security-Token=/)
    assert.equal(await (await fetch(url)).text(), 'by js')
  })

  it('is told when the token has ended, is another one, or belongs to a lasting key', async () => {
    const cases: ReadonlyArray<readonly [Keys, string]> = [
      [ended, 'ExpiredToken'],
      [{ ...good, sessionToken: 'another' }, 'InvalidToken'],
      [{ ...server.keys, sessionToken: 'needless' }, 'InvalidToken'],
      [{ ...good, sessionToken: undefined }, 'InvalidAccessKeyId'],
    ]
    for (const [keys, name] of cases) {
      await assert.rejects(clientOf(keys).send(new ListBucketsCommand({})), { name })
    }
  })
})

clientSuite('aws-cli-v1', (program) => {
  it('takes AWS_SESSION_TOKEN', async () => {
    const words = ['--endpoint-url', server.endpoint, 's3', 'cp', '-', `s3://${Bucket}/cli`]
    const input = Buffer.from('by the CLI')
    await runToSuccess(program, words, { env: environmentOf(good), input })
    const got = await clientOf(good).send(new GetObjectCommand({ Bucket, Key: 'cli' }))
    assert.equal(await got.Body?.transformToString(), 'by the CLI')
    const said = await runProgram(program, words, { env: environmentOf(ended), input })
    assert.match(said.stderr, /ExpiredToken/)
  })
})

interface Printed {
  readonly body: string
  readonly urls: readonly string[]
  readonly post: { readonly url: string; readonly fields: Readonly<Record<string, string>> }
}

clientSuite('boto3', (python) => {
  const script = fileURLToPath(new URL('session-tokens.py', import.meta.url))
  const run = async (keys: Keys): Promise<unknown> => {
    const words = [script, server.endpoint, server.region, Bucket]
    return JSON.parse(await runToSuccess(python, words, { env: environmentOf(keys) }))
  }

  it('takes AWS_SESSION_TOKEN, in SigV2 and forms as well', async () => {
    const { body, urls, post } = (await run(good)) as Printed
    assert.equal(body, 'by boto')
    for (const url of urls) assert.equal(await (await fetch(url)).text(), 'by boto', url)
    const form = new FormData()
    for (const [name, value] of Object.entries(post.fields)) form.append(name, value)
    form.append('file', new Blob(['posted']))
    const answer = await fetch(post.url, { method: 'POST', body: form })
    assert.equal(answer.status, 204, await answer.text())
  })

  it('is told that the token has ended', async () => {
    assert.deepEqual(await run(ended), { refused: 'ExpiredToken' })
  })
})
