/** minio-js: files and streams in parts, ranges, lists, compose, tags, presigned URLs, a form, batches of deletes. */
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'

const mebibyte = 1024 * 1024
const { PLACE, BUCKET, SOURCE, WRONG_SECRET, INSTALLED, ...env } = process.env
const { Client, CopyConditions, CopyDestinationOptions, CopySourceOptions } = createRequire(
  `${INSTALLED}/`,
)('minio')
const [endPoint, port] = PLACE.split(':')
const files = new Map(
  readdirSync(SOURCE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path.slice(SOURCE.length + 1), readFileSync(path)]),
)
const big = files.get('big.bin')
const odd = [...files.keys()].find((path) => path.includes('ünï'))

const client = connect(env.AWS_SECRET_ACCESS_KEY)

function connect(secretKey) {
  const accessKey = env.AWS_ACCESS_KEY_ID
  const partSize = 5 * mebibyte
  return new Client({ endPoint, port: Number(port), useSSL: false, accessKey, secretKey, partSize })
}

const read = async (key) => buffer(await client.getObject(BUCKET, key))
const refused = (code, promise) =>
  assert.rejects(promise, (error) => error.code === code || assert.fail(error))

async function uploads() {
  assert.equal(await client.bucketExists(BUCKET), false)
  await client.makeBucket(BUCKET)
  for (const path of files.keys())
    await client.fPutObject(BUCKET, `tree/${path}`, join(SOURCE, path))
  assert.match((await client.statObject(BUCKET, 'tree/big.bin')).etag, /-4$/)
}

async function downloads() {
  for (const [path, bytes] of files) assert.ok(bytes.equals(await read(`tree/${path}`)), path)
  const cut = await buffer(
    await client.getPartialObject(BUCKET, 'tree/big.bin', 6_000_000, 7_000_000),
  )
  assert.ok(cut.equals(big.subarray(6_000_000, 13_000_000)))
  await client.fGetObject(BUCKET, 'tree/big.bin', 'back')
  assert.ok(readFileSync('back').equals(big))
}

async function streams() {
  const pieces = Array.from({ length: 18 }, (_, at) =>
    big.subarray(at * mebibyte, (at + 1) * mebibyte),
  )
  await client.putObject(BUCKET, 'made/stream', Readable.from(pieces), undefined, {
    colour: 'green',
  })
  assert.ok(big.equals(await read('made/stream')))
  const { metaData } = await client.statObject(BUCKET, 'made/stream')
  assert.equal(metaData.colour, 'green')
}

async function lists() {
  const keys = await Array.fromAsync(
    client.listObjectsV2(BUCKET, 'tree/', true),
    ({ name }) => name,
  )
  assert.deepEqual(keys.toSorted(), [...files.keys()].map((path) => `tree/${path}`).toSorted())
  const level = await Array.fromAsync(client.listObjects(BUCKET, 'tree/'))
  assert.deepEqual(
    level.filter(({ prefix }) => prefix).map(({ prefix }) => prefix),
    ['tree/folder/'],
  )
  assert.deepEqual(
    (await client.listBuckets()).map(({ name }) => name),
    [BUCKET],
  )
}

async function copies() {
  // In plain letters: composeObject sends the names of its sources unencoded, where S3 reads a plus as a space.
  const { etag } = await client.statObject(BUCKET, `tree/${odd}`)
  const matching = new CopyConditions()
  matching.setMatchETag(etag)
  await client.copyObject(BUCKET, 'made/a copy', `/${BUCKET}/tree/${odd}`, matching)
  assert.ok(files.get(odd).equals(await read('made/a copy')))
  const parts = ['tree/big.bin', 'made/a copy'].map(
    (Object) => new CopySourceOptions({ Bucket: BUCKET, Object }),
  )
  await client.composeObject(
    new CopyDestinationOptions({ Bucket: BUCKET, Object: 'made/composed' }),
    parts,
  )
  assert.ok(Buffer.concat([big, files.get(odd)]).equals(await read('made/composed')))
}

async function presigned() {
  const put = await client.presignedPutObject(BUCKET, 'made/by URL', 60)
  assert.equal((await fetch(put, { method: 'PUT', body: 'by URL' })).status, 200)
  const got = await fetch(await client.presignedGetObject(BUCKET, 'made/by URL', 60))
  assert.equal(await got.text(), 'by URL')
  const policy = client.newPostPolicy()
  policy.setBucket(BUCKET)
  policy.setKey('made/by form')
  policy.setExpires(new Date(Date.now() + 60_000))
  const { postURL, formData } = await client.presignedPostPolicy(policy)
  const form = new FormData()
  for (const [name, value] of Object.entries(formData)) form.append(name, value)
  form.append('file', new Blob(['by form']))
  assert.equal((await fetch(postURL, { method: 'POST', body: form })).status, 204)
  assert.equal((await read('made/by form')).toString(), 'by form')
}

async function tags() {
  await client.setObjectTagging(BUCKET, 'tree/notes.txt', { colour: 'green' })
  assert.deepEqual(await client.getObjectTagging(BUCKET, 'tree/notes.txt'), [
    { Key: 'colour', Value: 'green' },
  ])
  await client.removeObjectTagging(BUCKET, 'tree/notes.txt')
}

async function unfinished() {
  await client.initiateNewMultipartUpload(BUCKET, 'made/unfinished', {})
  const open = await Array.fromAsync(
    client.listIncompleteUploads(BUCKET, 'made/', true),
    ({ key }) => key,
  )
  assert.deepEqual(open, ['made/unfinished'])
  await client.removeIncompleteUpload(BUCKET, 'made/unfinished')
  assert.deepEqual(await Array.fromAsync(client.listIncompleteUploads(BUCKET, '', true)), [])
}

async function deletes() {
  await client.removeObject(BUCKET, 'made/stream')
  const made = await Array.fromAsync(
    client.listObjectsV2(BUCKET, 'made/', true),
    ({ name }) => name,
  )
  assert.equal(made.length, 4)
  await client.removeObjects(BUCKET, made)
  assert.deepEqual(await Array.fromAsync(client.listObjectsV2(BUCKET, 'made/', true)), [])
}

async function refusals() {
  await refused('NoSuchKey', client.getObject(BUCKET, 'nothing'))
  await refused('NoSuchBucket', client.getObject('nowhere', 'nothing'))
  await refused('BucketNotEmpty', client.removeBucket(BUCKET))
  await refused('SignatureDoesNotMatch', connect(WRONG_SECRET).listBuckets())
}

const steps = [
  uploads,
  downloads,
  streams,
  lists,
  copies,
  presigned,
  tags,
  unfinished,
  deletes,
  refusals,
]
for (const step of steps) {
  await step()
  process.stdout.write(`${step.name}\n`)
}
// It leaves answers unread, whose connections would keep the process for as long as the server keeps them.
process.exit()
