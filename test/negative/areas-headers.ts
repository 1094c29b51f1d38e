/** Header fields: given twice, too many, too large, or saying what cannot be. */
import { another, header } from './changes.ts'
import { signed, type Area, type Ask } from './case.ts'
import { casesOf, type Row } from './row.ts'

const path = '/negative/object'

function put(headers: Record<string, string>): Ask {
  return signed({ path, body: 'x', headers })
}

const twice: ReadonlyArray<readonly [name: string, code: string]> = [
  ['Host', 'InvalidRequest'],
  ['Authorization', 'InvalidArgument'],
  ['Content-MD5', 'InvalidArgument'],
  ['Date', 'InvalidArgument'],
  ['x-amz-content-sha256', 'InvalidArgument'],
  ['x-amz-date', 'InvalidArgument'],
  ['x-amz-security-token', 'InvalidArgument'],
  ['x-amz-trailer', 'InvalidArgument'],
  ['x-amz-decoded-content-length', 'InvalidArgument'],
]

const fieldRows: readonly Row[] = [
  ...twice.map(([name, code]): Row => [
    `${name} twice`,
    signed({
      path,
      alter: (request) => another(name, 'b')(header(name, 'a')(request)),
    }),
    400,
    code,
  ]),
  ['no Host', signed({ path, alter: header('host', undefined) }), 400, 'InvalidRequest'],
  [
    '257 fields',
    signed({
      path,
      alter: (request) => ({
        ...request,
        headers: [
          ...request.headers,
          ...Array.from({ length: 257 }, (_, index) => [`x-${index}`, ''] as const),
        ],
      }),
    }),
    400,
    'RequestHeaderSectionTooLarge',
    'Your request header section exceeds the maximum allowed size.',
  ],
  [
    '2,000 fields',
    signed({
      path,
      alter: (request) => ({
        ...request,
        headers: [...request.headers, ...Array.from({ length: 2000 }, () => ['x', ''] as const)],
      }),
    }),
    400,
    'RequestHeaderSectionTooLarge',
  ],
  [
    '9 KB of fields',
    signed({ path, alter: another('x-long', 'x'.repeat(9000)) }),
    400,
    'RequestHeaderSectionTooLarge',
  ],
  [
    '17 KB of fields',
    signed({ path, alter: another('x-long', 'x'.repeat(17_000)) }),
    400,
    'RequestHeaderSectionTooLarge',
  ],
  [
    'a target of 17 KB',
    signed({ path: '/negative', query: { prefix: 'x'.repeat(17_000) } }),
    400,
    'RequestHeaderSectionTooLarge',
  ],
  [
    '2,049 bytes of metadata',
    put({ 'x-amz-meta-a': 'x'.repeat(2048) }),
    400,
    'MetadataTooLarge',
    'Your metadata headers exceed the maximum allowed metadata size',
  ],
  ['a space before the colon', signed({ path, alter: another('x-a ', 'b') }), 400, 'BadRequest'],
  ['a folded line', signed({ path, alter: another('x-a', 'b\r\n c') }), 400, 'BadRequest'],
  ['a bare LF', signed({ path, alter: another('x-a', 'b\nx-b: c') }), 400, 'BadRequest'],
  ['a bare CR', signed({ path, alter: another('x-a', 'b\rc') }), 400, 'BadRequest'],
  ['a NUL', signed({ path, alter: another('x-a', 'b\0c') }), 400, 'BadRequest'],
]

const owner = '999999999999'

const valueRows: readonly Row[] = [
  [
    'an unknown storage class',
    put({ 'x-amz-storage-class': 'LUKEWARM' }),
    400,
    'InvalidStorageClass',
    'The storage class you specified is not valid',
  ],
  ['an unknown ACL', put({ 'x-amz-acl': 'everybody' }), 400, 'InvalidArgument'],
  [
    'another owner',
    put({ 'x-amz-expected-bucket-owner': owner }),
    403,
    'AccessDenied',
    'Access Denied',
  ],
  [
    'an owner that is none',
    put({ 'x-amz-expected-bucket-owner': 'me' }),
    400,
    'InvalidBucketOwnerAWSAccountID',
    /^The value of the expected bucket owner parameter must be an AWS Account ID/,
  ],
  [
    'another owner, GET',
    signed({ path, headers: { 'x-amz-expected-bucket-owner': owner } }),
    403,
    'AccessDenied',
  ],
  [
    'another owner, HEAD',
    signed({ method: 'HEAD', path, headers: { 'x-amz-expected-bucket-owner': owner } }),
    403,
    '',
  ],
  [
    'another owner, DELETE',
    signed({ method: 'DELETE', path, headers: { 'x-amz-expected-bucket-owner': owner } }),
    403,
    'AccessDenied',
  ],
  [
    'another owner, listing',
    signed({ path: '/negative', headers: { 'x-amz-expected-bucket-owner': owner } }),
    403,
    'AccessDenied',
  ],
  [
    'a redirect to nowhere',
    put({ 'x-amz-website-redirect-location': 'nowhere' }),
    400,
    'InvalidRedirectLocation',
  ],
  [
    'a bucket elsewhere',
    signed({
      path: '/negative2',
      body: '<CreateBucketConfiguration><LocationConstraint>eu-west-9</LocationConstraint></CreateBucketConfiguration>',
    }),
    400,
    'IllegalLocationConstraintException',
  ],
  ['an offset to write at', put({ 'x-amz-write-offset-bytes': '1' }), 501, 'NotImplemented'],
]

export const headerAreas: readonly Area[] = [
  { name: 'fields', control: signed({ path }), controlStatus: 200, cases: casesOf(fieldRows) },
  {
    name: 'values of fields',
    control: put({ 'x-amz-storage-class': 'STANDARD' }),
    controlStatus: 200,
    cases: casesOf(valueRows),
  },
]
