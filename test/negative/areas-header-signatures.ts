/** SigV4 in the Authorization header. */
import { another, header, inHeader, parameter } from './changes.ts'
import { signed, type Area, type Ask } from './case.ts'
import { casesOf, type Row } from './row.ts'
import { ago, minutes, path, signatures } from './signatures.ts'

function authorization(change: (value: string) => string): Ask {
  return signed({ path, alter: inHeader('authorization', change) })
}

const headerSignatures: readonly Row[] = Object.entries(signatures).map(([name, value]) =>
  value === ''
    ? [
        'a signature that is empty',
        authorization((text) => text.replace(/Signature=\w+/, 'Signature=')),
        400,
        'AuthorizationHeaderMalformed',
      ]
    : [
        `a signature ${name}`,
        authorization((text) => text.replace(/Signature=\w+/, `Signature=${value}`)),
        403,
        'SignatureDoesNotMatch',
        /^The request signature we calculated does not match/,
      ],
)

const malformed = 'AuthorizationHeaderMalformed'

const inHeaders: readonly Row[] = [
  [
    'a key behind a byte that only looks like space',
    authorization((text) => text.replace('Credential=', 'Credential=\xa0')),
    403,
    'InvalidAccessKeyId',
  ],
  ...headerSignatures,
  ['a signature in upper case', authorization(upperCase), 403, 'SignatureDoesNotMatch'],
  [
    'no Credential',
    authorization((text) => text.replace(/Credential=[^,]*, /, '')),
    400,
    malformed,
  ],
  [
    'no SignedHeaders',
    authorization((text) => text.replace(/SignedHeaders=[^,]*, /, '')),
    400,
    malformed,
  ],
  ['no Signature', authorization((text) => text.replace(/, Signature=.*/, '')), 400, malformed],
  ['Credential twice', authorization((text) => `${text}, Credential=a`), 400, malformed],
  ['an unknown component', authorization((text) => `${text}, Colour=red`), 400, malformed],
  [
    'a credential of three parts',
    authorization((text) => text.replace('/s3/aws4_request', '')),
    400,
    malformed,
  ],
  [
    'a credential of six parts',
    authorization((text) => text.replace('/s3/', '/s3/s3/')),
    400,
    malformed,
  ],
  [
    'another terminator',
    authorization((text) => text.replace('aws4_request', 'aws5_request')),
    400,
    malformed,
  ],
  [
    'a scope without a date',
    authorization((text) => text.replace(/\/\d{8}\//, '//')),
    400,
    malformed,
  ],
  [
    'an empty access key',
    authorization((text) => text.replace(/Credential=\w+/, 'Credential=')),
    400,
    malformed,
  ],
  [
    'another scheme',
    authorization((text) => text.replace('AWS4-HMAC-SHA256', 'Basic')),
    400,
    'InvalidArgument',
    'Unsupported Authorization Type',
  ],
  [
    'a scheme in lower case',
    authorization((text) => text.replace('AWS4', 'aws4')),
    400,
    'InvalidArgument',
  ],
  ['a scheme alone', authorization(() => 'AWS4-HMAC-SHA256'), 400, 'InvalidArgument'],
  ['an empty header', authorization(() => ''), 400, 'InvalidArgument'],
  [
    'SigV4A',
    authorization((text) => text.replace('HMAC-SHA256', 'ECDSA-P256-SHA256')),
    501,
    'NotImplemented',
  ],
  [
    'another region',
    signed({ path, region: 'eu-west-9' }),
    400,
    malformed,
    /the region 'eu-west-9' is wrong; expecting 'us-east-1'/,
  ],
  ...['s3tables', 'sts', 'iam', 'execute-api', 'S3', 's3express'].map((service): Row => [
    `signed for ${service}`,
    signed({ path, service }),
    400,
    malformed,
  ]),
  [
    '16 minutes ago',
    signed(() => ({ path, date: ago(16 * minutes) })),
    403,
    'RequestTimeTooSkewed',
    'The difference between the request time and the current time is too large.',
  ],
  [
    'in 16 minutes',
    signed(() => ({ path, date: ago(-16 * minutes) })),
    403,
    'RequestTimeTooSkewed',
  ],
  [
    'a year ago',
    signed(() => ({ path, date: ago(365 * 24 * 60 * minutes) })),
    403,
    'RequestTimeTooSkewed',
  ],
  [
    'no date',
    signed({ path, alter: header('x-amz-date', undefined) }),
    403,
    'AccessDenied',
    'AWS authentication requires a valid Date or x-amz-date header',
  ],
  [
    'a date that is none',
    signed({ path, alter: header('x-amz-date', 'today') }),
    403,
    'AccessDenied',
  ],
  [
    'the date of another day',
    signed({ path, alter: inHeader('x-amz-date', (date) => `2020${date.slice(4)}`) }),
    400,
    malformed,
  ],
  [
    'no hash of the body',
    signed({ path, alter: header('x-amz-content-sha256', undefined) }),
    400,
    'InvalidRequest',
    'Missing required header for this request: x-amz-content-sha256',
  ],
  [
    'a hash that is none',
    signed({ path, headers: { 'x-amz-content-sha256': 'abc' } }),
    400,
    'InvalidArgument',
  ],
  [
    'an unknown way to seal the body',
    signed({ path, headers: { 'x-amz-content-sha256': 'STREAMING-SOMETHING' } }),
    400,
    'InvalidArgument',
  ],
  [
    'a header changed on the way',
    signed({ path, headers: { 'x-amz-meta-a': 'b' }, alter: header('x-amz-meta-a', 'c') }),
    403,
    'SignatureDoesNotMatch',
  ],
  [
    'a signed header that did not arrive',
    signed({ path, headers: { 'x-amz-meta-a': 'b' }, alter: header('x-amz-meta-a', undefined) }),
    403,
    'SignatureDoesNotMatch',
  ],
  [
    'an x-amz- header that was not signed',
    signed({ path, alter: another('x-amz-meta-more', 'x') }),
    403,
    'AccessDenied',
    'There were headers present in the request which were not signed',
  ],
  [
    'a host that was not signed',
    authorization((text) => text.replace('SignedHeaders=host;', 'SignedHeaders=')),
    403,
    'AccessDenied',
  ],
  [
    'another host',
    signed({ path, alter: header('host', 'other:9000') }),
    403,
    'SignatureDoesNotMatch',
  ],
  [
    'a parameter more',
    signed({ path, alter: parameter('versionId', 'null') }),
    403,
    'SignatureDoesNotMatch',
  ],
  [
    'a token with a key that has none',
    signed({ path, headers: { 'x-amz-security-token': 'x' } }),
    400,
    'InvalidToken',
    'The provided token is malformed or otherwise invalid.',
  ],
  [
    'a key that nobody has',
    signed(({ server }) => ({ path, keys: { ...server.keys, accessKeyId: 'minioadmin' } })),
    403,
    'InvalidAccessKeyId',
    'The AWS Access Key Id you provided does not exist in our records.',
  ],
  [
    'another secret',
    signed(({ server }) => ({ path, keys: { ...server.keys, secretAccessKey: 'minioadmin' } })),
    403,
    'SignatureDoesNotMatch',
  ],
  [
    'nobody',
    signed({ path, alter: header('authorization', undefined) }),
    403,
    'AccessDenied',
    'Access Denied',
  ],
  [
    'two of them',
    signed({ path, alter: another('authorization', 'AWS a:b') }),
    400,
    'InvalidArgument',
  ],
  [
    'two dates',
    signed({ path, alter: another('x-amz-date', '20200101T000000Z') }),
    400,
    'InvalidArgument',
  ],
  [
    'a query that claims another',
    signed({ path, alter: parameter('X-Amz-Signature', '0'.repeat(64)) }),
    400,
    'InvalidArgument',
    /^Only one auth mechanism allowed/,
  ],
  [
    'another account’s bucket',
    signed(({ guest }) => ({ path, keys: guest })),
    403,
    'AccessDenied',
    'Access Denied',
  ],
  [
    'another account’s bucket, HEAD',
    signed(({ guest }) => ({ path, method: 'HEAD', keys: guest })),
    403,
    '',
  ],
]

function upperCase(text: string): string {
  return text.replace(
    /Signature=.*/,
    (found) => `Signature=${found.slice(10).toUpperCase().replace(/^\d+$/, 'A')}`,
  )
}

export const headerSignatureArea: Area = {
  name: 'SigV4 in the header',
  control: signed({ path }),
  controlStatus: 200,
  cases: casesOf(inHeaders),
}
