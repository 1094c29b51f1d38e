/** Browsers' forms: their shape, their proof, and the policy that they have to keep. */
import { posted, type Area } from './case.ts'
import { casesOf, type Row } from './row.ts'
import type { Field } from '../harness/form.ts'

const denied = /^Invalid according to Policy: /
const bucket = { bucket: 'negative' }
const anyKey = ['starts-with', '$key', 'form/']
const key = ['key', 'form/k'] as const

function without(name: string): (proof: readonly Field[]) => readonly Field[] {
  return (proof) => proof.filter(([field]) => field.toLowerCase() !== name.toLowerCase())
}

function withValue(name: string, value: string): (proof: readonly Field[]) => readonly Field[] {
  return (proof) => proof.map(([field, old]) => [field, field === name ? value : old])
}

const file = (bytes: string): { readonly name: string; readonly bytes: string } => ({
  name: 'f',
  bytes,
})

const policyRows: readonly Row[] = [
  [
    'expired',
    posted({ life: -10 }),
    403,
    'AccessDenied',
    'Invalid according to Policy: Policy expired.',
  ],
  ['another key', posted({ fields: [['key', 'elsewhere']] }), 403, 'AccessDenied', denied],
  [
    'another bucket in the policy',
    posted({ conditions: [{ bucket: 'guests' }, anyKey] }),
    403,
    'AccessDenied',
    denied,
  ],
  [
    'another bucket in the form',
    posted({ fields: [key, ['bucket', 'guests']], conditions: [{ bucket: 'guests' }, anyKey] }),
    403,
    'AccessDenied',
  ],
  ['posted to another bucket', posted({ path: '/guests' }), 403, 'AccessDenied'],
  [
    'a field that no condition names',
    posted({ fields: [key, ['x-amz-meta-a', 'b']] }),
    403,
    'AccessDenied',
    /Extra input fields: x-amz-meta-a/,
  ],
  [
    'an ACL that no condition names',
    posted({ fields: [key, ['acl', 'public-read']] }),
    403,
    'AccessDenied',
    /Extra input fields/,
  ],
  [
    'a field that a condition asks for',
    posted({ conditions: [bucket, anyKey, { 'x-amz-meta-a': 'b' }] }),
    403,
    'AccessDenied',
    denied,
  ],
  [
    'a value that is not the one allowed',
    posted({
      conditions: [bucket, anyKey, { 'x-amz-meta-a': 'b' }],
      fields: [key, ['x-amz-meta-a', 'c']],
    }),
    403,
    'AccessDenied',
    denied,
  ],
  [
    'another type than allowed',
    posted({
      conditions: [bucket, anyKey, ['starts-with', '$Content-Type', 'image/']],
      fields: [key, ['Content-Type', 'text/html']],
    }),
    403,
    'AccessDenied',
  ],
  [
    'one type of several not allowed',
    posted({
      conditions: [bucket, anyKey, ['starts-with', '$Content-Type', 'image/']],
      fields: [key, ['Content-Type', 'image/png,text/html']],
    }),
    403,
    'AccessDenied',
  ],
  [
    'too many bytes',
    posted({ conditions: [bucket, anyKey, ['content-length-range', 0, 3]] }),
    400,
    'EntityTooLarge',
    'Your proposed upload exceeds the maximum allowed size',
  ],
  [
    'too few bytes',
    posted({ conditions: [bucket, anyKey, ['content-length-range', 9, 99]] }),
    400,
    'EntityTooSmall',
    'Your proposed upload is smaller than the minimum allowed size',
  ],
  ...[
    '',
    '{',
    '[]',
    '{}',
    '{"expiration":"2099-01-01T00:00:00Z"}',
    '{"conditions":[]}',
    '{"expiration":"never","conditions":[]}',
    '{"expiration":"2099-01-01T00:00:00Z","conditions":{}}',
  ].map((document): Row => [
    `the document '${document}'`,
    posted({ document }),
    400,
    'InvalidPolicyDocument',
  ]),
  ...[
    '["gt","$key","a"]',
    '["eq","$key"]',
    '["eq","$key","a","b"]',
    '[]',
    '1',
    '["eq",1,2]',
    '{"a":"b","c":"d"}',
  ].map((condition): Row => [
    `the condition ${condition}`,
    posted({ document: `{"expiration":"2099-01-01T00:00:00Z","conditions":[${condition}]}` }),
    400,
    'InvalidPolicyDocument',
  ]),
]

const forged = 'SignatureDoesNotMatch'
const missing = /^Bucket POST must contain a field named /

const proofRows: readonly Row[] = [
  [
    'a forged signature',
    posted({ change: withValue('X-Amz-Signature', '0'.repeat(64)) }),
    403,
    forged,
  ],
  ['a short signature', posted({ change: withValue('X-Amz-Signature', '0') }), 403, forged],
  ['an empty signature', posted({ change: withValue('X-Amz-Signature', '') }), 403, forged],
  [
    'another policy than was signed',
    posted({ change: withValue('Policy', Buffer.from('{}').toString('base64')) }),
    403,
    forged,
  ],
  [
    'a forged signature of SigV2',
    posted({ version: 2, change: withValue('signature', 'AAAA') }),
    403,
    forged,
  ],
  ['no proof at all', posted({ change: () => [] }), 403, 'AccessDenied'],
  ...['Policy', 'X-Amz-Signature', 'X-Amz-Date', 'X-Amz-Algorithm', 'X-Amz-Credential'].map(
    (name): Row => [
      `no ${name}`,
      posted({ change: without(name) }),
      400,
      'InvalidArgument',
      missing,
    ],
  ),
  [
    'SigV2 without its key',
    posted({ version: 2, change: without('AWSAccessKeyId') }),
    400,
    'InvalidArgument',
    missing,
  ],
  [
    'SigV2 without its signature',
    posted({ version: 2, change: without('signature') }),
    400,
    'InvalidArgument',
    missing,
  ],
  [
    'a key that nobody has',
    posted({ version: 2, change: withValue('AWSAccessKeyId', 'AKIA') }),
    403,
    'InvalidAccessKeyId',
  ],
  [
    'both versions',
    posted({ change: (proof) => [...proof, ['AWSAccessKeyId', 'a'], ['signature', 'b']] }),
    400,
    'InvalidArgument',
  ],
  [
    'a header that claims another',
    posted({ headers: [['Authorization', 'AWS a:b']] }),
    400,
    'InvalidArgument',
  ],
  [
    'another algorithm',
    posted({ change: withValue('X-Amz-Algorithm', 'AWS4-HMAC-SHA1') }),
    400,
    'InvalidArgument',
    'Only AWS4-HMAC-SHA256 is supported',
  ],
]

const shapeRows: readonly Row[] = [
  ['no key', posted({ fields: [] }), 400, 'InvalidArgument', missing],
  [
    'an empty key',
    posted({ fields: [['key', '']] }),
    400,
    'InvalidArgument',
    'User key must have a length greater than 0.',
  ],
  [
    'a key that is too long',
    posted({ fields: [['key', `form/${'k'.repeat(1025)}`]] }),
    400,
    'KeyTooLongError',
  ],
  ['a key with a NUL', posted({ fields: [['key', 'form/\0']] }), 400, 'InvalidURI'],
  ['a key that climbs out', posted({ fields: [['key', 'form/../../k']] }), 400, 'InvalidURI'],
  [
    'no file',
    posted({ file: undefined }),
    400,
    'InvalidArgument',
    'POST requires exactly one file upload per request.',
  ],
  ['a field twice', posted({ fields: [key, key] }), 400, 'InvalidArgument'],
  [
    '21 KB of fields',
    posted({ fields: [key, ['x-ignore-a', 'x'.repeat(21_000)]] }),
    400,
    'MaxPostPreDataLengthExceededError',
    'Your POST request fields preceding the upload file were too large.',
  ],
  [
    'a file twice',
    posted({ more: [['file', 'another']] }),
    400,
    'IncorrectNumberOfFilesInPostRequest',
  ],
]

export const formAreas: readonly Area[] = [
  {
    name: 'policies of forms',
    control: posted({}),
    controlStatus: 204,
    cases: casesOf(policyRows),
  },
  {
    name: 'proofs of forms',
    control: posted({ version: 2 }),
    controlStatus: 204,
    cases: casesOf(proofRows),
  },
  {
    name: 'shapes of forms',
    control: posted({ file: file('x') }),
    controlStatus: 204,
    cases: casesOf(shapeRows),
  },
]
