/** Routing: every operation is found, and no subresource falls through to an operation that does not use it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { S3Error } from '../../src/model/errors.ts'
import { operations } from '../../src/model/operations.gen.ts'
import type { Operation } from '../../src/model/schema.ts'
import { findOperation, subresources } from '../../src/wire/route.ts'
import { askingOf, targetOf } from './asking.ts'

const all: readonly Operation[] = Object.values(operations)
const paths = { service: '/', bucket: '/b', object: '/b/k' } as const
const methods = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'] as const

function found(method: string, target: string, headers: Record<string, string> = {}): string {
  return findOperation(askingOf(method, headers), targetOf(target)).name
}

function refusal(method: string, target: string, headers: Record<string, string> = {}): S3Error {
  try {
    const name = found(method, target, headers)
    assert.fail(`${method} ${target} went to ${name}`)
  } catch (error) {
    assert.ok(error instanceof S3Error, String(error))
    return error
  }
}

function canonical(operation: Operation): [target: string, headers: Record<string, string>] {
  const literals = Object.entries(operation.query).map(([name, value]) => `${name}=${value}`)
  const required = operation.input.filter((member) => member.required)
  const query = required.filter((member) => member.in === 'query').map(({ at }) => `${at}=1`)
  const headers = required.filter((member) => member.in === 'header').map(({ at }) => [at, 'x'])
  return [
    `${paths[operation.level]}?${[...literals, ...query].join('&')}`,
    Object.fromEntries(headers) as Record<string, string>,
  ]
}

test('every operation routes to itself, x-id or not', () => {
  assert.equal(all.length, 110)
  for (const operation of all) {
    const [target, headers] = canonical(operation)
    assert.equal(found(operation.method, target, headers), operation.name)
    assert.equal(found(operation.method, `${target}&x-id=Whatever`, headers), operation.name)
  }
})

const plain = methods.flatMap((method) =>
  Object.values(paths).flatMap((path) => [...subresources].map((key) => ({ method, path, key }))),
)

test('a subresource is used by the operation found, or refused', () => {
  for (const { method, path, key } of plain) {
    let operation: Operation
    try {
      operation = findOperation(askingOf(method), targetOf(`${path}?${key}`))
    } catch (error) {
      assert.ok(error instanceof S3Error)
      assert.ok([400, 405, 501].includes(error.status), `${method} ${path}?${key} ${error.code}`)
      continue
    }
    const uses = key in operation.query || operation.input.some(({ at }) => at === key)
    assert.ok(uses, `${method} ${path}?${key} went to ${operation.name}`)
  }
})

test('any mix of subresources and headers is used whole or refused', () => {
  const key = fc.constantFrom(...subresources, 'versionId', 'prefix', 'nonsense', 'list-type')
  const header = fc.constantFrom(
    'x-amz-copy-source',
    'x-amz-object-attributes',
    'x-amz-rename-source',
  )
  const request = fc.record({
    method: fc.constantFrom(...methods, 'OPTIONS', 'PATCH', 'TRACE'),
    path: fc.constantFrom(...Object.values(paths)),
    keys: fc.uniqueArray(key, { maxLength: 4 }),
    headers: fc.uniqueArray(header, { maxLength: 2 }),
  })
  fc.assert(
    fc.property(request, ({ method, path, keys, headers }) => {
      const fields = Object.fromEntries(headers.map((name) => [name, 'x']))
      try {
        const operation: Operation = findOperation(
          askingOf(method, fields),
          targetOf(`${path}?${keys.join('&')}`),
        )
        const uses = (name: string): boolean =>
          name in operation.query || operation.input.some(({ at }) => at === name)
        assert.equal(operation.method, method)
        assert.ok(keys.filter((name) => subresources.has(name)).every(uses))
      } catch (error) {
        if (!(error instanceof S3Error)) throw error
      }
    }),
    { numRuns: 3000 },
  )
})

test('the header tells a copy from a put', () => {
  const copy = { 'x-amz-copy-source': '/b/k' }
  assert.equal(found('PUT', '/b/k'), 'PutObject')
  assert.equal(found('PUT', '/b/k', copy), 'CopyObject')
  const hoisted = 'x-amz-copy-source=b%2Fk'
  assert.equal(found('PUT', `/b/k?${hoisted}&X-Amz-Signature=s`), 'CopyObject', 'as presigned')
  assert.equal(found('PUT', `/b/k?${hoisted}&Signature=s`), 'PutObject', 'unsigned')
  assert.equal(found('PUT', `/b/k?${hoisted}&AWSAccessKeyId=a&Signature=s`), 'CopyObject', 'SigV2')
  assert.equal(found('PUT', '/b/k?partNumber=1&uploadId=u'), 'UploadPart')
  assert.equal(found('PUT', '/b/k?uploadId=u&partNumber=1&x-id=UploadPart', copy), 'UploadPartCopy')
})

test('parameters of the plain operations leave them what they are', () => {
  assert.equal(found('GET', '/b/k?partNumber=2&versionId=v'), 'GetObject')
  assert.equal(found('HEAD', '/b/k?partNumber=2'), 'HeadObject')
  assert.equal(found('GET', '/b/k?response-content-type=text/plain'), 'GetObject')
  assert.equal(found('DELETE', '/b/k?versionId=v'), 'DeleteObject')
  assert.equal(found('GET', '/b/k?uploadId=u'), 'ListParts')
  assert.equal(found('GET', '/b?location'), 'GetBucketLocation')
  assert.equal(found('GET', '/b?list-type=2&prefix=p'), 'ListObjectsV2')
  assert.equal(found('GET', '/b?list-type=1'), 'ListObjects')
  assert.equal(found('GET', '/b?uploads='), 'ListMultipartUploads')
  assert.equal(found('PUT', '/b/k?nonsense&x-amz-checksum-crc32=AAAAAA=='), 'PutObject')
  assert.equal(found('GET', '/b/k?attributes'), 'GetObjectAttributes')
})

test('row 4: half of an UploadPart never overwrites the object', () => {
  const part = refusal('PUT', '/b/k?partNumber=3')
  assert.equal(part.code, 'InvalidArgument')
  assert.equal(part.message, 'This operation does not accept partNumber without uploadId')
  assert.deepEqual(part.detail, { ArgumentName: 'partNumber', ArgumentValue: '3' })
  const upload = refusal('PUT', '/b/k?uploadId=u')
  assert.equal(upload.code, 'InvalidArgument')
  assert.equal(upload.detail['ArgumentName'], 'uploadId')
})

test('what belongs elsewhere is refused by name', () => {
  const uploads = refusal('GET', '/b/k?uploads')
  assert.equal(uploads.code, 'InvalidRequest')
  assert.equal(uploads.message, 'Key is not expected for the GET method ?uploads subresource')
  assert.equal(refusal('PUT', '/b/k?cors').code, 'NotImplemented')
  assert.equal(refusal('DELETE', '/b?acl').code, 'MethodNotAllowed')
  assert.deepEqual(refusal('DELETE', '/b/k?legal-hold').detail, {
    Method: 'DELETE',
    ResourceType: 'LEGAL_HOLD',
  })
  assert.equal(refusal('GET', '/b?protection').code, 'NotImplemented')
  assert.equal(refusal('HEAD', '/b/k?uploadId=u').code, 'MethodNotAllowed')
  const two = refusal('GET', '/b?acl&cors')
  assert.equal(two.message, 'Conflicting query string parameters: acl, cors')
})

test('a write never goes to a version', () => {
  assert.equal(refusal('PUT', '/b/k?versionId=v').code, 'InvalidArgument')
  assert.equal(refusal('PUT', '/b/k?partNumber=1&uploadId=u&versionId=v').code, 'InvalidArgument')
  assert.equal(found('PUT', '/b/k?tagging&versionId=v'), 'PutObjectTagging')
})

test('methods without an operation', () => {
  assert.equal(refusal('POST', '/b/k').code, 'MethodNotAllowed')
  assert.equal(refusal('PATCH', '/b/k').code, 'MethodNotAllowed')
  assert.deepEqual(refusal('PUT', '/').detail, { Method: 'PUT', ResourceType: 'SERVICE' })
  assert.equal(refusal('POST', '/b').code, 'PreconditionFailed')
  assert.equal(refusal('OPTIONS', '/b/k').code, 'MethodNotAllowed', 'a preflight never gets here')
})
