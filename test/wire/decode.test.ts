/** Requests as typed inputs, and what is refused on the way. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { S3Error } from '../../src/model/errors.ts'
import { operations } from '../../src/model/operations.gen.ts'
import { decodeInput, type Request } from '../../src/wire/decode.ts'
import { bodyOf, requestOf } from './asking.ts'

const { PutObject, UploadPart, CompleteMultipartUpload, DeleteObjects } = operations
const { ListObjectsV2, ListParts, GetObject, HeadObject } = operations

async function refusal(input: Promise<unknown>): Promise<S3Error> {
  const error = await input.then(
    () => assert.fail('the request was taken'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof S3Error, String(error))
  return error
}

test('UploadPart: labels, query, headers and the body unread', async () => {
  const headers = { 'Content-Length': '5', 'x-amz-checksum-crc32': 'AAAAAA==' }
  const request = requestOf('/b/a/b%20c?partNumber=3&uploadId=u%2B1', { headers, body: 'hello' })
  const input = await decodeInput(UploadPart, request)
  assert.deepEqual(
    { ...input, Body: undefined },
    {
      Bucket: 'b',
      Key: 'a/b%20c',
      PartNumber: 3,
      UploadId: 'u+1',
      ContentLength: 5,
      ChecksumCRC32: 'AAAAAA==',
      Body: undefined,
    },
  )
  assert.equal(input.Body, request.body)
})

test('row 3, E04: a part number is an integer from 1 to 10000, to the letter', async () => {
  const garbage = [
    '0',
    '-1',
    '10001',
    '1e3',
    '0x10',
    '%2B1',
    '%201',
    '1.0',
    '12abc',
    '',
    '9007199254740993',
  ]
  for (const text of garbage) {
    for (const [operation, uploadId] of [
      [UploadPart, '&uploadId=u'] as const,
      [GetObject, ''] as const,
    ]) {
      const request = requestOf(`/b/k?partNumber=${text}${uploadId}`)
      const error = await refusal(decodeInput(operation, request))
      assert.equal(error.code, 'InvalidArgument')
      assert.equal(error.message, 'Part number must be an integer between 1 and 10000, inclusive')
      assert.equal(error.detail['ArgumentName'], 'partNumber')
      assert.equal(error.detail['ArgumentValue'], decodeURIComponent(text))
    }
  }
  const last = await decodeInput(HeadObject, requestOf('/b/k?partNumber=10000'))
  assert.equal(last.PartNumber, 10_000)
})

test('page sizes: garbage, negative, huge', async () => {
  const list = (query: string): Promise<S3Error> =>
    refusal(decodeInput(ListObjectsV2, requestOf(`/b?list-type=2&${query}`)))
  const garbage = await list('max-keys=abc')
  assert.equal(garbage.message, 'Provided max-keys not an integer or within integer range')
  assert.deepEqual(garbage.detail, { ArgumentName: 'max-keys', ArgumentValue: 'abc' })
  assert.equal((await list('max-keys=2147483648')).message, garbage.message)
  assert.equal((await list('max-keys=')).code, 'InvalidArgument')
  const negative = await list('max-keys=-1')
  assert.equal(negative.message, 'Argument maxKeys must be an integer between 0 and 2147483647')
  const encoding = await list('encoding-type=base64')
  assert.equal(encoding.message, 'Invalid Encoding Method specified in Request')
  const marker = await refusal(
    decodeInput(ListParts, requestOf('/b/k?uploadId=u&part-number-marker=x')),
  )
  assert.equal(marker.code, 'InvalidArgument')
  const fine = await decodeInput(ListObjectsV2, requestOf('/b?list-type=2&max-keys=1000000000'))
  assert.equal(fine.MaxKeys, 1_000_000_000)
})

test('user metadata: UTF-8 again, encoded words as sent, no prototype', async () => {
  const headers = {
    'X-Amz-Meta-Name': Buffer.from('größe €').toString('latin1'),
    'x-amz-meta-word': '=?UTF-8?B?w6k=?=',
    'x-amz-meta-__proto__': 'polluted',
    'x-amz-meta-constructor': 'c',
    'x-amz-meta-odd': '\xe9',
  }
  const { Metadata } = await decodeInput(PutObject, requestOf('/b/k', { headers }))
  assert.deepEqual(Object.entries(Metadata ?? {}), [
    ['name', 'größe €'],
    ['word', '=?UTF-8?B?w6k=?='],
    ['__proto__', 'polluted'],
    ['constructor', 'c'],
    ['odd', 'é'],
  ])
  assert.equal(Object.getPrototypeOf(Metadata), null)
  assert.equal('polluted' in Object.prototype, false)
  const none = await decodeInput(PutObject, requestOf('/b/k?__proto__=x'))
  assert.equal(none.Metadata, undefined)
})

test('E07: user metadata of more than 2 KiB', async () => {
  const headers = { 'x-amz-meta-a': 'x'.repeat(2047) }
  await decodeInput(PutObject, requestOf('/b/k', { headers }))
  const more = { headers: { 'x-amz-meta-a': 'x'.repeat(2048) } }
  const error = await refusal(decodeInput(PutObject, requestOf('/b/k', more)))
  assert.equal(error.code, 'MetadataTooLarge')
  assert.deepEqual(error.detail, { Size: 2049, MaxSizeAllowed: 2048 })
})

test('dates: every form of RFC 9110 and ISO 8601; a condition that cannot be read does not exist', async () => {
  const wanted = new Date('1994-11-06T08:49:37Z')
  const forms = [
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
    '1994-11-06T08:49:37.000Z',
    '1994-11-06T08:49:37',
    '784111777',
  ]
  for (const form of forms) {
    const request = requestOf('/b/k', { headers: { 'If-Modified-Since': form } })
    assert.deepEqual((await decodeInput(GetObject, request)).IfModifiedSince, wanted, form)
  }
  const unreadable = requestOf('/b/k', { headers: { 'If-Unmodified-Since': 'yesterday' } })
  assert.equal((await decodeInput(GetObject, unreadable)).IfUnmodifiedSince, undefined)
  const lock = requestOf('/b/k', { headers: { 'x-amz-object-lock-retain-until-date': 'never' } })
  assert.equal((await refusal(decodeInput(PutObject, lock))).code, 'InvalidArgument')
})

test('Expires and response-expires stay as they were sent', async () => {
  const put = await decodeInput(PutObject, requestOf('/b/k', { headers: { Expires: 'soon' } }))
  assert.equal(put.Expires, 'soon')
  const get = await decodeInput(GetObject, requestOf('/b/k?response-expires=0'))
  assert.equal(get.ResponseExpires, '0')
})

test('D16: response-* cannot carry a line end', async () => {
  const request = requestOf('/b/k?response-content-disposition=a%0d%0aX:y')
  assert.equal((await refusal(decodeInput(GetObject, request))).code, 'InvalidArgument')
})

test('a refused member is named, a harmless value passes', async () => {
  const rules = { refuses: ['ACL', 'Tagging'], harmless: { ACL: ['private'] } }
  const given = (headers: Record<string, string>): Request =>
    requestOf('/b/k', { headers, ...rules })
  await decodeInput(PutObject, given({ 'x-amz-acl': 'private' }))
  const acl = await refusal(decodeInput(PutObject, given({ 'x-amz-acl': 'Private' })))
  assert.equal(acl.code, 'NotImplemented')
  assert.deepEqual(acl.detail, { Header: 'x-amz-acl' })
  const tagging = await refusal(decodeInput(PutObject, given({ 'x-amz-tagging': '' })))
  assert.deepEqual(tagging.detail, { Header: 'x-amz-tagging' })
  const lock = {
    refuses: ['BypassGovernanceRetention'],
    harmless: { BypassGovernanceRetention: ['false'] },
  }
  const bypass = (value: string): Request =>
    requestOf('/b/k', { headers: { 'x-amz-bypass-governance-retention': value }, ...lock })
  await decodeInput(operations.DeleteObject, bypass('false'))
  const forced = await refusal(decodeInput(operations.DeleteObject, bypass('true')))
  assert.equal(forced.code, 'NotImplemented')
})

const parts = (xml: string): Request => requestOf('/b/k?uploadId=u', { body: xml })

test('CompleteMultipartUpload: the list as clients write it', async () => {
  const variants = [
    '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"a"</ETag></Part></CompleteMultipartUpload>',
    '<?xml version="1.0" encoding="UTF-8"?>\r\n<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\r\n <Part>\n<ETag>&quot;a&quot;</ETag><PartNumber> 1 </PartNumber><Unknown><Deep/></Unknown></Part><!-- x --></CompleteMultipartUpload>\n',
    '<n:CompleteMultipartUpload xmlns:n="x"><n:Part><n:ETag><![CDATA["a"]]></n:ETag><n:PartNumber>1</n:PartNumber></n:Part></n:CompleteMultipartUpload>',
  ]
  for (const xml of variants) {
    const input = await decodeInput(CompleteMultipartUpload, parts(xml))
    assert.deepEqual(input.MultipartUpload, { Parts: [{ PartNumber: 1, ETag: '"a"' }] })
  }
  const empty = await decodeInput(CompleteMultipartUpload, parts(''))
  assert.equal(empty.MultipartUpload, undefined)
})

test('documents that are not what the table says are MalformedXML', async () => {
  const inside = (xml: string): string =>
    `<CompleteMultipartUpload>${xml}</CompleteMultipartUpload>`
  const wrong = [
    '<Other></Other>',
    inside('<Part><PartNumber>0x1</PartNumber></Part>'),
    inside('<Part><PartNumber></PartNumber></Part>'),
    inside('<Part><PartNumber>1</PartNumber><PartNumber>2</PartNumber></Part>'),
    inside('<Part><ETag><b>x</b></ETag></Part>'),
    inside('text'),
    'not xml',
  ]
  for (const xml of wrong) {
    const error = await refusal(decodeInput(CompleteMultipartUpload, parts(xml)))
    assert.equal(error.code, 'MalformedXML', xml)
  }
})

test('E06: DeleteObjects without a list, without a body, and too long', async () => {
  const empty = requestOf('/b?delete', { body: '<Delete></Delete>' })
  assert.equal((await refusal(decodeInput(DeleteObjects, empty))).code, 'MalformedXML')
  const none = await refusal(decodeInput(DeleteObjects, requestOf('/b?delete')))
  assert.equal(none.code, 'MissingRequestBodyError')
  const long = requestOf('/b?delete', { body: ' '.repeat(8 * 1024 * 1024 + 1) })
  const declared = await refusal(decodeInput(DeleteObjects, long))
  assert.equal(declared.code, 'MaxMessageLengthExceeded')
  const unsaid = {
    ...long,
    body: { ...bodyOf(' '.repeat(8 << 20) + ' ', 65_536), lengthBytes: undefined },
  }
  const counted = await refusal(decodeInput(DeleteObjects, unsaid))
  assert.equal(counted.code, 'MaxMessageLengthExceeded')
})

test('E03: names of JavaScript in a document are plain data', async () => {
  const body =
    '<Delete><__proto__><x>1</x></__proto__><constructor/><Object><Key>__proto__</Key></Object></Delete>'
  const { Delete } = await decodeInput(DeleteObjects, requestOf('/b?delete', { body }))
  assert.deepEqual(Delete, { Objects: [{ Key: '__proto__' }] })
  assert.deepEqual(Object.keys(Object.prototype), [])
})

test('verify sees the bytes before they are parsed, and only of a document', async () => {
  const verify = (bytes: Uint8Array): void => {
    throw new S3Error('BadDigest', { Size: bytes.length })
  }
  const error = await refusal(
    decodeInput(DeleteObjects, requestOf('/b?delete', { body: '<x', verify })),
  )
  assert.equal(error.code, 'BadDigest')
  assert.equal(error.detail['Size'], 2)
  await decodeInput(PutObject, requestOf('/b/k', { body: 'x', verify }))
})

test('headers that hold lists, booleans and sizes', async () => {
  const headers = { 'x-amz-object-attributes': 'ETag, Checksum,ObjectParts' }
  const input = await decodeInput(
    operations.GetObjectAttributes,
    requestOf('/b/k?attributes', { headers }),
  )
  assert.deepEqual(input.ObjectAttributes, ['ETag', 'Checksum', 'ObjectParts'])
  const missing = await refusal(
    decodeInput(operations.GetObjectAttributes, requestOf('/b/k?attributes')),
  )
  assert.equal(missing.code, 'InvalidRequest')
  const size = (value: string): Request =>
    requestOf('/b/k?uploadId=u', { headers: { 'x-amz-mp-object-size': value } })
  assert.equal((await decodeInput(CompleteMultipartUpload, size('7'))).MpuObjectSize, 7)
  const invalid = await refusal(decodeInput(CompleteMultipartUpload, size('x')))
  assert.equal(invalid.message, "Value for x-amz-mp-object-size header is invalid: 'x'")
  const owner = await decodeInput(ListObjectsV2, requestOf('/b?list-type=2&fetch-owner=true'))
  assert.equal(owner.FetchOwner, true)
})

test('row 46: a presigned query speaks as headers do, but for digests', async () => {
  const query = [
    'X-Amz-Signature=s',
    'x-amz-meta-colour=gr%C3%BCn',
    'X-Amz-Storage-Class=GLACIER',
    'x-amz-checksum-crc32=AAAAAA%3D%3D',
    'x-amz-sdk-checksum-algorithm=CRC32',
    'x-amz-website-redirect-location=/q',
  ]
  const headers = { 'x-amz-website-redirect-location': '/h' }
  const input = await decodeInput(PutObject, requestOf(`/b/k?${query.join('&')}`, { headers }))
  assert.deepEqual({ ...input.Metadata }, { colour: 'grün' })
  assert.equal(input.StorageClass, 'GLACIER')
  assert.equal(input.ChecksumCRC32, undefined)
  assert.equal(input.ChecksumAlgorithm, undefined)
  assert.equal(input.WebsiteRedirectLocation, '/h')
  const create =
    '/b/k?uploads&X-Amz-Signature=s&x-amz-checksum-algorithm=SHA256&x-amz-checksum-type=COMPOSITE'
  const upload = await decodeInput(operations.CreateMultipartUpload, requestOf(create))
  assert.equal(upload.ChecksumAlgorithm, 'SHA256')
  assert.equal(upload.ChecksumType, 'COMPOSITE')
  const acl = requestOf('/b/k?X-Amz-Signature=s&x-amz-acl=public-read', { refuses: ['ACL'] })
  assert.equal((await refusal(decodeInput(PutObject, acl))).code, 'NotImplemented')
})
