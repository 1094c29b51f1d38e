/** The AWS SDK for JavaScript with each kind of server-side encryption: commands, and Upload of lib-storage. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import {
  CopyObjectCommand,
  CreateBucketCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  type GetObjectCommandInput,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { mebibyte } from '../../src/base/limits.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { seededBytes } from './bytes.ts'

const Bucket = 'sdk-js'
const content = seededBytes('encryption', 11 * mebibyte + 5)
const secret = Buffer.alloc(32, 'k')
const customerTold = {
  SSECustomerAlgorithm: 'AES256',
  SSECustomerKeyMD5: createHash('md5').update(secret).digest('base64'),
}
const customer = { ...customerTold, SSECustomerKey: secret.toString('base64') }
let server: TestServer
let s3: S3Client

type Asked = Partial<PutObjectCommandInput>
type Opening = Partial<GetObjectCommandInput>

const kinds: ReadonlyArray<
  readonly [name: string, asked: Asked, told: Readonly<Record<string, unknown>>, opening: Opening]
> = [
  ['SSE-S3', { ServerSideEncryption: 'AES256' }, { ServerSideEncryption: 'AES256' }, {}],
  [
    'SSE-KMS',
    { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'testkey-1', BucketKeyEnabled: true },
    { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'testkey-1', BucketKeyEnabled: true },
    {},
  ],
  [
    'DSSE-KMS',
    { ServerSideEncryption: 'aws:kms:dsse', SSEKMSKeyId: 'testkey-1' },
    { ServerSideEncryption: 'aws:kms:dsse', SSEKMSKeyId: 'testkey-1' },
    {},
  ],
  ['SSE-C', customer, customerTold, customer],
]

describe('AWS SDK for JavaScript, encrypting', () => {
  before(async () => {
    server = await startServer({ args: ['--kms-key', 'testkey-1', '--sse-c-over-http', 'on'] })
    s3 = new S3Client({
      endpoint: server.endpoint,
      region: server.region,
      credentials: server.keys,
      forcePathStyle: true,
      maxAttempts: 1,
    })
    await s3.send(new CreateBucketCommand({ Bucket }))
  })
  after(async () => {
    s3.destroy()
    await server.stop()
  })

  for (const kind of kinds) kindTests(kind)
})

function kindTests([name, asked, told, opening]: (typeof kinds)[number]): void {
  it(`${name}: Upload in parts, GetObject, HeadObject, a range`, async () => {
    const upload = new Upload({
      client: s3,
      params: { Bucket, Key: name, Body: content, ...asked },
      partSize: 5 * mebibyte,
    })
    // Of a completed upload the SDK reads nothing about a customer's key.
    holds(await upload.done(), opening === customer ? {} : told)
    const found = await s3.send(
      new GetObjectCommand({ Bucket, Key: name, ChecksumMode: 'ENABLED', ...opening }),
    )
    holds(found, told)
    assert.ok(content.equals((await found.Body?.transformToByteArray()) ?? Buffer.alloc(0)))
    const Range = `bytes=${5 * mebibyte - 10}-${5 * mebibyte + 9}`
    const part = await s3.send(new GetObjectCommand({ Bucket, Key: name, Range, ...opening }))
    const middle = Buffer.from((await part.Body?.transformToByteArray()) ?? [])
    assert.ok(middle.equals(content.subarray(5 * mebibyte - 10, 5 * mebibyte + 10)))
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: name, ...opening }))
    holds(head, told)
    assert.equal(head.ContentLength, content.length)
  })

  it(`${name}: PutObject, CopyObject from and to it, GetObjectAttributes`, async () => {
    const Key = `${name}-put`
    holds(await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'small', ...asked })), told)
    const CopySource = `${Bucket}/${Key}`
    const source = Object.fromEntries(
      Object.entries(opening).map(([member, value]) => [`CopySource${member}`, value]),
    )
    const plain = { Bucket, Key: 'plain' }
    await s3.send(new CopyObjectCommand({ ...plain, CopySource, ...source }))
    assert.equal(await text(plain), 'small')
    const back = { Bucket, Key: `${name}-back` }
    const from = { CopySource: `${Bucket}/plain`, ...asked } as { CopySource: string }
    holds(await s3.send(new CopyObjectCommand({ ...back, ...from })), told)
    assert.equal(await text({ ...back, ...opening }), 'small')
    const ObjectAttributes = ['ObjectSize' as const]
    const attributes = { Bucket, Key, ObjectAttributes, ...opening }
    const { ObjectSize } = await s3.send(new GetObjectAttributesCommand(attributes))
    assert.equal(ObjectSize, 5)
  })
}

async function text(input: GetObjectCommandInput): Promise<string | undefined> {
  const { Body } = await s3.send(new GetObjectCommand(input))
  return await Body?.transformToString()
}

/** The answer tells exactly this of encryption. */
function holds(answer: object, told: Readonly<Record<string, unknown>>): void {
  const members = Object.entries(answer).filter(([name]) =>
    /^(?:ServerSide|SSEC|SSEKMSKey|BucketKey)/.test(name),
  )
  const said = Object.fromEntries(members.filter(([, value]) => value !== undefined))
  assert.deepEqual(said, told)
}
