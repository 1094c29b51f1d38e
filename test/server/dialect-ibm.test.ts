/** A server that speaks as IBM Cloud Object Storage documents itself, over HTTP. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accepted, bucket, element, md5, refused, Rows } from '../operations/rows.ts'

let rows: Rows
before(async () => {
  rows = await Rows.start({ region: 'us-standard', args: ['--dialect', 'ibm'] })
})
after(() => rows.stop())

function create(name: string, constraint: string): ReturnType<Rows['send']> {
  const text = `<LocationConstraint>${constraint}</LocationConstraint>`
  const body = `<CreateBucketConfiguration>${text}</CreateBucketConfiguration>`
  return rows.send({ method: 'PUT', path: `/${name}`, body })
}

test('a bucket is created in a class of the location, and says so', async () => {
  accepted(await create('cold-one', 'us-cold'))
  const location = await rows.send({ path: '/cold-one', query: { location: '' } })
  assert.equal(
    element(location, 'LocationConstraint') ?? location.text,
    location.text,
    location.text,
  )
  assert.match(location.text, /<LocationConstraint [^>]*>us-cold</)
  const plain = await rows.send({ path: `/${bucket}`, query: { location: '' } })
  assert.match(plain.text, /<LocationConstraint [^>]*>us-standard</)
  refused(await create('elsewhere', 'eu-cold'), { code: 'InvalidLocationConstraint' })
  refused(await create('no-such-class', 'us-lukewarm'), { code: 'InvalidLocationConstraint' })
})

test('GET /?extended lists buckets with their LocationConstraint, page by page', async () => {
  for (const name of ['ext-a', 'ext-b', 'ext-c']) accepted(await create(name, 'us-smart'))
  const query = { extended: '', prefix: 'ext-', 'max-keys': '2' }
  const headers = { 'ibm-service-instance-id': 'crn:v1:anything' }
  const first = accepted(await rows.send({ path: '/', query, headers }))
  assert.deepEqual(namesIn(first.text), ['ext-a', 'ext-b'])
  assert.equal(element(first, 'LocationConstraint'), 'us-smart')
  assert.match(element(first, 'CreationDate') ?? '', /^\d{4}-\d\d-\d\dT[\d:]+\.000Z$/)
  assert.deepEqual(
    ['IsTruncated', 'MaxKeys', 'Prefix', 'Marker', 'NextMarker'].map((name) =>
      element(first, name),
    ),
    ['true', '2', 'ext-', '', 'ext-b'],
  )
  const next = await rows.send({ path: '/', query: { ...query, marker: 'ext-b' } })
  assert.deepEqual([namesIn(next.text), element(next, 'IsTruncated')], [['ext-c'], 'false'])
  const all = await rows.send({ path: '/', query: { extended: '' } })
  assert.ok(namesIn(all.text).includes(bucket))
  const bad = await rows.send({ path: '/', query: { extended: '', 'max-keys': 'x' } })
  refused(bad, { code: 'InvalidArgument', status: 400 })
})

test('the extended list is for those who prove who they are', async () => {
  const answer = await rows.send({
    path: '/',
    query: { extended: '' },
    keys: { accessKeyId: 'NOBODY', secretAccessKey: 'x' },
  })
  refused(answer, { code: 'InvalidAccessKeyId', status: 403 })
})

function namesIn(text: string): readonly string[] {
  return [...text.matchAll(/<Name>([^<]*)</g)].map(([, name = '']) => name)
}

test('an error document names the resource and the status, and a key that is too long', async () => {
  const missing = await rows.send({ path: `/${bucket}/nothing` })
  refused(missing, {
    code: 'NoSuchKey',
    status: 404,
    elements: { Resource: `/${bucket}/nothing`, httpStatusCode: 404 },
  })
  assert.equal(missing.headers['x-clv-request-id'], missing.headers['x-amz-request-id'])
  const long = await rows.send({ path: `/${bucket}/${'k'.repeat(1025)}` })
  refused(long, { code: 'KeyTooLong', elements: { httpStatusCode: 400 } })
})

test('headers that COS ignores change nothing, from creating an upload to completing it', async () => {
  const headers = {
    'x-amz-expected-bucket-owner': '999999999999',
    'x-amz-request-payer': 'nobody',
    'ibm-service-instance-id': 'crn:v1:anything',
    'mirror-destination': 'x',
  }
  const id = await rows.create('upload', headers)
  accepted(await rows.part('upload', { id, body: 'x', headers }))
  const done = accepted(await rows.complete(['upload', id], [[1, md5('x')]], headers))
  assert.deepEqual(
    ['Bucket', 'Key', 'ETag'].map((name) => element(done, name) !== undefined),
    [true, true, true],
  )
  accepted(await rows.send({ path: `/${bucket}/upload`, headers }))
  const copied = await rows.send({
    method: 'PUT',
    path: `/${bucket}/copy`,
    headers: {
      ...headers,
      'x-amz-copy-source': `/${bucket}/upload`,
      'x-amz-source-expected-bucket-owner': '999999999999',
    },
  })
  accepted(copied)
})

test('immutable storage, legal holds, Aspera and archives are refused by name, and nothing happens', async () => {
  const put = (headers: Record<string, string>): ReturnType<Rows['send']> =>
    rows.send({ method: 'PUT', path: `/${bucket}/kept`, body: 'x', headers })
  refused(await put({ 'Retention-Period': '60' }), { code: 'NotImplemented', status: 501 })
  refused(await put({ 'Retention-Legal-Hold-ID': 'x' }), { code: 'NotImplemented', status: 501 })
  assert.equal((await rows.send({ method: 'HEAD', path: `/${bucket}/kept` })).status, 404)
  accepted(await put({}))
  const asked: ReadonlyArray<readonly [method: string, path: string, query: string]> = [
    ['GET', `/${bucket}`, 'protection'],
    ['PUT', `/${bucket}`, 'protection'],
    ['GET', `/${bucket}`, 'faspConnectionInfo'],
    ['GET', `/${bucket}`, 'ibm-replication-failures'],
    ['PUT', `/${bucket}`, 'ibm-replication-reattempt'],
    ['GET', `/${bucket}/kept`, 'legalHold'],
    ['POST', `/${bucket}/kept`, 'legalHold'],
    ['POST', `/${bucket}/kept`, 'extendRetention'],
    ['POST', `/${bucket}/kept`, 'restore'],
  ]
  for (const [method, path, name] of asked) {
    const body = method === 'GET' ? undefined : '<x/>'
    const answer = await rows.send({ method, path, query: { [name]: '' }, body })
    refused(answer, { code: 'NotImplemented', status: 501 })
  }
})

test('the other dialects have no extended list', async () => {
  await using plain = await startOther()
  refused(await plain.rows.send({ path: '/', query: { extended: '' } }), {
    code: 'NotImplemented',
    status: 501,
  })
  const headers = { 'x-amz-expected-bucket-owner': '999999999999' }
  refused(await plain.rows.send({ path: `/${bucket}`, headers }), {
    code: 'AccessDenied',
    status: 403,
  })
})

async function startOther(): Promise<AsyncDisposable & { readonly rows: Rows }> {
  const other = await Rows.start()
  return { rows: other, [Symbol.asyncDispose]: () => other.stop() }
}
