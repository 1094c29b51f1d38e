/** Single header fields: ranges, copy sources, tags, conditions, dates, entity tags. */
import assert from 'node:assert/strict'
import { checkReadConditions } from '../../src/domain/preconditions.ts'
import { copyRange } from '../../src/domain/copy-range.ts'
import { parseCopySource } from '../../src/domain/copy-source.ts'
import { parseEtags } from '../../src/domain/etags.ts'
import { parseRange, rangeApplies } from '../../src/domain/ranges.ts'
import { parseTagging } from '../../src/domain/tags.ts'
import { readHeaderText, writeHeaderText, writeMetadataText } from '../../src/wire/header-text.ts'
import { readTimestamp, writeHttpDate } from '../../src/wire/scalars.ts'
import type { Parser } from './parsers.ts'

/** node:http's limit for the whole head. */
const headBytesMax = 16 * 1024
const etag = '5d41402abc4b2a76b9719d911017c592'
const modified = Date.UTC(2026, 10, 20)
const dates = [
  'Fri, 20 Nov 2026 00:00:00 GMT',
  'Friday, 20-Nov-26 00:00:00 GMT',
  'Fri Nov 20 00:00:00 2026',
  '2026-11-20T00:00:00.000Z',
  '1795132800',
]

export const fieldParsers: readonly Parser[] = [
  {
    name: 'range',
    seeds: ['bytes=0-9', 'bytes=5-', 'bytes=-5', 'bytes=0-0,2-3', 'bytes=9-999999999999'],
    tokens: ['bytes', '=', '-', ',', 'bytes=', '0-', '-0'],
    bytesMax: headBytesMax,
    run(text, random) {
      const sizeBytes = Math.floor(random() * 20)
      const range = parseRange(text, sizeBytes)
      if (range === undefined) return
      assert.ok(range.offset >= 0 && range.lengthBytes > 0)
      assert.ok(range.offset + range.lengthBytes <= sizeBytes)
    },
  },
  {
    name: 'copy-source-range',
    seeds: ['bytes=0-9', 'bytes=5-11'],
    tokens: ['bytes', '=', '-', 'bytes='],
    bytesMax: headBytesMax,
    run(text) {
      const { offset, lengthBytes } = copyRange(text, 20)
      assert.ok(offset >= 0 && lengthBytes > 0 && offset + lengthBytes <= 20)
    },
  },
  {
    name: 'copy-source',
    seeds: ['bucket/key', '/bucket/a%20b/c', 'bucket/k?versionId=null', 'bucket/x/../y'],
    tokens: ['?versionId=', '%3FversionId%3D', '%2e%2e', '%2f', 'arn:aws:s3:', '/', 'null'],
    bytesMax: headBytesMax,
    run(text) {
      const { bucket, key } = parseCopySource(readHeaderText(text))
      assert.ok(bucket.length >= 3 && key !== '' && !key.includes('\0'))
      assert.ok(Buffer.byteLength(key) <= 1024 && !key.startsWith('../'))
    },
  },
  {
    name: 'tagging',
    seeds: ['a=1&b=two%20words', 'project=x', 'k=', 'a=%C3%A4&b=+'],
    tokens: ['&', '=', '%20', '+', 'aws:', '%C3%A4'],
    bytesMax: headBytesMax,
    run(text) {
      const tags = parseTagging(readHeaderText(text))
      assert.ok(tags.length <= 10 && tags.every(([key]) => key !== '' && key.length <= 128))
    },
  },
  {
    name: 'conditions',
    seeds: [`"${etag}"`, `W/"${etag}", "x"`, '*', ...dates],
    tokens: ['"', 'W/', ',', '*', 'GMT', 'Nov', ':', ...dates],
    bytesMax: headBytesMax,
    run(text, random) {
      for (const tag of parseEtags(text)) assert.equal(typeof tag, 'string')
      const date = readTimestamp(text)
      if (date !== undefined) assert.ok(Number.isFinite(date.getTime()) && writeHttpDate(date))
      const object = { etag, modified }
      rangeApplies(text, object)
      const asTag = random() < 0.5
      const conditions = asTag ? { IfMatch: text, IfNoneMatch: text } : { IfModifiedSince: date }
      checkReadConditions(conditions, object, modified + 1000)
    },
  },
  {
    name: 'header-text',
    seeds: ['plain', 'gr\xc3\xb6\xc3\x9fe', '=?UTF-8?B?w6Q=?=', '\xff\xfe latin'],
    tokens: ['=?UTF-8?B?', '?=', '\xf0\x9f\x98\x80', '\xc3', '\x7f'],
    bytesMax: headBytesMax,
    run(text) {
      const read = readHeaderText(text)
      for (const sent of [writeHeaderText(read), writeMetadataText(read)]) {
        // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
        if (sent !== undefined) assert.ok(!/[\0-\x08\x0a-\x1f\x7f]|[^\0-\xff]/.test(sent))
      }
    },
  },
]
