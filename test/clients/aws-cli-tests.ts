/** What both major versions of the AWS CLI are asked to do: the same commands, two programs. */
import assert from 'node:assert/strict'
import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, it } from 'node:test'
import { mebibyte } from '../../src/base/limits.ts'
import { startServer } from '../harness/server.ts'
import type { TestServer } from '../harness/server.ts'
import { bucket, createAwsCli } from './aws-cli.ts'
import type { AwsCli } from './aws-cli.ts'
import { md5, sha256OfFile, writeSeededFile } from './bytes.ts'
import { createScene, rangeOf } from './scene.ts'

const scene = createScene(bucket)
/** Names of the files with the scene's parts. */
const files = ['part-1', 'part-2', 'part-3'] as const
type PartFile = (typeof files)[number]

/** Registers the tests of one program. */
export function awsCliTests(program: string): void {
  let server: TestServer
  let aws: AwsCli
  let dispose: () => Promise<void>

  before(async () => {
    server = await startServer()
    const made = await createAwsCli(program, server)
    aws = made.cli
    dispose = made.dispose
    for (const file of files) await writeFile(join(aws.folder, file), bytesOf(file))
    await writeFile(join(aws.folder, 'replaced'), scene.replaced)
    await aws.api('create-bucket')
  })
  after(async () => {
    await server.stop()
    await dispose()
  })

  it('uploads parts in parallel and out of order, one of them twice', () => uploadScene(aws))
  it('upload-part takes every option', () => everyOption(aws))
  it('a key of the customer is refused over plain http, never ignored', () => customerKey(aws))
  it('aborts: the upload is gone, for parts too', () => aborts(aws))
  it('NoSuchUpload, EntityTooSmall, InvalidPart, InvalidPartOrder, BadDigest', () => refusals(aws))
  it('s3 cp moves a file above 100 MiB both ways', () => copiesLargeFile(aws))
  it('s3 sync moves a folder both ways, and only once', () => syncsFolder(aws))
}

async function uploadScene(aws: AwsCli): Promise<void> {
  const key = 'whole'
  const upload = { key, 'upload-id': await aws.createUpload(key) }
  await Promise.all([
    aws.api('upload-part', { ...upload, 'part-number': '3', body: 'part-3' }),
    aws.api('upload-part', { ...upload, 'part-number': '2', body: 'replaced' }),
    aws.api('upload-part', { ...upload, 'part-number': '1', body: 'part-1' }),
  ])
  await aws.api('upload-part', { ...upload, 'part-number': '2', body: 'part-2' })

  const listed = await aws.api('list-parts', upload)
  assert.deepEqual(
    listed.Parts?.map((part) => [part.PartNumber, part.ETag]),
    scene.parts.map((part, at) => [at + 1, `"${md5(part).hex}"`]),
  )
  const { Uploads } = await aws.api('list-multipart-uploads', { prefix: key })
  assert.deepEqual(
    Uploads?.map((one) => [one.Key, one.UploadId]),
    [[key, upload['upload-id']]],
  )
  const list = partList([1, 'part-1'], [2, 'part-2'], [3, 'part-3'])
  const done = await aws.api('complete-multipart-upload', { ...upload, ...list })
  assert.equal(done.ETag, scene.etag)

  assert.ok((await aws.read(key)).equals(scene.whole))
  const range = `bytes=${scene.range.first}-${scene.range.last}`
  assert.ok((await aws.read(key, { range })).equals(rangeOf(scene)))
  const head = await aws.api('head-object', { key })
  assert.deepEqual([head.ContentLength, head.ETag], [scene.whole.length, scene.etag])
}

async function everyOption(aws: AwsCli): Promise<void> {
  const key = 'options'
  const upload = { key, 'upload-id': await aws.createUpload(key) }
  const answer = await aws.api('upload-part', {
    ...upload,
    'part-number': '1',
    body: 'part-1',
    'content-length': String(bytesOf('part-1').length),
    'content-md5': md5(bytesOf('part-1')).base64,
    'request-payer': 'requester',
  })
  assert.equal(answer.ETag, `"${md5(bytesOf('part-1')).hex}"`)

  const skeleton = await aws.run('s3api', 'upload-part', '--generate-cli-skeleton')
  const given = {
    Bucket: bucket,
    Key: key,
    UploadId: upload['upload-id'],
    PartNumber: 2,
  }
  const known = Object.keys(JSON.parse(skeleton) as object)
  for (const name of Object.keys(given)) assert.ok(known.includes(name), name)
  const json = ['--cli-input-json', JSON.stringify(given)]
  // The two versions read a body in JSON differently; an option beside it is one file to both.
  await aws.run('s3api', 'upload-part', ...json, '--body', 'part-3')

  const list = partList([1, 'part-1'], [2, 'part-3'])
  await aws.api('complete-multipart-upload', { ...upload, ...list })
  const both = Buffer.concat([bytesOf('part-1'), bytesOf('part-3')])
  assert.ok((await aws.read(key)).equals(both))
}

async function customerKey(aws: AwsCli): Promise<void> {
  const key = 'customer-key'
  const upload = { key, 'upload-id': await aws.createUpload(key) }
  const secret = 'k'.repeat(32)
  await aws.refused('InvalidRequest', 'upload-part', {
    ...upload,
    'part-number': '1',
    body: 'part-3',
    'sse-customer-algorithm': 'AES256',
    'sse-customer-key': secret,
    'sse-customer-key-md5': md5(Buffer.from(secret)).base64,
  })
  assert.deepEqual((await aws.api('list-parts', upload)).Parts ?? [], [])
}

async function aborts(aws: AwsCli): Promise<void> {
  const key = 'aborted'
  const upload = { key, 'upload-id': await aws.createUpload(key) }
  const part = { ...upload, 'part-number': '1', body: 'part-3' }
  await aws.api('upload-part', part)
  await aws.api('abort-multipart-upload', upload)
  await aws.refused('NoSuchUpload', 'upload-part', part)
  await aws.refused('NoSuchUpload', 'list-parts', upload)
}

async function refusals(aws: AwsCli): Promise<void> {
  const key = 'errors'
  const upload = { key, 'upload-id': await aws.createUpload(key) }
  const part = { ...upload, 'part-number': '1', body: 'part-3' }
  const nowhere = { ...part, 'upload-id': 'no-such-upload' }
  await aws.refused('NoSuchUpload', 'upload-part', nowhere)
  const otherDigest = { ...part, 'content-md5': md5(scene.replaced).base64 }
  await aws.refused('BadDigest', 'upload-part', otherDigest)

  await aws.api('upload-part', part)
  await aws.api('upload-part', { ...part, 'part-number': '2', body: 'part-2' })
  const lists = [
    ['EntityTooSmall', partList([1, 'part-3'], [2, 'part-2'])],
    ['InvalidPartOrder', partList([2, 'part-2'], [1, 'part-3'])],
    ['InvalidPart', partList([1, 'part-3'], [2, 'part-1'])],
    ['InvalidPart', partList([2, 'part-2'], [3, 'part-3'])],
  ] as const
  for (const [code, list] of lists) {
    await aws.refused(code, 'complete-multipart-upload', { ...upload, ...list })
  }
}

async function copiesLargeFile(aws: AwsCli): Promise<void> {
  await writeSeededFile(join(aws.folder, 'large'), 'large', 104 * mebibyte + 11)
  await aws.run('s3', 'cp', '--no-progress', 'large', `s3://${bucket}/large`)
  await aws.run('s3', 'cp', '--no-progress', `s3://${bucket}/large`, 'large-back')
  await assertSameFile(aws, 'large', 'large-back')
}

async function syncsFolder(aws: AwsCli): Promise<void> {
  const sizes = { 'big.bin': 101 * mebibyte, 'small.txt': 1000, 'deep/er/ünï code+.bin': 0 }
  const remote = `s3://${bucket}/tree`
  const aMinuteAgo = new Date(Date.now() - 60_000)
  await mkdir(join(aws.folder, 'tree/deep/er'), { recursive: true })
  for (const [name, size] of Object.entries(sizes)) {
    const file = join(aws.folder, 'tree', name)
    await writeSeededFile(file, name, size)
    // S3 tells times in whole seconds: a file of this very second would look newer than its copy.
    await utimes(file, aMinuteAgo, aMinuteAgo)
  }
  await aws.run('s3', 'sync', '--no-progress', 'tree', remote)
  await aws.run('s3', 'sync', '--no-progress', remote, 'tree-back')
  for (const name of Object.keys(sizes)) {
    await assertSameFile(aws, `tree/${name}`, `tree-back/${name}`)
  }
  assert.equal(await aws.run('s3', 'sync', '--no-progress', 'tree', remote), '')
}

/** The option that names a part list, each part with the ETag of a file. */
function partList(
  ...parts: readonly (readonly [number: number, file: PartFile])[]
): Record<string, string> {
  const Parts = parts.map(([PartNumber, file]) => ({
    PartNumber,
    ETag: `"${md5(bytesOf(file)).hex}"`,
  }))
  return { 'multipart-upload': JSON.stringify({ Parts }) }
}

function bytesOf(file: PartFile): Buffer {
  const part = scene.parts[files.indexOf(file)]
  assert.ok(part, `the scene has no ${file}`)
  return part
}

async function assertSameFile(aws: AwsCli, one: string, other: string): Promise<void> {
  const digests = await Promise.all(
    [one, other].map((file) => sha256OfFile(join(aws.folder, file))),
  )
  assert.equal(digests[0], digests[1], `${one} and ${other} differ`)
}
