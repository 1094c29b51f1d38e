/** CopyObject of an object whose checksum is that of its parts' checksums: the copy's is of the whole, as S3 makes it. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { CompletedPart, CopyObjectInput, CopyObjectResult } from '../../src/model/types.gen.ts'
import { copyObject } from '../../src/operations/copy-object.ts'
import { getObjectAttributes } from '../../src/operations/get-object-attributes.ts'
import { headObject } from '../../src/operations/head-object.ts'
import type { Service } from '../../src/operations/service.ts'
import { checksumOf } from '../../src/payload/checksums/hashers.ts'
import { mebibyte, openScene, random, type Scene } from './scene.ts'

type Algorithm = 'CRC32' | 'CRC32C' | 'SHA256' | 'MD5'

describe('CopyObject of a composite', () => {
  let scene: Scene
  const bytes = random(5 * mebibyte + 77)
  const whole = (algorithm: Algorithm): string => base64(algorithm, bytes)

  before(async () => {
    scene = await openScene()
  })
  after(() => scene.metadata[Symbol.asyncDispose]())

  for (const algorithm of ['CRC32', 'CRC32C'] as const) {
    it(`${algorithm}: known from the parts, no byte is read`, async () => {
      await upload(algorithm, 2)
      const copied = await copy({}, blind(scene.s3))
      assert.deepEqual(shown(copied, algorithm), [whole(algorithm), 'FULL_OBJECT'])
      const asked = await copy({ ChecksumAlgorithm: algorithm }, blind(scene.s3))
      assert.deepEqual(shown(asked, algorithm), [whole(algorithm), 'FULL_OBJECT'])
    })
  }

  for (const algorithm of ['SHA256', 'MD5'] as const) {
    it(`${algorithm}: made from the bytes, for that of the whole follows from no others`, async () => {
      await upload(algorithm, 2)
      const copied = await copy({}, scene.s3)
      assert.deepEqual(shown(copied, algorithm), [whole(algorithm), 'FULL_OBJECT'])
    })
  }

  it('SHA256 of a single part: known, for it is the whole', async () => {
    await upload('SHA256', 1)
    const copied = await copy({}, blind(scene.s3))
    assert.deepEqual(shown(copied, 'SHA256'), [whole('SHA256'), 'FULL_OBJECT'])
  })

  it('HeadObject and GetObjectAttributes tell what CopyObject told', async () => {
    await upload('CRC32', 2)
    await copy({}, scene.s3)
    const at = { Bucket: 'bucket', Key: 'copy' }
    const head = await headObject({ ...at, ChecksumMode: 'ENABLED' }, scene.s3)
    assert.deepEqual(shown(head, 'CRC32'), [whole('CRC32'), 'FULL_OBJECT'])
    const attributes = { ...at, ObjectAttributes: ['Checksum' as const] }
    const { Checksum } = await getObjectAttributes(attributes, scene.s3)
    assert.deepEqual(shown(Checksum ?? {}, 'CRC32'), [whole('CRC32'), 'FULL_OBJECT'])
  })

  /** The source, in so many parts. */
  async function upload(algorithm: Algorithm, parts: 1 | 2): Promise<void> {
    const id = await scene.create('source', { ChecksumAlgorithm: algorithm })
    const pieces =
      parts === 1 ? [bytes] : [bytes.subarray(0, 5 * mebibyte), bytes.subarray(5 * mebibyte)]
    const list: CompletedPart[] = []
    for (const [at, piece] of pieces.entries()) {
      const checksum = { [`Checksum${algorithm}`]: base64(algorithm, piece) }
      const { ETag } = await scene.part(['source', id, at + 1], piece, checksum)
      list.push({ PartNumber: at + 1, ETag, ...checksum })
    }
    const completed = await scene.complete(['source', id], list)
    assert.equal(completed.ChecksumType, 'COMPOSITE')
  }
})

/** Nothing may be read: where a read would be needed, the test fails. */
function blind(s3: Service): Service {
  return {
    ...s3,
    emit: () => {
      throw new Error('the source was read')
    },
  }
}

async function copy(more: Partial<CopyObjectInput>, s3: Service): Promise<CopyObjectResult> {
  const input = { Bucket: 'bucket', Key: 'copy', CopySource: 'bucket/source', ...more }
  return (await copyObject(input, s3)).CopyObjectResult ?? {}
}

function shown(answer: CopyObjectResult, algorithm: Algorithm): unknown[] {
  return [answer[`Checksum${algorithm}`], answer.ChecksumType]
}

function base64(algorithm: Algorithm, bytes: Uint8Array): string {
  return Buffer.from(checksumOf(algorithm, bytes)).toString('base64')
}
