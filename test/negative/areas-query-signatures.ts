/** SigV4 in the query, and SigV2. */
import { another, both, header, inHeader, parameter } from './changes.ts'
import { signed, signedV2, type Area, type Ask } from './case.ts'
import { casesOf, type Row } from './row.ts'
import { ago, minutes, path, signatures } from './signatures.ts'
import type { WireRequest } from '../harness/raw.ts'

const queryError = 'AuthorizationQueryParametersError'

function presigned(change: (request: WireRequest) => WireRequest, date?: () => Date): Ask {
  return signed(() => ({ path, presign: 60, alter: change, ...(date && { date: date() }) }))
}

const inQueries: readonly Row[] = [
  ...['Algorithm', 'Credential', 'Date', 'Expires', 'SignedHeaders', 'Signature'].map(
    (name): Row => [
      `without X-Amz-${name}`,
      presigned(parameter(`X-Amz-${name}`, undefined)),
      400,
      queryError,
      /^Query-string authentication version 4 requires/,
    ],
  ),
  ...['-1', '0x10', '1e3', 'abc', '604801', '1.5', '99999999999999999999'].map((value): Row => [
    `X-Amz-Expires=${value}`,
    presigned(parameter('X-Amz-Expires', value)),
    400,
    queryError,
  ]),
  [
    'X-Amz-Expires twice',
    presigned(
      both(parameter('other', '1'), (request) => ({
        ...request,
        target: `${request.target}&X-Amz-Expires=60`,
      })),
    ),
    400,
    queryError,
  ],
  [
    'another algorithm',
    presigned(parameter('X-Amz-Algorithm', 'AWS4-HMAC-SHA1')),
    400,
    queryError,
    'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"',
  ],
  [
    'SigV4A',
    presigned(parameter('X-Amz-Algorithm', 'AWS4-ECDSA-P256-SHA256')),
    501,
    'NotImplemented',
  ],
  ['a credential that is none', presigned(parameter('X-Amz-Credential', 'a')), 400, queryError],
  [
    'another region',
    signed({ path, presign: 60, region: 'eu-west-9' }),
    400,
    queryError,
    /the region 'eu-west-9' is wrong; expecting 'us-east-1'/,
  ],
  ['another service', signed({ path, presign: 60, service: 'sts' }), 400, queryError],
  ['a date that is none', presigned(parameter('X-Amz-Date', 'today')), 400, queryError],
  [
    'a date of another day',
    presigned(parameter('X-Amz-Date', '20200101T000000Z')),
    400,
    queryError,
  ],
  [
    'expired',
    presigned(
      (request) => request,
      () => ago(2 * minutes),
    ),
    403,
    'AccessDenied',
    'Request has expired',
  ],
  [
    'not valid yet',
    presigned(
      (request) => request,
      () => ago(-16 * minutes),
    ),
    403,
    'AccessDenied',
    'Request is not valid yet',
  ],
  ...Object.entries(signatures).map(([name, value]): Row => [
    `a signature ${name}`,
    presigned(parameter('X-Amz-Signature', encodeURIComponent(value))),
    403,
    'SignatureDoesNotMatch',
  ]),
  ['a longer life', presigned(parameter('X-Amz-Expires', '6000')), 403, 'SignatureDoesNotMatch'],
  [
    'another method',
    presigned((request) => ({ ...request, method: 'DELETE' })),
    403,
    'SignatureDoesNotMatch',
  ],
  [
    'another key',
    presigned((request) => ({ ...request, target: request.target.replace('object', 'other') })),
    403,
    'SignatureDoesNotMatch',
  ],
  ['a subresource more', presigned(parameter('acl', '')), 403, 'SignatureDoesNotMatch'],
  [
    'tags that nobody signed',
    presigned(another('x-amz-tagging', 'a=b')),
    403,
    'AccessDenied',
    'There were headers present in the request which were not signed',
  ],
  [
    'an ACL that nobody signed',
    presigned(another('x-amz-acl', 'public-read')),
    403,
    'AccessDenied',
  ],
  [
    'a token with a key that has none',
    presigned(parameter('X-Amz-Security-Token', 'x')),
    400,
    'InvalidToken',
  ],
  [
    'a header that claims another',
    presigned(another('authorization', 'AWS a:b')),
    400,
    'InvalidArgument',
    /^Only one auth mechanism allowed/,
  ],
]

const soon = (): number => Math.floor(Date.now() / 1000) + 60

const version2: readonly Row[] = [
  [
    'a forged signature',
    signedAsV2(inHeader('authorization', (text) => `${text.slice(0, -5)}AAAA=`)),
    403,
    'SignatureDoesNotMatch',
  ],
  [
    'no signature',
    signedAsV2(inHeader('authorization', (text) => text.replace(/:.*/, ''))),
    400,
    'InvalidArgument',
  ],
  [
    'a key that nobody has',
    signedAsV2(inHeader('authorization', (text) => text.replace(/AWS \w+/, 'AWS AKIA'))),
    403,
    'InvalidAccessKeyId',
  ],
  [
    'no date',
    signedAsV2(header('date', undefined)),
    403,
    'AccessDenied',
    'AWS authentication requires a valid Date or x-amz-date header',
  ],
  [
    '16 minutes ago',
    (scene) => signedV2({ target: path, date: ago(16 * minutes) })(scene),
    403,
    'RequestTimeTooSkewed',
  ],
  [
    'a metadata header more',
    signedAsV2(another('x-amz-meta-more', 'x')),
    403,
    'SignatureDoesNotMatch',
  ],
  [
    'expired',
    (scene) => signedV2({ target: path, expires: soon() - 120 })(scene),
    403,
    'AccessDenied',
    'Request has expired',
  ],
  [
    'a later end',
    (scene) =>
      altered(
        signedV2({ target: path, expires: soon() }),
        parameter('Expires', '99999999999'),
      )(scene),
    403,
    'SignatureDoesNotMatch',
  ],
  [
    'an end that is no number',
    (scene) =>
      altered(signedV2({ target: path, expires: soon() }), parameter('Expires', 'never'))(scene),
    403,
    'AccessDenied',
  ],
  [
    'a query without its end',
    (scene) =>
      altered(signedV2({ target: path, expires: soon() }), parameter('Expires', undefined))(scene),
    403,
    'AccessDenied',
    'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters',
  ],
  [
    'a query without its signature',
    (scene) =>
      altered(
        signedV2({ target: path, expires: soon() }),
        parameter('Signature', undefined),
      )(scene),
    403,
    'AccessDenied',
  ],
  [
    'a subresource more',
    (scene) => altered(signedV2({ target: path, expires: soon() }), parameter('acl', ''))(scene),
    403,
    'SignatureDoesNotMatch',
  ],
]

function signedAsV2(change: (request: WireRequest) => WireRequest): Ask {
  return altered(signedV2({ target: path }), change)
}

function altered(ask: Ask, change: (request: WireRequest) => WireRequest): Ask {
  return async (scene) => change(await ask(scene))
}

export const querySignatureAreas: readonly Area[] = [
  {
    name: 'SigV4 in the query',
    control: signed({ path, presign: 60 }),
    controlStatus: 200,
    cases: casesOf(inQueries),
  },
  {
    name: 'SigV2',
    control: signedV2({ target: path }),
    controlStatus: 200,
    cases: casesOf(version2),
  },
]
