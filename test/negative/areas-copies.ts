/** Copies of objects and of parts, and where they come from. */
import { another } from './changes.ts'
import { signed, type Area, type Ask } from './case.ts'
import { casesOf, type Row } from './row.ts'

const from = 'x-amz-copy-source'

function copy(source: string, more: Record<string, string> = {}): Ask {
  return signed({ method: 'PUT', path: '/negative/copy', headers: { [from]: source, ...more } })
}

const badSources = [
  '/',
  'negative',
  'negative/',
  '%',
  '%zz',
  '/negative/%ff',
  'negative/%00',
  'negative/../k',
  'negative/%2e%2e/k',
  'negative/a/../../k',
  'negative/..%2fk',
  '/../k',
  'A/k',
  'a..b/k',
  '//k',
]

const future = 'Fri, 20 Nov 2099 00:00:00 GMT'
const past = 'Fri, 20 Nov 2009 00:00:00 GMT'

const copyRows: readonly Row[] = [
  ...badSources.map((source): Row => [
    `from ${source}`,
    copy(source),
    400,
    'InvalidArgument',
    /^Invalid copy source /,
  ]),
  ['from a key that is too long', copy(`negative/${'k'.repeat(1025)}`), 400, 'KeyTooLongError'],
  ['from a bucket that is not there', copy('/missing/k'), 404, 'NoSuchBucket'],
  ['from a key that is not there', copy('/negative/missing'), 404, 'NoSuchKey'],
  ['from another account', copy('/guests/k'), 403, 'AccessDenied', 'Access Denied'],
  [
    'from a version that cannot be',
    copy('/negative/object?versionId=..%2f'),
    400,
    'InvalidArgument',
  ],
  [
    'from a version whose question mark is encoded',
    copy('/negative/object%3FversionId%3Dnull'),
    404,
    'NoSuchKey',
  ],
  ['from a key that is encoded twice', copy('/negative/obj%2565ct'), 404, 'NoSuchKey'],
  [
    'onto itself without a change',
    signed({ method: 'PUT', path: '/negative/object', headers: { [from]: '/negative/object' } }),
    400,
    'InvalidRequest',
    /^This copy request is illegal because it is trying to copy an object to itself/,
  ],
  [
    'an unknown metadata directive',
    copy('/negative/object', { 'x-amz-metadata-directive': 'MERGE' }),
    400,
    'InvalidArgument',
  ],
  [
    'an unknown tagging directive',
    copy('/negative/object', { 'x-amz-tagging-directive': 'MERGE' }),
    400,
    'InvalidArgument',
  ],
  [
    'an unknown checksum, and no source',
    copy('/negative/missing', { 'x-amz-checksum-algorithm': 'CRC8' }),
    400,
    'InvalidRequest',
    /^Checksum algorithm provided is unsupported/,
  ],
  [
    'an unknown directive, and no source',
    copy('/missing/k', { 'x-amz-metadata-directive': 'MERGE' }),
    400,
    'InvalidArgument',
  ],
  [
    'if-match',
    copy('/negative/object', { [`${from}-if-match`]: '"0"' }),
    412,
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
  ],
  [
    'if-none-match',
    copy('/negative/object', { [`${from}-if-none-match`]: '*' }),
    412,
    'PreconditionFailed',
  ],
  [
    'if-modified-since a time ago',
    copy('/negative/object', { [`${from}-if-unmodified-since`]: past }),
    412,
    'PreconditionFailed',
  ],
  [
    'with a body',
    signed({ path: '/negative/copy', body: 'x', headers: { [from]: '/negative/object' } }),
    400,
    'UnexpectedContent',
    'This request does not support content',
  ],
  [
    'another owner of the source',
    copy('/negative/object', { 'x-amz-source-expected-bucket-owner': '999999999999' }),
    403,
    'AccessDenied',
  ],
  [
    'a source that nobody signed',
    signed({ path: '/negative/copy', body: 'x', alter: another(from, '/negative/object') }),
    403,
    'AccessDenied',
  ],
]

function copyPart(range: string, source = '/negative/object'): Ask {
  return signed(({ uploadId }) => ({
    method: 'PUT',
    path: '/negative/upload',
    query: { uploadId, partNumber: '2' },
    headers: { [from]: source, [`${from}-range`]: range },
  }))
}

const copyPartRows: readonly Row[] = [
  [
    'a source that is none, of an upload that is none',
    signed({
      method: 'PUT',
      path: '/negative/upload',
      query: { uploadId: 'none', partNumber: '2' },
      headers: { [from]: 'negative' },
    }),
    400,
    'InvalidArgument',
    /^Invalid copy source /,
  ],
  ...[
    'bytes=5-2',
    'bytes=-5',
    'bytes=5-',
    'bytes=0-1,2-3',
    'bytes 0-5',
    '0-5',
    'bytes=a-b',
    '',
  ].map((range): Row => [`range '${range}'`, copyPart(range), 400, 'InvalidArgument']),
  [
    'a range beyond the end',
    copyPart('bytes=0-10'),
    400,
    'InvalidArgument',
    'Range specified is not valid for source object of size: 10',
  ],
  ['a range behind the end', copyPart('bytes=10-12'), 400, 'InvalidRequest'],
  ['from another account', copyPart('bytes=0-1', '/guests/k'), 403, 'AccessDenied'],
  ['from a key that is not there', copyPart('bytes=0-1', '/negative/missing'), 404, 'NoSuchKey'],
]

export const copyAreas: readonly Area[] = [
  {
    name: 'copies',
    control: copy('/negative/object', { [`${from}-if-unmodified-since`]: future }),
    controlStatus: 200,
    cases: casesOf(copyRows),
  },
  {
    name: 'copied parts',
    control: copyPart('bytes=0-9'),
    controlStatus: 200,
    cases: casesOf(copyPartRows),
  },
]
