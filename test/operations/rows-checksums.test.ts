/** The rows of what UploadPart is held to, 26 to 31: the ten checksums, and what an upload fixes of them. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { checksumAlgorithms } from '../../src/payload/checksums/algorithms.ts'
import { checksumOf, loadHashers } from '../../src/payload/checksums/hashers.ts'
import { accepted, bucket, element, md5, refused, Rows } from './rows.ts'

const bytes = 'a part'

const checksum = (algorithm: string, of: string = bytes): string => {
  const known = checksumAlgorithms.find((name) => name === algorithm)
  assert.ok(known)
  return Buffer.from(checksumOf(known, Buffer.from(of))).toString('base64')
}
const header = (algorithm: string): string => `x-amz-checksum-${algorithm.toLowerCase()}`

describe('rows 26 to 31', () => {
  let rows: Rows
  let id: string

  before(async () => {
    await loadHashers()
    rows = await Rows.start()
    id = await rows.create('key')
  })
  after(() => rows.stop())

  it('row 26: knows ten algorithms, at Create, as header and as trailer, and no eleventh', async () => {
    for (const algorithm of checksumAlgorithms) {
      const upload = await rows.create('ten', { 'x-amz-checksum-algorithm': algorithm })
      const value = checksum(algorithm)
      const asHeader = { id: upload, headers: { [header(algorithm)]: value } }
      assert.equal(accepted(await rows.part('ten', asHeader)).headers[header(algorithm)], value)
      const asTrailer = {
        id: upload,
        payload: 'streaming-trailer',
        trailer: [header(algorithm), value],
      } as const
      assert.equal(accepted(await rows.part('ten', asTrailer)).headers[header(algorithm)], value)
    }
    const headers = { 'x-amz-checksum-algorithm': 'CRC16' }
    const plan = { method: 'POST', path: `/${bucket}/ten`, query: { uploads: '' }, headers }
    refused(await rows.send(plan), {
      code: 'InvalidRequest',
      message:
        'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, MD5, SHA1, SHA256, SHA512, XXHASH128, XXHASH3, XXHASH64]',
    })
  })

  it('row 27: wants the algorithm of the upload, and one where the upload is composite', async () => {
    const upload = await rows.create('composite', { 'x-amz-checksum-algorithm': 'SHA256' })
    const other = { [header('CRC32')]: checksum('CRC32') }
    refused(await rows.part('composite', { id: upload, headers: other }), {
      code: 'InvalidRequest',
      message:
        'Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: crc32',
    })
    refused(await rows.part('composite', { id: upload }), {
      code: 'InvalidRequest',
      message:
        'Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: null',
    })
  })

  it('row 28: computes the checksum of a part that came without, where the upload is full-object', async () => {
    const upload = await rows.create('full', {
      'x-amz-checksum-algorithm': 'CRC32C',
      'x-amz-checksum-type': 'FULL_OBJECT',
    })
    const answer = accepted(await rows.part('full', { id: upload }))
    assert.equal(answer.headers[header('CRC32C')], checksum('CRC32C'))
  })

  it('row 29: takes any checksum for an upload without one, hides it, and gives the object the default', async () => {
    const upload = await rows.create('default')
    const headers = { [header('SHA1')]: checksum('SHA1') }
    const echoed = accepted(await rows.part('default', { id: upload, headers }))
    assert.equal(echoed.headers[header('SHA1')], checksum('SHA1'))
    const listed = accepted(await rows.parts('default', upload))
    assert.doesNotMatch(listed.text, /Checksum/)
    const more = `<ChecksumSHA1>${checksum('SHA1')}</ChecksumSHA1>`
    refused(await rows.complete(['default', upload], [[1, md5(bytes), more]]), {
      code: 'InvalidPart',
    })
    const done = accepted(await rows.complete(['default', upload], [[1, md5(bytes)]]))
    assert.equal(element(done, 'ChecksumCRC64NVME'), checksum('CRC64NVME'))
    assert.equal(element(done, 'ChecksumType'), 'FULL_OBJECT')
  })

  it('row 30: echoes the checksum that was verified, and none that nobody sent', async () => {
    const headers = { [header('CRC32')]: checksum('CRC32') }
    const echoed = accepted(await rows.part('key', { id, headers })).headers
    assert.equal(echoed[header('CRC32')], checksum('CRC32'))
    const plain = accepted(await rows.part('key', { id })).headers
    assert.deepEqual(
      Object.keys(plain).filter((name) => name.startsWith('x-amz-checksum')),
      [],
    )
  })

  it('row 31: fixes algorithm and type at Create', async () => {
    const create = async (algorithm?: string, type?: string): ReturnType<Rows['send']> =>
      rows.send({
        method: 'POST',
        path: `/${bucket}/types`,
        query: { uploads: '' },
        headers: {
          ...(algorithm && { 'x-amz-checksum-algorithm': algorithm }),
          ...(type && { 'x-amz-checksum-type': type }),
        },
      })
    for (const [algorithm, type] of [
      ['CRC32', 'COMPOSITE'],
      ['SHA256', 'COMPOSITE'],
      ['CRC64NVME', 'FULL_OBJECT'],
    ]) {
      const { headers } = accepted(await create(algorithm))
      assert.equal(headers['x-amz-checksum-algorithm'], algorithm)
      assert.equal(headers['x-amz-checksum-type'], type)
    }
    for (const [algorithm, type, message] of [
      [
        undefined,
        'COMPOSITE',
        'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
      ],
      [
        'SHA1',
        'FULL_OBJECT',
        'The FULL_OBJECT checksum type cannot be used with the sha1 checksum algorithm.',
      ],
      [
        'CRC64NVME',
        'COMPOSITE',
        'The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm.',
      ],
    ] as const) {
      refused(await create(algorithm, type), { code: 'InvalidRequest', message })
    }
  })
})
