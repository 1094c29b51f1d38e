/** What an object is besides its bytes, read from a request. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { objectAttributes } from '../../src/domain/attributes.ts'
import { refusal } from '../operations/memory-service.ts'

test('without any member there is a type and a class', () => {
  const attributes = objectAttributes({})
  assert.deepEqual(attributes.headers, { ContentType: 'binary/octet-stream' })
  assert.equal(attributes.storageClass, 'STANDARD')
  assert.deepEqual([attributes.metadata, attributes.tags, attributes.checksum], [[], [], undefined])
})

test('system headers are kept as they were sent', () => {
  const headers = {
    ContentType: 'text/plain; charset=utf-8',
    CacheControl: 'no-cache',
    ContentDisposition: 'attachment; filename="a b"',
    ContentEncoding: 'gzip',
    ContentLanguage: 'de',
    Expires: 'next week',
    WebsiteRedirectLocation: 'https://example.org/',
  }
  assert.deepEqual(objectAttributes(headers).headers, headers)
})

const encodings = [
  ['aws-chunked', undefined],
  ['aws-chunked,gzip', 'gzip'],
  ['gzip, aws-chunked', 'gzip'],
  ['gzip,AWS-Chunked,br', 'gzip,br'],
  ['gzip', 'gzip'],
  ['', undefined],
] as const
for (const [sent, kept] of encodings) {
  test(`aws-chunked is no property of the object: '${sent}'`, () => {
    assert.equal(objectAttributes({ ContentEncoding: sent }).headers['ContentEncoding'], kept)
  })
}

test('user metadata keeps its order and is two kibibytes at most, in UTF-8', () => {
  const metadata = { b: '1', a: '2', __proto__x: 'y' }
  assert.deepEqual(objectAttributes({ Metadata: metadata }).metadata, Object.entries(metadata))
  assert.equal(objectAttributes({ Metadata: { k: 'x'.repeat(2047) } }).metadata.length, 1)
  const detail = { Size: 2049, MaxSizeAllowed: 2048 }
  assert.throws(
    () => objectAttributes({ Metadata: { k: 'ä'.repeat(1024) } }),
    refusal('MetadataTooLarge', detail),
  )
})

test('storage classes: labels are kept, what promises an archive or other hardware is refused', () => {
  assert.equal(objectAttributes({ StorageClass: 'STANDARD_IA' }).storageClass, 'STANDARD_IA')
  for (const name of ['GLACIER', 'DEEP_ARCHIVE', 'OUTPOSTS', 'standard', 'cold']) {
    const detail = { StorageClassRequested: name }
    assert.throws(
      () => objectAttributes({ StorageClass: name }),
      refusal('InvalidStorageClass', detail),
    )
  }
})

test('a redirect leads somewhere', () => {
  for (const location of ['/a', 'http://x', 'https://x']) {
    assert.equal(
      objectAttributes({ WebsiteRedirectLocation: location }).headers['WebsiteRedirectLocation'],
      location,
    )
  }
  for (const location of ['a', 'ftp://x', 'httpx://']) {
    assert.throws(
      () => objectAttributes({ WebsiteRedirectLocation: location }),
      refusal('InvalidRedirectLocation'),
    )
  }
})
