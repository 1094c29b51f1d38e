/** Copies between every two kinds of encryption: what they read, what they are afterwards, and which bytes stay where they are. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { PutObjectOutput } from '../../src/model/types.gen.ts'
import { copyObject } from '../../src/operations/copy-object.ts'
import { getObject } from '../../src/operations/get-object.ts'
import { putObject } from '../../src/operations/put-object.ts'
import { uploadPartCopy } from '../../src/operations/upload-part-copy.ts'
import { refusal } from './memory-service.ts'
import { body, mebibyte, openScene, random, Scene } from './scene.ts'

interface Kind {
  /** What a write asks for. */
  readonly asked: Readonly<Record<string, string>>
  /** What an answer tells. */
  readonly told: Readonly<Record<string, string>>
  /** Times that every block is sealed. */
  readonly layers: number
  /** The key is the server's, or there is none: the ETag is the MD5. */
  readonly plainEtag?: true
}

function customer(letter: string): Kind {
  const key = Buffer.alloc(32, letter)
  const SSECustomerAlgorithm = 'AES256'
  const SSECustomerKeyMD5 = createHash('md5').update(key).digest('base64')
  const told = { SSECustomerAlgorithm, SSECustomerKeyMD5 }
  return { asked: { ...told, SSECustomerKey: key.toString('base64') }, told, layers: 1 }
}

function kms(SSEKMSKeyId: string, ServerSideEncryption = 'aws:kms'): Kind {
  const asked = { ServerSideEncryption, SSEKMSKeyId }
  return { asked, told: asked, layers: ServerSideEncryption === 'aws:kms' ? 1 : 2 }
}

const server = { ServerSideEncryption: 'AES256' }
const kinds: Readonly<Record<string, Kind>> = {
  plain: { asked: {}, told: {}, layers: 0, plainEtag: true },
  server: { asked: server, told: server, layers: 1, plainEtag: true },
  'first key': kms('testkey-1'),
  'second key': kms('testkey-2'),
  double: kms('testkey-1', 'aws:kms:dsse'),
  'double, second key': kms('testkey-2', 'aws:kms:dsse'),
  'customer a': customer('a'),
  'customer b': customer('b'),
}

const members = [
  'ServerSideEncryption',
  'SSECustomerAlgorithm',
  'SSECustomerKeyMD5',
  'SSEKMSKeyId',
  'BucketKeyEnabled',
]

/** What an answer says of encryption. */
function told(output: object): Readonly<Record<string, unknown>> {
  const said = Object.entries(output).filter(
    ([name, value]) => members.includes(name) && value !== undefined,
  )
  return Object.fromEntries(said)
}

/** What a read needs: a customer's key, if there is one. */
function opening({ asked }: Kind): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(asked).filter(([name]) => name.startsWith('SSEC')))
}

/** The same for the source of a copy. */
function openingSource(kind: Kind): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(opening(kind)).map(([name, value]) => [`CopySource${name}`, value]),
  )
}

/** A scene that counts how often a blob is read. */
async function counted(): Promise<{ scene: Scene; reads: () => number }> {
  const scene = await openScene()
  let count = 0
  const get = scene.blobs.get.bind(scene.blobs)
  Object.assign(scene.blobs, {
    get: (...asked: Parameters<typeof get>) => {
      count++
      return get(...asked)
    },
  })
  return { scene, reads: () => count }
}

async function put(
  scene: Scene,
  Key: string,
  content: { readonly bytes: Buffer; readonly kind: Kind },
): Promise<PutObjectOutput> {
  const { bytes, kind } = content
  const input = { Bucket: 'bucket', Key, Body: body(bytes), ...kind.asked }
  return await putObject(input, scene.s3)
}

async function read(scene: Scene, Key: string, kind: Kind): Promise<[object, Buffer]> {
  const found = await getObject({ Bucket: 'bucket', Key, ...opening(kind) }, scene.s3)
  return [found, Buffer.concat(await Array.fromAsync(found.Body ?? []))]
}

function pairs(): ReadonlyArray<readonly [string, Kind, Kind]> {
  return Object.entries(kinds).flatMap(([from, source]) =>
    Object.entries(kinds).map(([to, target]) => [`${from} to ${to}`, source, target] as const),
  )
}

function expectedEtag(etag: string, bytes: Buffer, [from, to]: readonly [Kind, Kind]): RegExp {
  if (from.layers !== to.layers && to.plainEtag) {
    return new RegExp(`^"${createHash('md5').update(bytes).digest('hex')}"$`)
  }
  if (from.layers !== to.layers) return new RegExp(`^(?!${etag})"[0-9a-f]{32}"$`)
  if (from.plainEtag === to.plainEtag) return new RegExp(`^${etag}$`)
  if (to.plainEtag) return new RegExp(`^${etag.slice(0, -1)}-1"$`)
  return new RegExp(`^(?!${etag})"[0-9a-f]{32}"$`)
}

test('CopyObject, every kind to every kind, small and large', async () => {
  const { scene, reads } = await counted()
  for (const [name, source, target] of pairs()) {
    for (const sizeBytes of [0, 1000, 200_001]) {
      const what = `${name}, ${sizeBytes}`
      const bytes = random(sizeBytes)
      const made = await put(scene, 'source', { bytes, kind: source })
      assert.deepEqual(told(made), source.told, what)
      const before = reads()
      const input = { Bucket: 'bucket', Key: 'copy', CopySource: 'bucket/source' }
      const output = await copyObject(
        { ...input, ...target.asked, ...openingSource(source) },
        scene.s3,
      )
      const moved = source.layers !== target.layers && sizeBytes > 1000
      assert.equal(reads() - before, moved ? 1 : 0, what)
      assert.deepEqual(told(output), target.told, what)
      const { ETag = '', ...result } = output.CopyObjectResult ?? {}
      assert.match(ETag, expectedEtag(made.ETag ?? '', bytes, [source, target]), what)
      assert.equal(result.ChecksumCRC64NVME, made.ChecksumCRC64NVME, what)
      const [found, content] = await read(scene, 'copy', target)
      assert.deepEqual(told(found), target.told, what)
      assert.ok(content.equals(bytes), what)
    }
  }
})

test('UploadPartCopy of a range, every kind to every kind, beside a part of one’s own', async () => {
  const { scene, reads } = await counted()
  for (const [name, source, target] of pairs()) {
    for (const [sizeBytes, first, last] of [
      [1000, 17, 800],
      [200_001, 65_000, 131_072],
      [20_000, 0, 19_999],
    ] as const) {
      const bytes = random(sizeBytes)
      const end = random(33)
      await put(scene, 'source', { bytes, kind: source })
      const id = await scene.create('copy', target.asked)
      const before = reads()
      const output = await uploadPartCopy(
        {
          Bucket: 'bucket',
          Key: 'copy',
          UploadId: id,
          PartNumber: 1,
          CopySource: 'bucket/source',
          CopySourceRange: `bytes=${first}-${last}`,
          ...openingSource(source),
          ...opening(target),
        },
        scene.s3,
      )
      const moved = source.layers !== target.layers && sizeBytes > 1000
      assert.equal(reads() - before, moved ? 1 : 0, name)
      assert.deepEqual(told(output), target.told, name)
      const md5 = createHash('md5')
        .update(bytes.subarray(first, last + 1))
        .digest('hex')
      if (target.plainEtag !== true) assert.notEqual(output.CopyPartResult?.ETag, `"${md5}"`, name)
      await scene.complete(
        ['copy', id],
        [{ PartNumber: 1, ETag: output.CopyPartResult?.ETag }],
        opening(target),
      )
      const part = await scene.create('other', target.asked)
      const { ETag } = await scene.part(['other', part, 1], end, opening(target))
      await scene.complete(['other', part], [{ PartNumber: 1, ETag }])
      assert.ok((await read(scene, 'copy', target))[1].equals(bytes.subarray(first, last + 1)))
      assert.ok((await read(scene, 'other', target))[1].equals(end), name)
    }
  }
})

test('the copy of an upload keeps its parts where they are, or is one piece', async () => {
  const { scene, reads } = await counted()
  const parts = [random(5 * mebibyte + 1), random(70_000)]
  const bytes = Buffer.concat(parts)
  for (const source of [kinds['server'], kinds['customer a'], kinds['double']]) {
    assert.ok(source)
    const id = await scene.create('source', source.asked)
    const listed = []
    for (const [at, part] of parts.entries()) {
      const { ETag } = await scene.part(['source', id, at + 1], part, opening(source))
      listed.push({ PartNumber: at + 1, ETag })
    }
    const { ETag: made = '' } = await scene.complete(['source', id], listed)
    assert.match(made, /^"[0-9a-f]{32}-2"$/)
    for (const target of [kinds['second key'], kinds['customer b'], kinds['plain']]) {
      assert.ok(target)
      const before = reads()
      const input = { Bucket: 'bucket', Key: 'copy', CopySource: 'bucket/source' }
      const output = await copyObject(
        { ...input, ...target.asked, ...openingSource(source) },
        scene.s3,
      )
      const moves: boolean = source.layers !== target.layers
      assert.equal(reads() - before, moves ? 2 : 0)
      const { ETag } = output.CopyObjectResult ?? {}
      const veils: boolean = source === kinds['server']
      if (!moves) assert.match(ETag ?? '', /^"[0-9a-f]{32}-2"$/)
      if (!moves) assert.equal(ETag === made, !veils)
      else assert.match(ETag ?? '', /^"[0-9a-f]{32}"$/)
      const [, content] = await read(scene, 'copy', target)
      assert.ok(content.equals(bytes))
      const range = { ...opening(target), Range: 'bytes=5242870-5242890' }
      const piece = await getObject({ Bucket: 'bucket', Key: 'copy', ...range }, scene.s3)
      const middle = Buffer.concat(await Array.fromAsync(piece.Body ?? []))
      assert.ok(middle.equals(bytes.subarray(5_242_870, 5_242_891)))
    }
  }
})

test('an object that is copied onto itself may change its encryption alone', async () => {
  const scene = await openScene()
  const bytes = random(100_000)
  const onto = { Bucket: 'bucket', Key: 'key', CopySource: 'bucket/key' }
  const chain = ['customer a', 'customer b', 'server', 'plain', 'double', 'second key']
  let from = kinds['plain'] ?? assert.fail()
  await put(scene, 'key', { bytes, kind: from })
  for (const name of chain) {
    const to = kinds[name] ?? assert.fail()
    await copyObject({ ...onto, ...to.asked, ...openingSource(from) }, scene.s3)
    assert.ok((await read(scene, 'key', to))[1].equals(bytes), name)
    from = to
  }
  await put(scene, 'key', { bytes, kind: kinds['plain'] ?? from })
  await assert.rejects(copyObject(onto, scene.s3), refusal('InvalidRequest'))
})

test('a copy needs the source’s key, and is encrypted by no rule of the source', async () => {
  const scene = await openScene()
  const [a, b] = [kinds['customer a'] ?? assert.fail(), kinds['customer b'] ?? assert.fail()]
  await put(scene, 'source', { bytes: random(10), kind: a })
  const copy = { Bucket: 'bucket', Key: 'copy', CopySource: 'bucket/source' }
  await assert.rejects(copyObject(copy, scene.s3), refusal('InvalidRequest'))
  await assert.rejects(copyObject({ ...copy, ...a.asked }, scene.s3), refusal('InvalidRequest'))
  await assert.rejects(
    copyObject({ ...copy, ...openingSource(b) }, scene.s3),
    refusal('AccessDenied'),
  )
  assert.deepEqual(told(await copyObject({ ...copy, ...openingSource(a) }, scene.s3)), {})
  await assert.rejects(
    copyObject({ ...copy, CopySource: 'bucket/copy', Key: 'x', ...openingSource(a) }, scene.s3),
    refusal('InvalidRequest'),
  )
})

test('a copy that is sealed anew has the checksum that is asked for, and a whole one of its own', async () => {
  const scene = await openScene()
  const bytes = random(30_000)
  const id = await scene.create('source', { ChecksumAlgorithm: 'SHA256' })
  const ChecksumSHA256 = createHash('sha256').update(bytes).digest('base64')
  const { ETag } = await scene.part(['source', id, 1], bytes, { ChecksumSHA256 })
  await scene.complete(['source', id], [{ PartNumber: 1, ETag, ChecksumSHA256 }])
  const copy = { Bucket: 'bucket', Key: 'copy', CopySource: 'bucket/source', ...server }
  const composite = await copyObject(copy, scene.s3)
  assert.deepEqual(
    [composite.CopyObjectResult?.ChecksumSHA256, composite.CopyObjectResult?.ChecksumType],
    [ChecksumSHA256, 'FULL_OBJECT'],
  )
  const other = await copyObject({ ...copy, ChecksumAlgorithm: 'SHA1' }, scene.s3)
  assert.equal(
    other.CopyObjectResult?.ChecksumSHA1,
    createHash('sha1').update(bytes).digest('base64'),
  )
})
