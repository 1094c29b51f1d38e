/** Authorization headers that are malformed, and those of mechanisms that are not ours. */
import { test } from 'node:test'
import type { WireRequest } from '../harness/raw.ts'
import { refused } from './asking.ts'

function withAuthorization(value: string): WireRequest {
  const headers = [
    ['host', 'localhost'],
    ['x-amz-date', '20261120T120000Z'],
    ['authorization', value],
  ] as const
  return { method: 'GET', target: '/', headers }
}

test('other mechanisms are refused by name', () => {
  const says =
    /^The authorization mechanism you have provided is not supported\. Please use AWS4-HMAC-SHA256\.$/
  refused(withAuthorization('Bearer token'), 'InvalidRequest', says)
  refused(withAuthorization('AWS4-ECDSA-P256-SHA256 Credential=a'), 'NotImplemented')
  refused(withAuthorization('Basic YTpi'), 'InvalidArgument', /^Unsupported Authorization Type$/)
})

const malformed: Array<[string, RegExp]> = [
  ['AWS4-HMAC-SHA256', /one and only one ' ' \(space\) required/],
  ['anything', /one and only one ' ' \(space\) required/],
  ['AWS4-HMAC-SHA256 SignedHeaders=host,Signature=a', /requires three components/],
  ['AWS4-HMAC-SHA256 Credential=a,Signature=a', /requires three components/],
  [
    'AWS4-HMAC-SHA256 Credential=a, SignedHeaders-host, Signature=a',
    /the authorization component "SignedHeaders-host" is malformed\.$/,
  ],
  ['AWS4-HMAC-SHA256 Cred=a,SignedHeaders=host,Signature=a', /missing Credential\.$/],
  ['AWS4-HMAC-SHA256 Credential=a,Signed=host,Signature=a', /missing SignedHeaders\.$/],
  ['AWS4-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=', /missing Signature\.$/],
  [
    'AWS4-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=a,More=b',
    /requires three components/,
  ],
  [
    'AWS4-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=a,Signature=a',
    /requires three components/,
  ],
  [
    'AWS4-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=a',
    /the Credential is mal-formed; expecting/,
  ],
  [
    'AWS4-HMAC-SHA256 Credential=a/b/20261120/us-east-1/s3/aws4_request,SignedHeaders=host,Signature=a',
    /mal-formed/,
  ],
  [
    'AWS4-HMAC-SHA256 Credential=a/2026112/us-east-1/s3/aws4_request,SignedHeaders=host,Signature=a',
    /incorrect date format "2026112"/,
  ],
  [
    'AWS4-HMAC-SHA256 Credential=a/20261120/us-east-1/s3/aws3,SignedHeaders=host,Signature=a',
    /incorrect terminal "aws3"/,
  ],
]

for (const [authorization, message] of malformed) {
  test(`A26: ${authorization.slice(0, 60)}: ${message.source.slice(0, 30)}`, () => {
    const code = authorization.includes('=') ? 'AuthorizationHeaderMalformed' : 'InvalidArgument'
    refused(withAuthorization(authorization), code, message)
  })
}
