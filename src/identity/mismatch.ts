/** SignatureDoesNotMatch with what we signed, so that a client's author can see where the two part. */
import { S3Error } from '../model/errors.ts'

export interface Mismatch {
  readonly accessKeyId: string
  readonly signature: string
  /** One char per byte, as is the next. */
  readonly stringToSign: string
  /** SigV4 alone has one. */
  readonly canonical?: string
}

export function mismatch({ accessKeyId, signature, stringToSign, canonical }: Mismatch): S3Error {
  return new S3Error('SignatureDoesNotMatch', {
    AWSAccessKeyId: accessKeyId,
    StringToSign: asText(stringToSign),
    SignatureProvided: signature,
    StringToSignBytes: inHex(stringToSign),
    ...(canonical !== undefined && {
      CanonicalRequest: asText(canonical),
      CanonicalRequestBytes: inHex(canonical),
    }),
  })
}

function asText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString()
}

/** Two digits a byte, set apart by spaces, as S3 prints them. */
function inHex(bytes: string): string {
  return Buffer.from(bytes, 'latin1')
    .toString('hex')
    .replaceAll(/..(?=.)/g, '$& ')
}
