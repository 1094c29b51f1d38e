/** CompleteMultipartUpload on the real rules and stores in memory: lists, checksums, conditions, receipts. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { checksumOf } from '../../src/payload/checksums/hashers.ts'
import { mebibyte, openScene, random, type Scene } from './scene.ts'

const md5 = (bytes: Uint8Array): Buffer => createHash('md5').update(bytes).digest()
const base64 = (algorithm: Parameters<typeof checksumOf>[0], bytes: Uint8Array): string =>
  Buffer.from(checksumOf(algorithm, bytes)).toString('base64')

describe('CompleteMultipartUpload', () => {
  let scene: Scene
  const first = random(5 * mebibyte)
  const second = random(5 * mebibyte + 1)
  const last = random(31)

  before(async () => {
    scene = await openScene()
  })
  after(() => scene.metadata[Symbol.asyncDispose]())

  /** An upload with the three parts under sparse numbers; the list that completes it. */
  async function uploaded(
    key: string,
    more = {},
  ): Promise<{ id: string; list: Array<{ PartNumber: number; ETag: string | undefined }> }> {
    const id = await scene.create(key, more)
    const list = []
    for (const [number, bytes] of [
      [9, last],
      [2, first],
      [5, second],
    ] as const) {
      const { ETag, ...checksums } = await scene.part([key, id, number], bytes)
      list.push({ PartNumber: number, ETag, ...checksums })
    }
    return { id, list: list.toSorted((a, b) => a.PartNumber - b.PartNumber) }
  }

  it('makes one object of sparse parts that came out of order', async () => {
    const { id, list } = await uploaded('a/b c')
    const answer = await scene.complete(['a/b c', id], list)
    const whole = Buffer.concat([first, second, last])
    const etag = md5(Buffer.concat([md5(first), md5(second), md5(last)])).toString('hex')
    assert.deepEqual(answer, {
      Location: 'http://127.0.0.1:9000/bucket/a%2Fb%20c',
      Bucket: 'bucket',
      Key: 'a/b c',
      ETag: `"${etag}-3"`,
      ChecksumCRC64NVME: base64('CRC64NVME', whole),
      ChecksumType: 'FULL_OBJECT',
    })
    assert.ok(whole.equals(await scene.bytes('a/b c')))
    const cut = { offset: 5 * mebibyte - 3, lengthBytes: 5 * mebibyte + 20 }
    assert.ok(
      whole
        .subarray(cut.offset, cut.offset + cut.lengthBytes)
        .equals(await scene.bytes('a/b c', cut)),
    )
  })

  it('takes a subset, and ETags with and without quotes', async () => {
    const { id, list } = await uploaded('subset')
    const bare = list
      .slice(1)
      .map(({ PartNumber, ETag }) => ({ PartNumber, ETag: ETag?.replaceAll('"', '') }))
    await scene.complete(['subset', id], bare)
    assert.ok(Buffer.concat([second, last]).equals(await scene.bytes('subset')))
  })

  it('refuses lists that are no lists, and leaves the upload open', async () => {
    const { id, list } = await uploaded('lists')
    const [a, b, c] = list
    assert.ok(a && b && c)
    const many = Array.from({ length: 10_001 }, (_, index) => ({
      PartNumber: index + 1,
      ETag: '"x"',
    }))
    const detail = { UploadId: id, PartNumber: 5, ETag: 'beef' }
    const cases = [
      [[], 'MalformedXML', {}],
      [many, 'MalformedXML', {}],
      [[{ PartNumber: 2 }], 'MalformedXML', {}],
      [[{ ETag: a.ETag }], 'MalformedXML', {}],
      [
        [{ ...a, PartNumber: 0 }],
        'InvalidArgument',
        { ArgumentName: 'PartNumber', ArgumentValue: 0 },
      ],
      [[b, a, c], 'InvalidPartOrder', { UploadId: id }],
      [[a, a], 'InvalidPartOrder', { UploadId: id }],
      [[a, { ...b, ETag: '"beef"' }], 'InvalidPart', detail],
      [[a, { ...b, PartNumber: 4, ETag: 'beef' }], 'InvalidPart', { ...detail, PartNumber: 4 }],
    ] as const
    for (const [parts, code, facts] of cases) {
      await assert.rejects(scene.complete(['lists', id], parts), { code, detail: facts })
    }
    await scene.complete(['lists', id], list)
  })

  it('row 7: refuses a small part that is not the last one', async () => {
    const id = await scene.create('small')
    const one = await scene.part(['small', id, 1], last)
    const two = await scene.part(['small', id, 2], last)
    const list = [
      { PartNumber: 1, ETag: one.ETag },
      { PartNumber: 2, ETag: two.ETag },
    ]
    await assert.rejects(scene.complete(['small', id], list), {
      code: 'EntityTooSmall',
      message: 'Your proposed upload is smaller than the minimum allowed size',
      detail: {
        ProposedSize: 31,
        MinSizeAllowed: 5_242_880,
        PartNumber: 1,
        ETag: md5(last).toString('hex'),
      },
    })
    await scene.complete(['small', id], list.slice(0, 1))
  })

  it('row 49: answers the same request again, whatever became of the object, and another one with NoSuchUpload', async () => {
    const { id, list } = await uploaded('again')
    const answer = await scene.complete(['again', id], list)
    assert.deepEqual(await scene.complete(['again', id], list), answer)
    await scene.service.objects.remove(scene.service.bucket, { key: 'again' })
    assert.deepEqual(await scene.complete(['again', id], list), answer)
    await assert.rejects(scene.complete(['again', id], [{ PartNumber: 2, ETag: 'undefined' }]), {
      code: 'NoSuchUpload',
      detail: { UploadId: id },
    })
    await assert.rejects(scene.complete(['again', id], list, { IfNoneMatch: '*' }), {
      code: 'NoSuchUpload',
    })
    await assert.rejects(scene.complete(['another key', id], list), { code: 'NoSuchUpload' })
  })

  it('holds If-None-Match and If-Match inside the commit, and stays open when they fail', async () => {
    const earlier = await uploaded('conditional')
    await scene.complete(['conditional', earlier.id], earlier.list)
    const { id, list } = await uploaded('conditional')
    await assert.rejects(scene.complete(['conditional', id], list, { IfNoneMatch: '*' }), {
      code: 'PreconditionFailed',
      detail: { Condition: 'If-None-Match' },
    })
    await assert.rejects(scene.complete(['conditional', id], list, { IfMatch: '"beef"' }), {
      code: 'PreconditionFailed',
      detail: { Condition: 'If-Match' },
    })
    await assert.rejects(scene.complete(['conditional', id], list, { IfNoneMatch: '"beef"' }), {
      code: 'NotImplemented',
    })
    const found = await scene.service.objects.find(scene.service.bucket, 'conditional', undefined)
    await scene.complete(['conditional', id], list, { IfMatch: `"${found.row.etag}"` })
    const fresh = await uploaded('nothing here')
    await assert.rejects(
      scene.complete(['nothing here', fresh.id], fresh.list, { IfMatch: '"beef"' }),
      { code: 'NoSuchKey' },
    )
    await scene.complete(['nothing here', fresh.id], fresh.list, { IfNoneMatch: '*' })
  })

  it('answers 409 when the object that If-Match names came after the upload had begun', async () => {
    const { id, list } = await uploaded('overtaken')
    const faster = await uploaded('overtaken')
    const { ETag } = await scene.complete(['overtaken', faster.id], faster.list)
    await assert.rejects(scene.complete(['overtaken', id], list, { IfMatch: ETag }), {
      code: 'ConditionalRequestConflict',
      detail: { Condition: 'If-Match', Key: 'overtaken' },
    })
  })

  it('holds x-amz-mp-object-size against the parts', async () => {
    const { id, list } = await uploaded('sized')
    const sizeBytes = first.length + second.length + last.length
    await assert.rejects(scene.complete(['sized', id], list, { MpuObjectSize: 5 }), {
      code: 'InvalidRequest',
      message: `The provided 'x-amz-mp-object-size' header value 5 does not match what was computed: ${sizeBytes}`,
    })
    await assert.rejects(scene.complete(['sized', id], list, { MpuObjectSize: -1 }), {
      code: 'InvalidRequest',
    })
    await scene.complete(['sized', id], list, { MpuObjectSize: sizeBytes })
  })

  it('keeps headers, metadata, class and tags of CreateMultipartUpload', async () => {
    const { id, list } = await uploaded('kept', {
      ContentType: 'text/plain',
      CacheControl: 'no-store',
      Metadata: { a: 'b' },
      StorageClass: 'STANDARD_IA',
      Tagging: 'x=y',
    })
    await scene.complete(['kept', id], list)
    const { row } = await scene.service.objects.find(scene.service.bucket, 'kept', undefined)
    assert.equal(row.partCount, 3)
    assert.deepEqual(row.attributes.headers, {
      ContentType: 'text/plain',
      CacheControl: 'no-store',
    })
    assert.deepEqual(row.attributes.metadata, [['a', 'b']])
    assert.equal(row.attributes.storageClass, 'STANDARD_IA')
    assert.deepEqual(row.attributes.tags, [['x', 'y']])
  })

  it('COMPOSITE: wants each part with its checksum, and makes the checksum of checksums', async () => {
    const id = await scene.create('composite', { ChecksumAlgorithm: 'SHA256' })
    const list = []
    for (const [index, bytes] of [first, last].entries()) {
      const ChecksumSHA256 = base64('SHA256', bytes)
      const { ETag } = await scene.part(['composite', id, index + 1], bytes, { ChecksumSHA256 })
      list.push({ PartNumber: index + 1, ETag, ChecksumSHA256 })
    }
    const missing = list.map(({ PartNumber, ETag }) => ({ PartNumber, ETag }))
    await assert.rejects(scene.complete(['composite', id], missing), {
      code: 'InvalidRequest',
      message:
        'The upload was created using a sha256 checksum. The complete request must include the checksum for each part. It was missing for part 1 in the request.',
    })
    const wrong = list.map((part) => ({ ...part, ChecksumSHA256: base64('SHA256', second) }))
    await assert.rejects(scene.complete(['composite', id], wrong), {
      code: 'BadDigest',
      message: 'The sha256 you specified for part 1 did not match what we received.',
    })
    await assert.rejects(scene.complete(['composite', id], list, { ChecksumType: 'FULL_OBJECT' }), {
      code: 'InvalidRequest',
      message:
        'The upload was created using the COMPOSITE checksum mode. The complete request must use the same checksum mode.',
    })
    const answer = await scene.complete(['composite', id], list, { ChecksumType: 'COMPOSITE' })
    const digests = Buffer.concat([checksumOf('SHA256', first), checksumOf('SHA256', last)])
    assert.equal(answer.ChecksumSHA256, `${base64('SHA256', digests)}-2`)
    assert.equal(answer.ChecksumType, 'COMPOSITE')
  })

  it('FULL_OBJECT: combines what was computed, and holds the checksum of the whole against it', async () => {
    for (const algorithm of ['CRC32', 'CRC32C', 'CRC64NVME'] as const) {
      const key = `full ${algorithm}`
      const { id, list } = await uploaded(key, {
        ChecksumAlgorithm: algorithm,
        ChecksumType: 'FULL_OBJECT',
      })
      const whole = base64(algorithm, Buffer.concat([first, second, last]))
      const member = `Checksum${algorithm}`
      const name = algorithm.toLowerCase()
      await assert.rejects(scene.complete([key, id], list, { [member]: base64(algorithm, last) }), {
        code: 'BadDigest',
        message: `The ${name} you specified did not match the calculated checksum.`,
      })
      await assert.rejects(scene.complete([key, id], list, { [member]: 'AAAA' }), {
        code: 'InvalidRequest',
        message: `Value for x-amz-checksum-${name} header is invalid.`,
      })
      await assert.rejects(
        scene.complete([key, id], list.slice(1).concat({ PartNumber: 8, ETag: 'none' }), {
          ChecksumSHA1: 'x',
          ChecksumSHA256: 'y',
        }),
        {
          code: 'InvalidRequest',
          message:
            'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
        },
      )
      const answer = await scene.complete([key, id], list, {
        [member]: whole,
        ChecksumType: 'FULL_OBJECT',
      })
      assert.equal((answer as Record<string, unknown>)[member], whole)
      assert.equal(answer.ChecksumType, 'FULL_OBJECT')
    }
  })

  it('row 29: an upload without an algorithm takes no checksums in its list', async () => {
    const { id, list } = await uploaded('none')
    const [a] = list
    assert.ok(a)
    await assert.rejects(
      scene.complete(['none', id], [{ ...a, ChecksumCRC32: base64('CRC32', first) }]),
      { code: 'InvalidPart' },
    )
    await assert.rejects(scene.complete(['none', id], list, { ChecksumType: 'FULL_OBJECT' }), {
      code: 'InvalidRequest',
      message:
        'The upload was created using the null checksum mode. The complete request must use the same checksum mode.',
    })
  })

  it('makes no checksum where the server is told to keep none', async () => {
    const bare = await openScene({ defaultChecksum: 'none' })
    const id = await bare.create('k')
    const { ETag } = await bare.part(['k', id, 1], last)
    const answer = await bare.complete(['k', id], [{ PartNumber: 1, ETag }])
    assert.equal(answer.ChecksumType, undefined)
    assert.equal(answer.ChecksumCRC64NVME, undefined)
  })
})
