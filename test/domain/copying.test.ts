/** CopyObject's rules where no store is needed: sizes that memory does not hold, and checksums that need no second reading. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { objectAttributes } from '../../src/domain/attributes.ts'
import type { Source } from '../../src/domain/copy-source.ts'
import { checksumToMake, copyAttributes } from '../../src/domain/copying.ts'
import type { Checksum } from '../../src/stores/metadata/records.ts'
import { alice, memoryService, noon, refusal } from '../operations/memory-service.ts'

const { bucket } = await (await memoryService()).on('photos')
const target = { bucket, asked: undefined }

function source(sizeBytes: number, checksum?: Checksum): Source {
  const row = {
    bucket: bucket.id,
    key: 'source',
    versionId: 'null',
    isLatest: true,
    deleteMarker: false,
    owner: alice.canonicalId,
    sizeBytes,
    etag: 'abc-2',
    modified: noon,
    partCount: 2,
    locator: { kind: 'parts', content: 1 },
    attributes: { ...objectAttributes({}), checksum },
  } as const
  return { bucket, found: { row, bytes: undefined } }
}

test('5 GiB can be copied at once, a byte more cannot', () => {
  const input = { Key: 'copy' }
  assert.equal(copyAttributes(input, source(5 * 1024 ** 3), target).storageClass, 'STANDARD')
  assert.throws(
    () => copyAttributes(input, source(5 * 1024 ** 3 + 1), target),
    refusal('InvalidRequest'),
  )
})

test('a checksum is made only where the source has none of the whole, and of what was asked for', () => {
  const whole = source(1, { algorithm: 'CRC32', type: 'FULL_OBJECT', value: 'AAAAAA==' })
  const composite = source(1, { algorithm: 'SHA256', type: 'COMPOSITE', value: 'x' })
  assert.equal(checksumToMake(undefined, whole), undefined)
  assert.equal(checksumToMake(undefined, source(1)), undefined)
  assert.equal(checksumToMake('CRC32', whole), undefined)
  assert.equal(checksumToMake('crc32c', whole), 'CRC32C')
  for (const asked of ['SHA256', undefined]) {
    const algorithm = checksumToMake(asked, composite)
    assert.equal(algorithm, 'SHA256', 'a copy is one piece, so its checksum is of the whole')
  }
  assert.equal(checksumToMake('SHA1', source(1)), 'SHA1')
})
