/**
 * The rows of what UploadPart is held to, 1 to 13: the request line, numbers, sizes, lengths. Rows 14 to 25 are in
 * rows-digests.test.ts, 26 to 31 in rows-checksums, 32 to 45 in rows-context and 46 to 50 in rows-outcome; the first test
 * here sees to it that none is forgotten.
 */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { silentLog } from '../../src/observe/log.ts'
import { readConfig } from '../../src/server/config.ts'
import { startServer } from '../../src/server/start.ts'
import { RawConnection, requestBytes, sendHead } from '../harness/raw.ts'
import { randomKeys } from '../harness/server.ts'
import { signRequest, withHeader } from '../harness/sign.ts'
import { accepted, bucket, element, md5, noPartNumbers, partMin, refused, Rows } from './rows.ts'

describe('rows 1 to 13', () => {
  let rows: Rows

  before(async () => {
    rows = await Rows.start()
  })
  after(() => rows.stop())

  it('has a test for every row from 1 to 50', async () => {
    const files = ['', '-digests', '-checksums', '-encryption', '-context', '-outcome']
    const paths = files.map((file) => join(import.meta.dirname, `rows${file}.test.ts`))
    const read = paths.map((path) => readFile(path, 'utf8'))
    const text = (await Promise.all(read)).join('\n')
    const numbers = Array.from({ length: 50 }, (_, index) => index + 1)
    assert.deepEqual(
      numbers.filter((number) => !text.includes(`it('row ${number}: `)),
      [],
    )
  })

  it('row 1: takes both addressing styles, any order of the query, x-id, and an empty parameter behind the id', async () => {
    const id = await rows.create('one')
    const path = `/${bucket}/one`
    for (const plan of [
      {
        path,
        query: [
          ['uploadId', id],
          ['partNumber', '1'],
        ] as const,
      },
      { path, query: { 'x-id': 'UploadPart', partNumber: '1', uploadId: id } },
      { path, query: { partNumber: '1', uploadId: `${id}=` } },
      { path: '/one', host: `${bucket}.localhost`, query: { partNumber: '1', uploadId: id } },
    ]) {
      const answer = accepted(await rows.part('one', { id, ...plan }))
      assert.equal(answer.body.length, 0)
      assert.equal(answer.headers['content-length'], '0')
    }
  })

  it('row 2: answers with the quoted MD5 as ETag', async () => {
    const id = await rows.create('two')
    assert.equal((await rows.part('two', { id })).headers['etag'], `"${md5('a part')}"`)
  })

  it('row 3: takes part numbers from 1 to 10,000', async () => {
    const id = await rows.create('three')
    for (const number of [1, 10_000]) accepted(await rows.part('three', { id, number }))
    for (const number of noPartNumbers) {
      const answer = await rows.part('three', { id, number })
      refused(answer, {
        code: 'InvalidArgument',
        elements: { ArgumentName: 'partNumber', ArgumentValue: number },
      })
      if (/^-?[0-9]{1,5}$/.test(number)) {
        assert.equal(
          element(answer, 'Message'),
          'Part number must be an integer between 1 and 10000, inclusive',
        )
      }
    }
  })

  it('row 4: takes no part number without an upload id, nor an id alone', async () => {
    const path = `/${bucket}/four`
    refused(await rows.send({ method: 'PUT', path, query: { partNumber: '1' }, body: 'x' }), {
      code: 'InvalidArgument',
      message: 'This operation does not accept partNumber without uploadId',
    })
    const alone = await rows.send({ method: 'PUT', path, query: { uploadId: 'x' }, body: 'x' })
    assert.ok(alone.status >= 400 && alone.status < 500, alone.text)
    assert.equal((await rows.send({ method: 'HEAD', path })).status, 404)
  })

  it('row 5: finds no upload that is unknown, aborted, completed, or of another key', async () => {
    const [aborted, completed, other] = [
      await rows.create('five'),
      await rows.create('five'),
      await rows.create('six'),
    ]
    accepted(await rows.part('five', { id: completed }))
    assert.equal(
      (await rows.send({ method: 'DELETE', path: `/${bucket}/five`, query: { uploadId: aborted } }))
        .status,
      204,
    )
    accepted(await rows.complete(['five', completed], [[1, md5('a part')]]))
    for (const id of ['unknown', aborted, completed, other]) {
      refused(await rows.part('five', { id }), {
        code: 'NoSuchUpload',
        status: 404,
        message:
          'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
        elements: { UploadId: id },
      })
    }
  })

  it('row 6: keeps the last write of a number', async () => {
    const id = await rows.create('six')
    const bodies = Array.from({ length: 8 }, (_, index) => `body ${index}`)
    await Promise.all(bodies.map(async (body) => accepted(await rows.part('six', { id, body }))))
    accepted(await rows.part('six', { id, body: 'the last one' }))
    const listed = await rows.parts('six', id)
    assert.equal(listed.text.split('<Part>').length, 2)
    assert.equal(element(listed, 'ETag'), `"${md5('the last one')}"`)
    accepted(await rows.complete(['six', id], [[1, `&quot;${md5('the last one')}&quot;`]]))
    assert.equal((await rows.send({ path: `/${bucket}/six` })).text, 'the last one')
  })

  it('row 7: takes a part of 31 bytes, and refuses it at Complete when it is not the last one', async () => {
    const id = await rows.create('seven')
    const small = 'x'.repeat(31)
    for (const number of [1, 2]) accepted(await rows.part('seven', { id, number, body: small }))
    refused(
      await rows.complete(
        ['seven', id],
        [
          [1, `"${md5(small)}"`],
          [2, `"${md5(small)}"`],
        ],
      ),
      {
        code: 'EntityTooSmall',
        message: 'Your proposed upload is smaller than the minimum allowed size',
        elements: { ProposedSize: 31, MinSizeAllowed: 5_242_880, PartNumber: 1, ETag: md5(small) },
      },
    )
    const large = Buffer.alloc(partMin, 7)
    accepted(await rows.part('seven', { id, number: 1, body: large }))
    accepted(
      await rows.complete(
        ['seven', id],
        [
          [1, md5(large)],
          [2, md5(small)],
        ],
      ),
    )
  })

  it('row 8: refuses more than 5 GiB before the body', async () => {
    const id = await rows.create('eight')
    const signed = await signRequest(rows.server, {
      method: 'PUT',
      path: `/${bucket}/eight`,
      query: { partNumber: '1', uploadId: id },
      payload: 'unsigned',
      headers: { expect: '100-continue' },
    })
    const request = withHeader(signed, 'content-length', '5368709121')
    const answer = await sendHead(rows.server, request)
    assert.deepEqual(answer.interim, [])
    refused(answer, {
      code: 'EntityTooLarge',
      message: 'Your proposed upload exceeds the maximum allowed size',
      elements: { ProposedSize: 5_368_709_121, MaxSizeAllowed: 5_368_709_120 },
    })
  })

  it('row 9: wants a length', async () => {
    const id = await rows.create('nine')
    const answer = await rows.part('nine', { id, body: undefined })
    refused(answer, {
      code: 'MissingContentLength',
      status: 411,
      message: 'You must provide the Content-Length HTTP header.',
    })
  })

  it('row 10: takes aws-chunked in HTTP chunks when the decoded length is given', async () => {
    const id = await rows.create('ten')
    const answer = await rows.part('ten', { id, payload: 'streaming', httpChunked: true })
    assert.equal(accepted(answer).headers['etag'], `"${md5('a part')}"`)
  })

  it('row 11: wants the decoded length of aws-chunked, and takes plain HTTP chunks only where no hash is signed', async () => {
    const id = await rows.create('eleven')
    // Signed without the header, so that nothing but its absence can be what is refused.
    const framed = await rows.part('eleven', {
      id,
      payload: 'unsigned',
      httpChunked: true,
      body: '6\r\na part\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n',
      headers: {
        'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'content-encoding': 'aws-chunked',
        'x-amz-trailer': 'x-amz-checksum-crc32',
      },
    })
    refused(framed, { code: 'MissingContentLength', status: 411 })
    refused(await rows.part('eleven', { id, httpChunked: true }), {
      code: 'NotImplemented',
      status: 501,
      message: 'A header you provided implies functionality that is not implemented',
      elements: { Header: 'Transfer-Encoding' },
    })
    accepted(await rows.part('eleven', { id, httpChunked: true, payload: 'unsigned' }))
  })

  it('row 12: stores nothing of a body that ends early', async () => {
    const id = await rows.create('twelve')
    const request = await signRequest(rows.server, {
      method: 'PUT',
      path: `/${bucket}/twelve`,
      query: { partNumber: '1', uploadId: id },
      body: 'a part',
      payload: 'unsigned',
    })
    await using connection = await RawConnection.open(rows.server)
    connection.send(requestBytes(withHeader(request, 'content-length', '100')))
    connection.finish()
    refused(await connection.answer('PUT'), { code: 'IncompleteBody' })
    await connection.closed()
    assert.doesNotMatch((await rows.parts('twelve', id)).text, /<Part>/)
  })

  it('row 13: gives up on a body that stays silent, and stores nothing of it', async () => {
    const impatient = await startImpatient()
    try {
      const id = await impatient.create('thirteen')
      const request = await signRequest(impatient.server, {
        method: 'PUT',
        path: `/${bucket}/thirteen`,
        query: { partNumber: '1', uploadId: id },
        body: 'a part',
        payload: 'unsigned',
      })
      await using connection = await RawConnection.open(impatient.server)
      connection.send(requestBytes(withHeader(request, 'content-length', '100')))
      refused(await connection.answer('PUT'), {
        code: 'RequestTimeout',
        message:
          'Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.',
      })
      await connection.closed()
      assert.doesNotMatch((await impatient.parts('thirteen', id)).text, /<Part>/)
    } finally {
      await impatient.stop()
    }
  })
})

/** A server in this process, which waits a fifth of a second where the real one waits half a minute. */
async function startImpatient(): Promise<Rows> {
  const data = await mkdtemp(join(tmpdir(), 'ashlar-rows-'))
  const keys = randomKeys()
  const config = {
    ...readConfig({ data, listen: '127.0.0.1:0' }, {}),
    root: keys,
  }
  const server = await startServer(config, {
    log: silentLog,
    onFatal: (error) => {
      throw error
    },
    timings: { bodyWindowMs: 200 },
  })
  const stop = async (): Promise<void> => {
    await server.close()
    await rm(data, { recursive: true })
  }
  return Rows.on({ host: '127.0.0.1', port: server.port, region: config.region, keys }, stop)
}
