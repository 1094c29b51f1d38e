/**
 * The rows of what UploadPart is held to, 46 to 50: presigned parts, what a part ignores, and what becomes of it.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { crc32 } from 'node:zlib'
import { RawConnection, requestBytes, sendRequest } from '../harness/raw.ts'
import { signRequest, withHeader } from '../harness/sign.ts'
import { signV2 } from '../harness/sign-v2.ts'
import { accepted, bucket, md5, partMin, refused, Rows } from './rows.ts'

describe('rows 46 to 50', () => {
  let rows: Rows
  let id: string

  before(async () => {
    rows = await Rows.start()
    id = await rows.create('key')
  })
  after(() => rows.stop())

  it('row 46: takes a presigned part, ignores checksums in its query, and wants x-amz-* headers signed', async () => {
    const query = {
      partNumber: '1',
      uploadId: id,
      'x-amz-checksum-crc32': 'AAAAAA==',
      'x-amz-sdk-checksum-algorithm': 'CRC32',
    }
    const answer = accepted(await rows.part('key', { id, presign: 60, query }))
    assert.equal(answer.headers['x-amz-checksum-crc32'], undefined)
    const unsigned = await rows.part('key', {
      id,
      presign: 60,
      alter: (request) => withHeader(request, 'x-amz-meta-late', 'x'),
    })
    refused(unsigned, {
      code: 'AccessDenied',
      status: 403,
      message: 'There were headers present in the request which were not signed',
      elements: { HeadersNotSigned: 'x-amz-meta-late' },
    })
  })

  it('row 46: takes a part that is signed with SigV2, in the header and in the query, and no forged one', async () => {
    const { host, port, keys } = rows.server
    const target = `/${bucket}/key?partNumber=1&uploadId=${id}`
    const plan = {
      method: 'PUT',
      target,
      host: `${host}:${port}`,
      keys,
      body: Buffer.from('a part'),
    }
    const expires = Math.floor(Date.now() / 1000) + 60
    for (const request of [signV2(plan), signV2({ ...plan, expires })]) {
      accepted(await sendRequest(rows.server, request))
      const forged = { ...request, target: request.target.replace('partNumber=1', 'partNumber=2') }
      refused(await sendRequest(rows.server, forged), {
        code: 'SignatureDoesNotMatch',
        status: 403,
      })
    }
  })

  it('row 47: ignores what is said of the object on a part', async () => {
    const upload = await rows.create('plain')
    const headers = {
      'x-amz-meta-a': 'b',
      'x-amz-tagging': 'c=d',
      'x-amz-acl': 'public-read',
      'x-amz-storage-class': 'STANDARD_IA',
      'x-amz-server-side-encryption': 'aws:kms',
    }
    accepted(await rows.part('plain', { id: upload, headers }))
    accepted(await rows.complete(['plain', upload], [[1, md5('a part')]]))
    const head = await rows.send({ method: 'HEAD', path: `/${bucket}/plain` })
    for (const name of ['x-amz-meta-a', 'x-amz-tagging-count', 'x-amz-storage-class']) {
      assert.equal(head.headers[name], undefined)
    }
  })

  it('row 48: tells a part that its upload has ended while it was on its way', async () => {
    for (const end of ['abort', 'complete'] as const) {
      const upload = await rows.create('late')
      accepted(await rows.part('late', { id: upload }))
      const request = await signRequest(rows.server, {
        method: 'PUT',
        path: `/${bucket}/late`,
        query: { partNumber: '2', uploadId: upload },
        body: 'late bytes',
        headers: { expect: '100-continue' },
      })
      await using connection = await RawConnection.open(rows.server)
      const [head, tail] = split(requestBytes(request), 4)
      connection.send(head)
      // The parts of the upload are looked up before the body: only then may the upload end.
      await connection.continued()
      if (end === 'complete') accepted(await rows.complete(['late', upload], [[1, md5('a part')]]))
      else
        await rows.send({ method: 'DELETE', path: `/${bucket}/late`, query: { uploadId: upload } })
      connection.send(tail)
      const answer = await connection.answer('PUT')
      assert.deepEqual(answer.interim, [100], 'the upload was open when the part began')
      refused(answer, { code: 'NoSuchUpload', status: 404, elements: { UploadId: upload } })
    }
  })

  it('row 49: answers the same Complete again, and another list with an error', async () => {
    const upload = await rows.create('again')
    accepted(await rows.part('again', { id: upload }))
    const first = accepted(await rows.complete(['again', upload], [[1, md5('a part')]]))
    await rows.send({ method: 'DELETE', path: `/${bucket}/again` })
    assert.equal(
      accepted(await rows.complete(['again', upload], [[1, md5('a part')]])).text,
      first.text,
    )
    refused(await rows.complete(['again', upload], [[2, 'undefined']]), {
      code: 'NoSuchUpload',
      status: 404,
    })
  })

  it('row 50: reads parts back by number, with their count and checksums', async () => {
    const upload = await rows.create('parts', {
      'x-amz-checksum-algorithm': 'CRC32',
      'x-amz-checksum-type': 'FULL_OBJECT',
    })
    const bodies = [Buffer.alloc(partMin, 1), Buffer.from('the tail')]
    for (const [index, body] of bodies.entries())
      accepted(await rows.part('parts', { id: upload, number: index + 1, body }))
    accepted(
      await rows.complete(
        ['parts', upload],
        bodies.map((body, index) => [index + 1, md5(body)] as const),
      ),
    )
    const ask = (method: string, partNumber: string): ReturnType<Rows['send']> =>
      rows.send({
        method,
        path: `/${bucket}/parts`,
        query: { partNumber },
        headers: { 'x-amz-checksum-mode': 'ENABLED' },
      })
    const get = await ask('GET', '2')
    assert.deepEqual([get.status, get.text], [206, 'the tail'])
    assert.equal(get.headers['content-range'], `bytes ${partMin}-${partMin + 7}/${partMin + 8}`)
    assert.equal(get.headers['x-amz-mp-parts-count'], '2')
    assert.equal(get.headers['x-amz-checksum-crc32'], crc32Of('the tail'))
    const head = await ask('HEAD', '1')
    assert.deepEqual([head.status, head.headers['content-length']], [206, String(partMin)])
    refused(await ask('GET', '3'), {
      code: 'InvalidPartNumber',
      status: 416,
      elements: { ActualPartCount: 2, PartNumberRequested: 3 },
    })
  })
})

function crc32Of(text: string): string {
  const value = Buffer.alloc(4)
  value.writeUInt32BE(crc32(text))
  return value.toString('base64')
}

function split(bytes: Uint8Array, tailBytes: number): readonly [Uint8Array, Uint8Array] {
  return [bytes.subarray(0, -tailBytes), bytes.subarray(-tailBytes)]
}
