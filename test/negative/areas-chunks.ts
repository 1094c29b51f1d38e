/** aws-chunked framing and trailers. */
import { inBody } from './changes.ts'
import { signed, type Area, type Ask } from './case.ts'
import { casesOf, type Row } from './row.ts'
import type { RequestPlan } from '../harness/sign.ts'
import type { WireRequest } from '../harness/raw.ts'

const path = '/negative/object'
const body = 'sixteen bytes it s'
const crc32 = 'x-amz-checksum-crc32'
const right = 'VwEPRA=='
type Change = (request: WireRequest) => WireRequest

const streaming = { path, body, payload: 'streaming', chunkBytes: 8 } as const
const trailing = { ...streaming, payload: 'streaming-trailer', trailer: [crc32, right] } as const
const loose = { ...trailing, payload: 'streaming-unsigned-trailer' } as const
const decoded = 'x-amz-decoded-content-length'

function framed(plan: RequestPlan, change: Change): Ask {
  return signed({ ...plan, alter: change })
}

function inFraming(plan: RequestPlan, from: string | RegExp, to: string): Ask {
  return framed(
    plan,
    inBody((text) => text.replace(from, to)),
  )
}

const forged = 'SignatureDoesNotMatch'
const cut = 'The request body terminated unexpectedly'

const chunks: readonly Row[] = [
  ['a byte of the first chunk changed', inFraming(streaming, 'sixt', 'SIXT'), 403, forged],
  ['a byte of a later chunk changed', inFraming(streaming, 'ytes', 'YTES'), 403, forged],
  [
    'the signature of the last chunk changed',
    inFraming(streaming, /0;chunk-signature=\w{8}/, '0;chunk-signature=00000000'),
    403,
    forged,
  ],
  ['two chunks exchanged', framed(streaming, inBody(exchanged)), 403, forged],
  ['a chunk left out', inFraming(streaming, /^8;[^]*?\r\n[^]*?\r\n/, ''), 403, forged],
  [
    'a signature of no length',
    inFraming(streaming, /chunk-signature=\w+/, 'chunk-signature='),
    403,
    forged,
  ],
  ['no signature at all', inFraming(streaming, /;chunk-signature=\w+/, ''), 400, 'IncompleteBody'],
  [
    'another extension',
    inFraming(streaming, 'chunk-signature', 'chunk-colour'),
    400,
    'IncompleteBody',
    cut,
  ],
  ['a size that is no number', inFraming(loose, /^8\r\n/, 'z\r\n'), 400, 'IncompleteBody', cut],
  ['a negative size', inFraming(loose, /^8\r\n/, '-8\r\n'), 400, 'IncompleteBody'],
  ['a size with 0x', inFraming(loose, /^8\r\n/, '0x8\r\n'), 400, 'IncompleteBody'],
  [
    'a size beyond 64 bits',
    inFraming(loose, /^8\r\n/, '10000000000000008\r\n'),
    400,
    'IncompleteBody',
  ],
  ['a size beyond 2^53', inFraming(loose, /^8\r\n/, 'fffffffffffffff8\r\n'), 400, 'IncompleteBody'],
  ['a size that is too large', inFraming(loose, /^8\r\n/, '9\r\n'), 400, 'IncompleteBody'],
  ['a size that is too small', inFraming(loose, /^8\r\n/, '7\r\n'), 400, 'IncompleteBody'],
  ['an empty size', inFraming(loose, /^8\r\n/, '\r\n'), 400, 'IncompleteBody'],
  ['LF alone behind a size', inFraming(loose, /^8\r\n/, '8\n'), 400, 'IncompleteBody'],
  [
    'a size of 20 KB',
    inFraming(loose, /^8\r\n/, `${'0'.repeat(20_000)}8\r\n`),
    400,
    'IncompleteBody',
  ],
  ['no last chunk', inFraming(loose, /0\r\nx-amz[^]*$/, ''), 400, 'IncompleteBody'],
  [
    'no framing at all',
    framed(
      loose,
      inBody(() => body),
    ),
    400,
    'IncompleteBody',
  ],
  [
    'nothing',
    framed(
      loose,
      inBody(() => ''),
    ),
    400,
    'IncompleteBody',
  ],
  [
    'a decoded length too small',
    framed({ ...loose, headers: { [decoded]: '17' } }, (request) => request),
    400,
    'IncompleteBody',
  ],
  [
    'a decoded length too large',
    framed({ ...loose, headers: { [decoded]: '19' } }, (request) => request),
    400,
    'IncompleteBody',
  ],
  [
    'no decoded length',
    signed({
      path,
      body,
      headers: { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' },
    }),
    411,
    'MissingContentLength',
  ],
  [
    'a decoded length that is no number',
    signed({ ...loose, headers: { [decoded]: '1e1' } }),
    400,
    'InvalidArgument',
  ],
  [
    'a negative decoded length',
    signed({ ...loose, headers: { [decoded]: '-1' } }),
    400,
    'InvalidArgument',
  ],
  [
    'a decoded length beyond 5 GiB',
    signed({ ...loose, headers: { [decoded]: '5368709121' } }),
    400,
    'EntityTooLarge',
    'Your proposed upload exceeds the maximum allowed size',
  ],
]

function exchanged(text: string): string {
  const [head = '', one = '', next = '', two = '', ...rest] = text.split('\r\n')
  return [head, two, next, one, ...rest].join('\r\n')
}

const malformed = 'MalformedTrailerError'

const trailers: readonly Row[] = [
  [
    'a checksum of other bytes',
    signed({ ...loose, trailer: [crc32, 'AAAAAA=='] }),
    400,
    'BadDigest',
    'The CRC32 you specified did not match the calculated checksum.',
  ],
  [
    'a signed checksum of other bytes',
    signed({ ...trailing, trailer: [crc32, 'AAAAAA=='] }),
    400,
    'BadDigest',
  ],
  [
    'a checksum that is no base64',
    signed({ ...loose, trailer: [crc32, '!!!!'] }),
    400,
    'InvalidRequest',
    'Value for x-amz-checksum-crc32 trailing header is invalid.',
  ],
  [
    'a checksum of another length',
    signed({ ...loose, trailer: [crc32, 'AAAA'] }),
    400,
    'InvalidRequest',
  ],
  ['announced and not sent', inFraming(loose, /x-amz-checksum[^\r]*\r\n/, ''), 400, malformed],
  ['another than announced', inFraming(loose, 'checksum-crc32', 'checksum-sha256'), 400, malformed],
  ['twice', inFraming(loose, /(x-amz-checksum[^\r]*\r\n)/, '$1$1'), 400, malformed],
  [
    'one more',
    inFraming(loose, /(x-amz-checksum[^\r]*\r\n)/, '$1x-amz-meta-a:b\r\n'),
    400,
    malformed,
  ],
  ['without a colon', inFraming(loose, 'crc32:', 'crc32 '), 400, malformed],
  ['without a name', inFraming(loose, 'x-amz-checksum-crc32:', ':'), 400, malformed],
  ['of 5 KB', inFraming(loose, right, 'A'.repeat(5000)), 400, malformed],
  [
    'with a signature that nobody asked for',
    inFraming(
      loose,
      /(x-amz-checksum[^\r]*\r\n)/,
      `$1x-amz-trailer-signature:${'0'.repeat(64)}\r\n`,
    ),
    400,
    malformed,
  ],
  [
    'signed, and its signature changed',
    inFraming(trailing, /trailer-signature:\w{8}/, 'trailer-signature:00000000'),
    403,
    forged,
  ],
  ['signed, and changed', inFraming(trailing, right, 'AAAAAA=='), 403, forged],
  [
    'signed, and its signature left out',
    inFraming(trailing, /x-amz-trailer-signature[^\r]*\r\n/, ''),
    400,
    malformed,
  ],
  [
    'announced where there can be none',
    signed({ path, body, headers: { 'x-amz-trailer': crc32 } }),
    400,
    'InvalidRequest',
    'The value specified in the x-amz-trailer header is not supported',
  ],
  [
    'that is no checksum',
    signed({ ...loose, trailer: ['x-amz-meta-a', 'b'] }),
    400,
    'InvalidRequest',
  ],
]

export const chunkAreas: readonly Area[] = [
  { name: 'aws-chunked', control: signed(streaming), controlStatus: 200, cases: casesOf(chunks) },
  { name: 'trailers', control: signed(trailing), controlStatus: 200, cases: casesOf(trailers) },
]
