/** Digests of a body, and what a request says of its length. */
import { another, both, header, inBody, inHeader } from './changes.ts'
import { signed, type Area, type Ask } from './case.ts'
import { casesOf, type Row } from './row.ts'
import type { WireRequest } from '../harness/raw.ts'
import type { RequestPlan } from '../harness/sign.ts'

const crc32 = 'x-amz-checksum-crc32'
const right = 'VwEPRA=='
type Change = (request: WireRequest) => WireRequest

function framed(plan: RequestPlan, change: Change): Ask {
  return signed({ ...plan, alter: change })
}

const plain = { path: '/negative/object', body: 'sixteen bytes it s' }
const lengths: Readonly<Record<string, number>> = {
  crc32: 4,
  crc32c: 4,
  crc64nvme: 8,
  sha1: 20,
  sha256: 32,
}

const digests: readonly Row[] = [
  [
    'another body than was signed',
    framed(
      plain,
      inBody(() => 'other bytes, yes!!'),
    ),
    400,
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  ],
  [
    'a shorter body than was signed',
    framed(
      plain,
      inBody(() => 'short'),
    ),
    400,
    'XAmzContentSHA256Mismatch',
  ],
  [
    'a Content-MD5 of other bytes',
    signed({ ...plain, headers: { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' } }),
    400,
    'BadDigest',
    'The Content-MD5 you specified did not match what we received.',
  ],
  ...['', 'AAAA', '!!!', 'AAAAAAAAAAAAAAAAAAAAAAAA', '00000000000000000000000000000000'].map(
    (md5): Row => [
      `Content-MD5: ${md5}`,
      signed({ ...plain, headers: { 'content-md5': md5 } }),
      400,
      'InvalidDigest',
      'The Content-MD5 you specified was invalid.',
    ],
  ),
  ...Object.entries(lengths).flatMap(([algorithm, lengthBytes]): Row[] => {
    const name = `x-amz-checksum-${algorithm}`
    const zeros = Buffer.alloc(lengthBytes).toString('base64')
    const ask = (value: string): Ask => signed({ ...plain, headers: { [name]: value } })
    return [
      [
        `${name} of other bytes`,
        ask(zeros),
        400,
        'BadDigest',
        `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
      ],
      [
        `${name} that is no base64`,
        ask('not base64!'),
        400,
        'InvalidRequest',
        `Value for ${name} header is invalid.`,
      ],
      [
        `${name} of another length`,
        ask(Buffer.alloc(lengthBytes + 1).toString('base64')),
        400,
        'InvalidRequest',
      ],
    ]
  }),
  [
    'an unknown checksum',
    signed({ ...plain, headers: { 'x-amz-checksum-crc99': right } }),
    400,
    'InvalidRequest',
  ],
  [
    'two checksums',
    signed({ ...plain, headers: { [crc32]: right, 'x-amz-checksum-sha1': 'AAAA' } }),
    400,
    'InvalidRequest',
    'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
  ],
  [
    'an algorithm without its checksum',
    signed({ ...plain, headers: { 'x-amz-sdk-checksum-algorithm': 'CRC32' } }),
    400,
    'InvalidRequest',
    'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
  ],
  [
    'another algorithm than the checksum',
    signed({ ...plain, headers: { 'x-amz-sdk-checksum-algorithm': 'SHA1', [crc32]: right } }),
    400,
    'InvalidRequest',
    'Value for x-amz-sdk-checksum-algorithm header is invalid.',
  ],
]

const unsized: Change = header('content-length', undefined)

const sizes: readonly Row[] = [
  [
    'no length',
    framed({ ...plain, body: '' }, unsized),
    411,
    'MissingContentLength',
    'You must provide the Content-Length HTTP header.',
  ],
  ['a negative length', framed(plain, header('content-length', '-1')), 400, 'BadRequest'],
  ['a length with a sign', framed(plain, header('content-length', '+18')), 400, 'BadRequest'],
  ['a length in hex', framed(plain, header('content-length', '0x12')), 400, 'BadRequest'],
  ['two lengths', framed(plain, another('Content-Length', '18')), 400, 'BadRequest'],
  [
    'a length and chunks',
    framed(plain, another('Transfer-Encoding', 'chunked')),
    400,
    'BadRequest',
  ],
  [
    'another coding than chunked',
    framed({ ...plain, payload: 'unsigned' }, both(unsized, another('Transfer-Encoding', 'gzip'))),
    400,
    'InvalidRequest',
  ],
  [
    'identity, chunked',
    framed(
      { ...plain, payload: 'unsigned', httpChunked: true },
      inHeader('transfer-encoding', () => 'identity, chunked'),
    ),
    400,
    'InvalidRequest',
  ],
  [
    'a length beyond 5 GiB',
    framed({ ...plain, payload: 'unsigned' }, header('content-length', '5368709121')),
    400,
    'EntityTooLarge',
  ],
  [
    'a length beyond 5 GiB that waits to be asked for',
    framed(
      { ...plain, payload: 'unsigned' },
      both(header('content-length', '5368709121'), another('Expect', '100-continue')),
    ),
    400,
    'EntityTooLarge',
  ],
  [
    'a hashed body in chunks',
    signed({ ...plain, httpChunked: true }),
    501,
    'NotImplemented',
    'A header you provided implies functionality that is not implemented',
  ],
]

export const digestAreas: readonly Area[] = [
  {
    name: 'digests',
    control: signed({ ...plain, headers: { [crc32]: right } }),
    controlStatus: 200,
    cases: casesOf(digests),
  },
  { name: 'lengths', control: signed(plain), controlStatus: 200, cases: casesOf(sizes) },
]
