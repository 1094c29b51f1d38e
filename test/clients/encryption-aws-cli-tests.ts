/** Encryption as the AWS CLI asks for it: files above 100 MiB in parts, copies on the server, and parts by hand. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, it } from 'node:test'
import { mebibyte } from '../../src/base/limits.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { bucket, createAwsCli, type AwsCli } from './aws-cli.ts'
import { md5, seededBytes, sha256OfFile, writeSeededFile } from './bytes.ts'

const url = `s3://${bucket}`
const partBytes = 5 * mebibyte + 3

interface Told {
  readonly ServerSideEncryption?: string
  readonly SSEKMSKeyId?: string
  readonly SSECustomerAlgorithm?: string
  readonly SSECustomerKeyMD5?: string
  readonly ETag?: string
}

/** Registers the tests of one program. */
export function encryptionAwsCliTests(program: string): void {
  let server: TestServer
  let aws: AwsCli
  let dispose: () => Promise<void>

  before(async () => {
    server = await startServer({
      args: ['--sse-c-over-http', 'on', '--kms-key', 'testkey-1', '--kms-key', 'testkey-2'],
    })
    const made = await createAwsCli(program, server)
    aws = made.cli
    dispose = made.dispose
    for (const name of ['a', 'b']) await writeFile(join(aws.folder, name), Buffer.alloc(32, name))
    await writeSeededFile(join(aws.folder, 'large'), 'large', 104 * mebibyte + 11)
    await aws.api('create-bucket')
  })
  after(async () => {
    await server.stop()
    await dispose()
  })

  it('s3 cp --sse and --sse-kms-key-id move a file above 100 MiB both ways', async () => {
    for (const [words, told] of [
      [['--sse', 'AES256'], { ServerSideEncryption: 'AES256' }],
      [
        ['--sse', 'aws:kms', '--sse-kms-key-id', 'testkey-1'],
        { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'testkey-1' },
      ],
    ] as const) {
      await aws.run('s3', 'cp', '--no-progress', 'large', `${url}/managed`, ...words)
      const head: Told = await aws.api('head-object', { key: 'managed' })
      const { ServerSideEncryption, SSEKMSKeyId } = head
      const said = SSEKMSKeyId === undefined ? {} : { SSEKMSKeyId }
      assert.deepEqual({ ServerSideEncryption, ...said }, told)
      await aws.run('s3', 'cp', '--no-progress', `${url}/managed`, 'back')
      await sameFile('large', 'back')
    }
  })

  it('s3 cp --sse-c moves a file above 100 MiB both ways, and to another key on the server', async () => {
    const key = ['--sse-c', 'AES256', '--sse-c-key', 'fileb://a'] as const
    await aws.run('s3', 'cp', '--no-progress', 'large', `${url}/sealed`, ...key)
    await aws.run('s3', 'cp', '--no-progress', `${url}/sealed`, 'back', ...key)
    await sameFile('large', 'back')
    const [from, to] = [
      ['--sse-c-copy-source', 'AES256', '--sse-c-copy-source-key', 'fileb://a'],
      ['--sse-c', 'AES256', '--sse-c-key', 'fileb://b'],
    ] as const
    await aws.run('s3', 'cp', '--no-progress', `${url}/sealed`, `${url}/moved`, ...from, ...to)
    await aws.run('s3', 'cp', '--no-progress', `${url}/moved`, 'back-again', ...to)
    await sameFile('large', 'back-again')
    await assert.rejects(aws.run('s3', 'cp', `${url}/moved`, 'wrong', ...key), /403|Forbidden/)
    await assert.rejects(aws.run('s3', 'cp', `${url}/moved`, 'wrong'), /400|Bad Request/)
  })

  it('s3api upload-part with SSE-C: the upload’s own key, and no other', async () => {
    const [one, two] = [seededBytes('one', partBytes), seededBytes('two', 1000)]
    await writeFile(join(aws.folder, 'one'), one)
    await writeFile(join(aws.folder, 'two'), two)
    const key = 'parts'
    const created = await aws.api('create-multipart-upload', { key, ...customer('a') })
    const upload = { key, 'upload-id': created.UploadId ?? assert.fail() }
    const part = (number: string, body: string, secret: object): Record<string, string> => ({
      ...upload,
      'part-number': number,
      body,
      ...secret,
    })
    await aws.refused('InvalidRequest', 'upload-part', part('1', 'one', {}))
    await aws.refused('InvalidRequest', 'upload-part', part('1', 'one', customer('b')))
    const sent: Told[] = []
    for (const [number, body] of [
      ['1', 'one'],
      ['2', 'two'],
    ] as const) {
      sent.push(await aws.api('upload-part', part(number, body, customer('a'))))
    }
    for (const [at, bytes] of [one, two].entries()) {
      assert.equal(sent[at]?.SSECustomerAlgorithm, 'AES256')
      assert.equal(sent[at]?.SSECustomerKeyMD5, md5(Buffer.alloc(32, 'a')).base64)
      assert.notEqual(sent[at]?.ETag, `"${md5(bytes).hex}"`, 'the ETag is not the MD5')
    }
    const Parts = sent.map(({ ETag }, at) => ({ ETag, PartNumber: at + 1 }))
    const list = { 'multipart-upload': JSON.stringify({ Parts }) }
    // Without the key, as S3 takes it: the second CLI of 2022 does not encode it for this command.
    await aws.api('complete-multipart-upload', { ...upload, ...list })
    assert.ok((await aws.read(key, customer('a'))).equals(Buffer.concat([one, two])))
    const range = `bytes=${partBytes - 3}-${partBytes + 3}`
    const middle = Buffer.concat([one.subarray(-3), two.subarray(0, 4)])
    assert.ok((await aws.read(key, { ...customer('a'), range })).equals(middle))
    await aws.refusedRead('AccessDenied', key, customer('b'))
  })

  it('s3api put-bucket-encryption encrypts what is put without a word', async () => {
    const rule = {
      ApplyServerSideEncryptionByDefault: {
        SSEAlgorithm: 'aws:kms',
        KMSMasterKeyID: 'testkey-2',
      },
      BucketKeyEnabled: true,
    }
    const configuration = JSON.stringify({ Rules: [rule] })
    await aws.api('put-bucket-encryption', {
      'server-side-encryption-configuration': configuration,
    })
    const told: unknown = await aws.api('get-bucket-encryption')
    assert.deepEqual(told, { ServerSideEncryptionConfiguration: { Rules: [rule] } })
    await aws.run('s3', 'cp', '--no-progress', 'one', `${url}/one`)
    const head: Told = await aws.api('head-object', { key: 'one' })
    assert.equal(head.SSEKMSKeyId, 'testkey-2')
    await aws.api('delete-bucket-encryption')
    const code = 'ServerSideEncryptionConfigurationNotFoundError'
    await aws.refused(code, 'get-bucket-encryption', {})
    assert.ok((await aws.read('one')).equals(await readFile(join(aws.folder, 'one'))))
  })

  async function sameFile(one: string, other: string): Promise<void> {
    const digests = [one, other].map((file) => sha256OfFile(join(aws.folder, file)))
    const [first, second] = await Promise.all(digests)
    assert.equal(first, second, `${one} and ${other} differ`)
  }
}

/** The CLI encodes the key itself. */
function customer(letter: string): Record<string, string> {
  return { 'sse-customer-algorithm': 'AES256', 'sse-customer-key': letter.repeat(32) }
}
