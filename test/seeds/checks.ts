/** What holds of the sentences of the documents: each check is given a server and a key that nobody else uses. */
import assert from 'node:assert/strict'
import { accepted, bucket, element, md5, partMin, refused, type Rows } from '../operations/rows.ts'

type Check = (rows: Rows, key: string) => Promise<void>

const big = Buffer.alloc(partMin, 'a')
const none = 'no-such-upload'

export const etagIsListed: Check = async (rows, key) => {
  const id = await rows.create(key)
  const { headers } = accepted(await rows.part(key, { id, number: 7, body: 'seven' }))
  const listed = await rows.parts(key, id)
  assert.equal(element(listed, 'PartNumber'), '7')
  assert.deepEqual([element(listed, 'ETag'), headers['etag']], Array(2).fill(`"${md5('seven')}"`))
}

export const wholeLife: Check = async (rows, key) => {
  const [first, second] = [Buffer.alloc(6 << 20, 'x'), Buffer.alloc(6 << 20, 'y')]
  const id = await rows.create(key)
  for (const [number, body] of [
    [1, first],
    [2, second],
  ] as const) {
    accepted(await rows.part(key, { id, number, body }))
  }
  accepted(
    await rows.complete(
      [key, id],
      [
        [1, `"${md5(first)}"`],
        [2, `"${md5(second)}"`],
      ],
    ),
  )
  const whole = await rows.send({ path: `/${bucket}/${key}` })
  assert.ok(whole.body.equals(Buffer.concat([first, second])))
  const gone = await rows.send({ method: 'DELETE', path: `/${bucket}/${key}` })
  assert.equal(gone.status, 204)
}

export const copiedPart: Check = async (rows, key) => {
  accepted(await rows.send({ method: 'PUT', path: `/${bucket}/${key}-source`, body: 'source' }))
  const id = await rows.create(key)
  const headers = { 'x-amz-copy-source': `/${bucket}/${key}-source` }
  const copied = accepted(await rows.part(key, { id, method: 'PUT', body: undefined, headers }))
  assert.equal(element(copied, 'ETag'), `"${md5('source')}"`)
}

export const idIsNeeded: Check = async (rows, key) => {
  refused(await rows.part(key, { id: none }), { code: 'NoSuchUpload', status: 404 })
  const path = `/${bucket}/${key}`
  refused(await rows.send({ method: 'PUT', path, query: { partNumber: '1' }, body: 'x' }), {
    code: 'InvalidArgument',
  })
}

export const numbersInRange: Check = async (rows, key) => {
  const id = await rows.create(key)
  for (const number of [1, 10_000]) accepted(await rows.part(key, { id, number }))
  for (const number of [0, 10_001]) {
    refused(await rows.part(key, { id, number }), { code: 'InvalidArgument' })
  }
}

export const orderByNumber: Check = async (rows, key) => {
  const id = await rows.create(key)
  accepted(await rows.part(key, { id, number: 2, body: 'the end' }))
  accepted(await rows.part(key, { id, number: 1, body: big }))
  accepted(
    await rows.complete(
      [key, id],
      [
        [1, `"${md5(big)}"`],
        [2, `"${md5('the end')}"`],
      ],
    ),
  )
  const { body } = await rows.send({ path: `/${bucket}/${key}` })
  assert.equal(body.subarray(big.length).toString(), 'the end')
}

export const lastWins: Check = async (rows, key) => {
  const id = await rows.create(key)
  for (const body of ['first', 'second']) accepted(await rows.part(key, { id, body }))
  refused(await rows.complete([key, id], [[1, md5('first')]]), { code: 'InvalidPart' })
  accepted(await rows.complete([key, id], [[1, md5('second')]]))
  assert.equal((await rows.send({ path: `/${bucket}/${key}` })).text, 'second')
}

export const smallParts: Check = async (rows, key) => {
  const id = await rows.create(key)
  const less = big.subarray(1)
  // In this order every part could still be the last when it comes.
  accepted(await rows.part(key, { id, number: 1, body: less }))
  accepted(await rows.part(key, { id, number: 2, body: 'last' }))
  const both = [
    [1, md5(less)],
    [2, md5('last')],
  ] as const
  refused(await rows.complete([key, id], both), { code: 'EntityTooSmall' })
  accepted(await rows.part(key, { id, number: 1, body: big }))
  accepted(
    await rows.complete(
      [key, id],
      [
        [1, md5(big)],
        [2, md5('last')],
      ],
    ),
  )
}

export const contentMd5: Check = async (rows, key) => {
  const id = await rows.create(key)
  const part = (digest: string): ReturnType<Rows['part']> =>
    rows.part(key, { id, body: 'bytes', headers: { 'content-md5': digest } })
  refused(await part(md5('others', 'base64')), { code: 'BadDigest' })
  accepted(await part(md5('bytes', 'base64')))
}

export const contentSha256: Check = async (rows, key) => {
  const id = await rows.create(key)
  const body = Buffer.from('changed on its way')
  const answer = await rows.part(key, {
    id,
    body: 'as it was signed..',
    alter: (request) => ({ ...request, body }),
  })
  refused(answer, { code: 'XAmzContentSHA256Mismatch' })
}

export const abortEnds: Check = async (rows, key) => {
  const id = await rows.create(key)
  accepted(await rows.part(key, { id }))
  const abort = { method: 'DELETE', path: `/${bucket}/${key}`, query: { uploadId: id } }
  assert.equal((await rows.send(abort)).status, 204)
  refused(await rows.parts(key, id), { code: 'NoSuchUpload', status: 404 })
}

export const noSuchUpload: Check = async (rows, key) => {
  const [aborted, completed] = [await rows.create(key), await rows.create(key)]
  await rows.send({ method: 'DELETE', path: `/${bucket}/${key}`, query: { uploadId: aborted } })
  accepted(await rows.part(key, { id: completed, body: 'x' }))
  accepted(await rows.complete([key, completed], [[1, md5('x')]]))
  for (const id of [none, aborted, completed]) {
    refused(await rows.part(key, { id }), { code: 'NoSuchUpload', status: 404 })
  }
}

export const quotedEtag: Check = async (rows, key) => {
  const id = await rows.create(key)
  const answer = accepted(await rows.part(key, { id, body: 'x' }))
  assert.deepEqual([answer.headers['etag'], answer.body.length], [`"${md5('x')}"`, 0])
}

export const chunkedBody: Check = async (rows, key) => {
  const id = await rows.create(key)
  const payload = 'streaming-unsigned-trailer'
  accepted(await rows.part(key, { id, body: 'x', payload, httpChunked: true }))
}

export const requestPayer: Check = async (rows, key) => {
  const id = await rows.create(key)
  accepted(await rows.part(key, { id, headers: { 'x-amz-request-payer': 'requester' } }))
}

export function ignores(name: string, value: string): Check {
  return async (rows, key) => {
    const id = await rows.create(key)
    accepted(await rows.part(key, { id, headers: { [name]: value } }))
  }
}

export const lengthRequired: Check = async (rows, key) => {
  const id = await rows.create(key)
  const withoutLength = await rows.part(key, {
    id,
    body: '',
    alter: (request) => ({
      ...request,
      headers: request.headers.filter(([name]) => name.toLowerCase() !== 'content-length'),
    }),
  })
  refused(withoutLength, { code: 'MissingContentLength', status: 411 })
}

export const storageClass: Check = async (rows, key) => {
  for (const [asked, answered] of [
    ['COLD', 'COLD'],
    ['STANDARD_IA', 'COLD'],
    ['GLACIER', 'ICE'],
    ['STANDARD', undefined],
  ] as const) {
    const id = await rows.create(key, { 'x-amz-storage-class': asked })
    const { headers } = accepted(await rows.part(key, { id }))
    assert.equal(headers['x-amz-storage-class'], answered, asked)
  }
}

export const smallPartRefused: Check = async (rows, key) => {
  const id = await rows.create(key)
  accepted(await rows.part(key, { id, number: 2 }))
  refused(await rows.part(key, { id, number: 1 }), { code: 'EntityTooSmall', status: 400 })
  accepted(await rows.part(key, { id, number: 1, body: big }))
  accepted(await rows.part(key, { id, number: 3 }))
}
