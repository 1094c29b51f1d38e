/** What is asked of objects and listings: ranges, conditions, parameters; and what a page of another origin may ask. */
import { signed, type Area, type Ask } from './case.ts'
import { casesOf, type Row } from './row.ts'

const path = '/negative/object'

function get(headers: Record<string, string>, query: Record<string, string> = {}): Ask {
  return signed({ path, headers, query })
}

const etag = '"781e5e245d69b566979b86e28d23f2c7"'
const past = 'Fri, 20 Nov 2009 00:00:00 GMT'
const unsatisfiable = 'The requested range is not satisfiable'

const rangeRows: readonly Row[] = [
  ...['bytes=10-', 'bytes=10-20', 'bytes=-0', 'bytes=99999999999999999999-', 'bytes=10-10'].map(
    (range): Row => [range, get({ range }), 416, 'InvalidRange', unsatisfiable],
  ),
  [
    'a range and a part',
    get({ range: 'bytes=0-1' }, { partNumber: '1' }),
    400,
    'InvalidRequest',
    'Cannot specify both Range header and partNumber query parameter',
  ],
  [
    'part 2 of an object without parts',
    get({}, { partNumber: '2' }),
    416,
    'InvalidPartNumber',
    'The requested partnumber is not satisfiable',
  ],
  ...['0', '10001', 'x', '-1'].map((partNumber): Row => [
    `part ${partNumber}`,
    get({}, { partNumber }),
    400,
    'InvalidArgument',
  ]),
  [
    'HEAD of a range behind the end',
    signed({ method: 'HEAD', path, headers: { range: 'bytes=10-' } }),
    416,
    '',
  ],
  [
    'a line end for Content-Disposition',
    get({}, { 'response-content-disposition': 'a\r\nX: y' }),
    400,
    'InvalidArgument',
  ],
  ['a NUL for Content-Type', get({}, { 'response-content-type': 'a\0b' }), 400, 'InvalidArgument'],
]

const conditionRows: readonly Row[] = [
  [
    'if-match',
    get({ 'if-match': '"0"' }),
    412,
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
  ],
  ['if-none-match', get({ 'if-none-match': etag }), 304, ''],
  ['if-none-match without quotes', get({ 'if-none-match': etag.slice(1, -1) }), 304, ''],
  ['if-none-match of a weak tag', get({ 'if-none-match': `W/${etag}` }), 304, ''],
  ['if-none-match in a list', get({ 'if-none-match': `"a", ${etag}` }), 304, ''],
  ['if-none-match of anything', get({ 'if-none-match': '*' }), 304, ''],
  ['if-unmodified-since', get({ 'if-unmodified-since': past }), 412, 'PreconditionFailed'],
  [
    'if-match before if-none-match',
    get({ 'if-match': '"0"', 'if-none-match': etag }),
    412,
    'PreconditionFailed',
  ],
  ['HEAD, if-match', signed({ method: 'HEAD', path, headers: { 'if-match': '"0"' } }), 412, ''],
  [
    'if-none-match of a key that is not there',
    signed({ path: '/negative/missing', headers: { 'if-none-match': '*' } }),
    404,
    'NoSuchKey',
  ],
  [
    'put if-none-match of anything',
    signed({ path, body: 'x', headers: { 'if-none-match': '*' } }),
    412,
    'PreconditionFailed',
  ],
  [
    'put if-none-match of a tag',
    signed({ path, body: 'x', headers: { 'if-none-match': '"0"' } }),
    501,
    'NotImplemented',
  ],
  [
    'put if-match',
    signed({ path, body: 'x', headers: { 'if-match': '"0"' } }),
    412,
    'PreconditionFailed',
  ],
  [
    'put if-match of a key that is not there',
    signed({ path: '/negative/missing', body: 'x', headers: { 'if-match': etag } }),
    404,
    'NoSuchKey',
  ],
  [
    'put with both',
    signed({ path, body: 'x', headers: { 'if-match': etag, 'if-none-match': '*' } }),
    501,
    'NotImplemented',
  ],
  [
    'delete if-match',
    signed({ method: 'DELETE', path, headers: { 'if-match': '"0"' } }),
    412,
    'PreconditionFailed',
  ],
  [
    'delete of another size',
    signed({ method: 'DELETE', path, headers: { 'x-amz-if-match-size': '11' } }),
    412,
    'PreconditionFailed',
  ],
  [
    'delete of another time',
    signed({ method: 'DELETE', path, headers: { 'x-amz-if-match-last-modified-time': past } }),
    412,
    'PreconditionFailed',
  ],
]

function list(query: Record<string, string>): Ask {
  return signed({ path: '/negative', query })
}

const numbers = ['-1', 'abc', '1e3', '0x10', '1.0', '2147483648', '99999999999999999999']

const listingRows: readonly Row[] = [
  ...numbers.flatMap((number): Row[] => [
    [`max-keys=${number}`, list({ 'max-keys': number }), 400, 'InvalidArgument'],
    [
      `V2, max-keys=${number}`,
      list({ 'list-type': '2', 'max-keys': number }),
      400,
      'InvalidArgument',
    ],
    [`max-uploads=${number}`, list({ uploads: '', 'max-uploads': number }), 400, 'InvalidArgument'],
  ]),
  [
    'another encoding',
    list({ 'encoding-type': 'base64' }),
    400,
    'InvalidArgument',
    'Invalid Encoding Method specified in Request',
  ],
  [
    'a page that nobody gave',
    list({ 'list-type': '2', 'continuation-token': 'x' }),
    400,
    'InvalidArgument',
    'The continuation token provided is incorrect',
  ],
  [
    'a version without its key',
    list({ versions: '', 'version-id-marker': 'x' }),
    400,
    'InvalidArgument',
  ],
  ['max-buckets=0', signed({ path: '/', query: { 'max-buckets': '0' } }), 400, 'InvalidArgument'],
  [
    'max-buckets=10001',
    signed({ path: '/', query: { 'max-buckets': '10001' } }),
    400,
    'InvalidArgument',
  ],
  ['attributes of nothing', signed({ path, query: { attributes: '' } }), 400, 'InvalidRequest'],
  [
    'unknown attributes',
    signed({ path, query: { attributes: '' }, headers: { 'x-amz-object-attributes': 'Colour' } }),
    400,
    'InvalidArgument',
  ],
]

const origin = 'https://page.example'

function preflight(headers: Record<string, string>, target = path): Ask {
  return ({ server }) => ({
    method: 'OPTIONS',
    target,
    headers: [['Host', `${server.host}:${server.port}`], ...Object.entries(headers)],
  })
}

const forbidden = /^CORSResponse: /
const method = 'Access-Control-Request-Method'

const preflightRows: readonly Row[] = [
  [
    'no origin',
    preflight({}),
    400,
    'BadRequest',
    'Insufficient information. Origin request header needed.',
  ],
  [
    'no method',
    preflight({ Origin: origin }),
    400,
    'BadRequest',
    'Invalid Access-Control-Request-Method: null',
  ],
  ...['put', 'PATCH', 'OPTIONS', 'anything'].map((name): Row => [
    `the method ${name}`,
    preflight({ Origin: origin, [method]: name }),
    400,
    'BadRequest',
    `Invalid Access-Control-Request-Method: ${name}`,
  ]),
  ...['invalid header', 'X(Custom)', 'bad@char'].map((name): Row => [
    `the header ${name}`,
    preflight({
      Origin: origin,
      [method]: 'PUT',
      'Access-Control-Request-Headers': `x-amz-date, ${name}`,
    }),
    400,
    'BadRequest',
    `Access-Control-Request-Headers "${name}" contains invalid character.`,
  ]),
  [
    'a bucket without rules',
    preflight({ Origin: origin, [method]: 'PUT' }),
    403,
    'AccessForbidden',
    'CORSResponse: CORS is not enabled for this bucket.',
  ],
  [
    'a bucket that is not there',
    preflight({ Origin: origin, [method]: 'PUT' }, '/missing/k'),
    403,
    'AccessForbidden',
    'CORSResponse: Bucket not found',
  ],
  [
    'no bucket',
    preflight({ Origin: origin, [method]: 'GET' }, '/'),
    403,
    'AccessForbidden',
    forbidden,
  ],
]

export const readingAreas: readonly Area[] = [
  {
    name: 'ranges',
    control: get({ range: 'bytes=9-' }),
    controlStatus: 206,
    cases: casesOf(rangeRows),
  },
  {
    name: 'conditions',
    control: get({ 'if-match': etag }),
    controlStatus: 200,
    cases: casesOf(conditionRows),
  },
  {
    name: 'listings',
    control: list({ 'max-keys': '1000' }),
    controlStatus: 200,
    cases: casesOf(listingRows),
  },
  {
    name: 'preflights',
    control: get({ origin }),
    controlStatus: 200,
    cases: casesOf(preflightRows),
  },
]
