/** Tags of objects and buckets, in documents and in headers. */
import { createHash } from 'node:crypto'
import { signed, type Area, type Ask } from './case.ts'
import { casesOf, type Row } from './row.ts'

const malformed = 'MalformedXML'

function tagBucket(body: string): Ask {
  const md5 = createHash('md5').update(body).digest('base64')
  const headers = { 'content-md5': md5 }
  return signed({ path: '/negative', query: { tagging: '' }, body, headers })
}

const tag = (key: string, value: string): string =>
  `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`
const tags = (inner: string): string => `<Tagging><TagSet>${inner}</TagSet></Tagging>`

function tagObject(body: string): Ask {
  const md5 = createHash('md5').update(body).digest('base64')
  const headers = { 'content-md5': md5 }
  return signed({ path: '/negative/object', query: { tagging: '' }, body, headers })
}

const elevenTags = Array.from({ length: 11 }, (_, index) => tag(`k${index}`, 'v')).join('')

const taggingRows: readonly Row[] = [
  [
    'a key of 129 characters',
    tagObject(tags(tag('k'.repeat(129), 'v'))),
    400,
    'InvalidTag',
    'The TagKey you have provided is invalid',
  ],
  [
    'a value of 257 characters',
    tagObject(tags(tag('k', 'v'.repeat(257)))),
    400,
    'InvalidTag',
    'The TagValue you have provided is invalid',
  ],
  ['an empty key', tagObject(tags(tag('', 'v'))), 400, 'InvalidTag'],
  ['a key of AWS', tagObject(tags(tag('aws:k', 'v'))), 400, 'InvalidTag'],
  ['characters that no tag has', tagObject(tags(tag('k!', 'v'))), 400, 'InvalidTag'],
  [
    'a key twice',
    tagObject(tags(tag('k', 'v') + tag('k', 'w'))),
    400,
    'InvalidTag',
    'Cannot provide multiple Tags with the same key',
  ],
  [
    'eleven tags',
    tagObject(tags(elevenTags)),
    400,
    'BadRequest',
    'Object tags cannot be greater than 10',
  ],
  ['no set', tagObject('<Tagging></Tagging>'), 400, malformed],
  ['no key', tagObject(tags('<Tag><Value>v</Value></Tag>')), 400, malformed],
  ['no value', tagObject(tags('<Tag><Key>k</Key></Tag>')), 400, malformed],
  ['two sets', tagObject('<Tagging><TagSet></TagSet><TagSet></TagSet></Tagging>'), 400, malformed],
  [
    '51 tags of a bucket',
    tagBucket(tags(Array.from({ length: 51 }, (_, index) => tag(`k${index}`, 'v')).join(''))),
    400,
    'TooManyTags',
  ],
  [
    'a tag of AWS for a bucket',
    tagBucket(tags(tag('aws:k', 'v'))),
    400,
    'InvalidTag',
    'System tags cannot be added/updated by requester',
  ],
  ...[
    'a=1&a=2',
    '=1',
    '%zz=1',
    'a=%ff',
    'k!=v',
    `${'k'.repeat(129)}=v`,
    `a=${'v'.repeat(257)}`,
    Array.from({ length: 11 }, (_, index) => `k${index}=v`).join('&'),
  ].map((header): Row => [
    `x-amz-tagging: ${header.slice(0, 24)}`,
    signed({ path: '/negative/object', body: 'x', headers: { 'x-amz-tagging': header } }),
    400,
    tagCode(header),
  ]),
]

function tagCode(header: string): string {
  if (header.split('&').length === 11) return 'BadRequest'
  return /^k!|^k{129}|v{257}/.test(header) || header.includes('v'.repeat(257))
    ? 'InvalidTag'
    : 'InvalidArgument'
}

export const tagArea: Area = {
  name: 'tags',
  control: tagObject(tags(tag('k', 'v'))),
  controlStatus: 200,
  cases: casesOf(taggingRows),
}
