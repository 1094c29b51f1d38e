/** Names that mean something else than a bucket, over HTTP: refused by name, for reads as for writes, and never created. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accepted, bucket, refused, Rows } from './rows.ts'

let rows: Rows
before(async () => {
  rows = await Rows.start()
})
after(() => rows.stop())

const notOffered = { code: 'NotImplemented', status: 501 }

test('no bucket of a reserved name is created', async () => {
  const names = [
    'xn--photos',
    'sthree-photos',
    'amzn-s3-demo-photos',
    'photos-s3alias',
    'photos--ol-s3',
    'photos.mrap',
    'photos--use1-az4--x-s3',
    'photos--table-s3',
  ]
  for (const name of names) {
    const answer = await rows.send({ method: 'PUT', path: `/${name}` })
    refused(answer, { code: 'InvalidBucketName', status: 400, elements: { BucketName: name } })
  }
  accepted(await rows.send({ method: 'PUT', path: '/s3alias-photos' }))
})

test('every other request to a reserved ending is refused by name', async () => {
  const name = 'photos--use1-az4--x-s3'
  const asked: ReadonlyArray<readonly [method: string, path: string, query?: string]> = [
    ['GET', `/${name}`],
    ['GET', `/${name}`, 'session'],
    ['PUT', `/${name}/key`],
    ['GET', `/${name}/key`],
    ['DELETE', `/${name}/key`],
    ['POST', `/${name}/key`, 'uploads'],
    ['DELETE', `/${name}`],
  ]
  for (const [method, path, sub] of asked) {
    const query = sub === undefined ? {} : { [sub]: '' }
    refused(await rows.send({ method, path, query }), notOffered)
  }
  assert.equal((await rows.send({ method: 'HEAD', path: `/${name}` })).status, 501)
})

test('the host of an access point is not path style, and writes nothing', async () => {
  const host = 'ap-123456789012.s3-accesspoint.us-east-1.amazonaws.com'
  // Taken for path style this would be an object of the bucket that is there.
  const put = { method: 'PUT', path: `/${bucket}/key`, body: 'x', host }
  refused(await rows.send(put), { ...notOffered, elements: { ResourceType: 'ACCESS_POINT' } })
  assert.equal((await rows.send({ method: 'HEAD', path: `/${bucket}/key` })).status, 404)
})

test('a copy and a copied part from an access point are refused by name', async () => {
  const source = 'arn:aws:s3:us-east-1:123456789012:accesspoint/ap/object/key'
  const headers = { 'x-amz-copy-source': encodeURIComponent(source) }
  refused(await rows.send({ method: 'PUT', path: `/${bucket}/copy`, headers }), notOffered)
  const id = await rows.create('parts')
  refused(await rows.part('parts', { id, method: 'PUT', body: undefined, headers }), notOffered)
})
