/** XML documents, CORS rules in use, policies of forms, and the input of every operation by the model. */
import assert from 'node:assert/strict'
import { checkPolicy } from '../../src/access/form-policy.ts'
import { checkedCors } from '../../src/domain/cors.ts'
import { sharingHeaders } from '../../src/domain/sharing.ts'
import { bucketTags } from '../../src/domain/tag-set.ts'
import { operations } from '../../src/model/operations.gen.ts'
import { documentMarkupMax } from '../../src/model/overlay.ts'
import type { CORSConfiguration, Tagging } from '../../src/model/types.gen.ts'
import { decodeInput } from '../../src/wire/decode.ts'
import { documentReader } from '../../src/wire/xml-decode.ts'
import { XmlReader } from '../../src/wire/xml-read.ts'
import { requestOf } from '../wire/asking.ts'
import type { Parser } from './parsers.ts'

const documentBytesMax = 1024 * 1024
/** What CompleteMultipartUpload and DeleteObjects read. */
const longDocumentBytesMax = 8 * 1024 * 1024
const complete =
  '<?xml version="1.0" encoding="UTF-8"?>\n<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">' +
  '<Part><PartNumber>1</PartNumber><ETag>&quot;a&quot;</ETag></Part><!-- c --><Part><ETag><![CDATA[b]]></ETag><PartNumber>2</PartNumber></Part>' +
  '</CompleteMultipartUpload>'
const deletion =
  '<Delete><Object><Key>a&amp;b</Key></Object><Object><Key>c</Key><VersionId>null</VersionId></Object><Quiet>true</Quiet></Delete>'
const tagging = '<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>'
const cors =
  '<CORSConfiguration><CORSRule><ID>x</ID><AllowedOrigin>https://*.example.com</AllowedOrigin><AllowedMethod>PUT</AllowedMethod>' +
  '<AllowedHeader>*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>60</MaxAgeSeconds></CORSRule></CORSConfiguration>'
const xmlWords = [
  '<',
  '>',
  '</',
  '/>',
  '&',
  '&lt;',
  '&#x41;',
  '&#0;',
  '&#xD800;',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<!DOCTYPE a [<!ENTITY x "y">]>',
  '<?xml version="1.0"?>',
  '<?pi?>',
  '<a>',
  '</a>',
  '<a:b xmlns:a="u">',
  ' x="y"',
  "'",
  '"',
  '<Part>',
  '<__proto__>',
  '</__proto__>',
  '\xef\xbb\xbf',
]

const readers = {
  CompleteMultipartUpload: documentReader('CompleteMultipartUpload', 'CompletedMultipartUpload', {
    markupMax: documentMarkupMax['CompleteMultipartUpload'],
  }),
  Delete: documentReader('Delete', 'Delete'),
}
const readCors = documentReader('CORSConfiguration', 'CORSConfiguration')
const readTagging = documentReader('Tagging', 'Tagging')

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

const policy = JSON.stringify({
  expiration: '2026-12-01T12:00:00.000Z',
  conditions: [
    { bucket: 'bucket' },
    ['starts-with', '$key', 'user/'],
    ['content-length-range', 0, 1000],
    { 'x-amz-meta-a': 'b' },
  ],
})

const rows = Object.values(operations)
const parameters = rows.flatMap(({ input }) =>
  input.filter(({ in: place }) => place === 'query' || place === 'header'),
)
const requestLines = [
  'x-amz-acl: private\nmax-keys= 10\n\n',
  `uploadId= u\nContent-Type: text/xml\n\n${complete}`,
  `\n${deletion}`,
  `partNumber= 7\nuploadId= u\nx-amz-checksum-crc32: AAAAAA==\n\n`,
  `If-Modified-Since: Fri, 20 Nov 2026 00:00:00 GMT\n\n`,
]

export const documentParsers: readonly Parser[] = [
  {
    name: 'xml',
    seeds: [complete, deletion, tagging, cors],
    tokens: xmlWords,
    bytesMax: documentBytesMax,
    run(text) {
      const reader = new XmlReader(bytesOf(text))
      assert.ok(reader.root().length > 0)
      reader.skip()
      reader.end()
    },
  },
  {
    name: 'xml-by-model',
    seeds: [complete, deletion],
    tokens: [...xmlWords, '<Object>', '<Key>', '<PartNumber>', '<ETag>', '<ChecksumCRC32>'],
    bytesMax: longDocumentBytesMax,
    run(text) {
      const read = text.includes('<Delete') ? readers.Delete : readers.CompleteMultipartUpload
      assert.equal(typeof read(bytesOf(text)), 'object')
    },
  },
  {
    name: 'tagging-document',
    seeds: [tagging],
    tokens: [...xmlWords, '<Tag>', '<Key>', '<Value>', 'aws:'],
    bytesMax: documentBytesMax,
    run(text) {
      const { TagSet } = readTagging(bytesOf(text)) as Tagging
      assert.ok(bucketTags(TagSet).length <= 50)
    },
  },
  {
    name: 'cors',
    seeds: [cors],
    tokens: [...xmlWords, '<CORSRule>', '<AllowedOrigin>', '<AllowedMethod>', '*', 'https://'],
    bytesMax: documentBytesMax,
    run(text) {
      const { CORSRules } = checkedCors(readCors(bytesOf(text)) as CORSConfiguration)
      const asked = { origin: 'https://a.example.com', method: 'PUT', headers: ['x-a', 'x-b'] }
      for (const [name, value] of sharingHeaders(CORSRules, asked)) {
        assert.ok(/^[\x20-\x7e]*$/.test(name + value), `${name}: ${value}`)
      }
    },
  },
  {
    name: 'policy',
    seeds: [policy],
    tokens: ['{', '}', '[', ']', ',', ':', '"', '"eq"', '"$key"', '"__proto__"', 'null', '1e9'],
    bytesMax: 20 * 1024,
    run(text) {
      const fields = new Map([
        ['key', 'user/x'],
        ['x-amz-meta-a', 'b'],
      ])
      const posted = { fields, bucket: 'bucket', now: Date.UTC(2026, 10, 20) }
      const { minBytes, maxBytes } = checkPolicy(bytesOf(text).toString('base64'), posted)
      assert.ok(Number.isInteger(minBytes) && !Number.isNaN(maxBytes))
    },
  },
  {
    name: 'decode',
    seeds: requestLines,
    tokens: [
      ...xmlWords,
      '\n\n',
      ...parameters.map(({ at, in: place }) => `${at}${place === 'query' ? '=' : ':'} `),
    ],
    bytesMax: documentBytesMax,
    run: decode,
  },
]

/** Lines of fields and parameters, an empty line, a body; of whichever operation. */
async function decode(text: string, random: () => number): Promise<void> {
  const operation = rows[Math.floor(random() * rows.length)]
  assert.ok(operation !== undefined)
  const [head = '', body = ''] = text.split(/\n\n(.*)/s)
  const headers: Record<string, string> = Object.create(null) as Record<string, string>
  const query: string[] = []
  for (const line of head.split('\n').slice(0, 60)) {
    const [, name = '', mark, value = ''] = /^([^:=]{1,80})([:=]) ?(.*)$/s.exec(line) ?? []
    if (mark === ':') headers[name] = value
    else query.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
  }
  const target = `/bucket/key?${query.join('&')}`
  const input = await decodeInput(operation, requestOf(target, { headers, body: bytesOf(body) }))
  assert.equal(Object.getPrototypeOf(input), Object.prototype)
}
