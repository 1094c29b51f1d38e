/** What a request says of its body in x-amz-content-sha256, and the seal that follows from it. */
import { S3Error } from '../model/errors.ts'
import type { Address } from '../wire/address.ts'
import type { Exchange } from '../wire/exchange.ts'
import type { ChunkVerifier, Seal } from '../wire/seal.ts'
import { unsupportedAlgorithm } from './authorization-header.ts'
import type { ClaimV4 } from './claim.ts'

export const bodyHashHeader = 'x-amz-content-sha256'

/**
 * The value that stands at the end of the canonical request. A presigned URL need not say it; where both its query and a
 * header do, the query counts, for it was signed.
 */
export function payloadHash(claim: ClaimV4, exchange: Exchange, address: Address): string {
  const value = exchange.headers.get(bodyHashHeader)
  if (claim.form === 'query') {
    return address.query.get('X-Amz-Content-Sha256') ?? value ?? 'UNSIGNED-PAYLOAD'
  }
  if (value !== undefined) return value
  throw new S3Error(
    'InvalidRequest',
    {},
    `Missing required header for this request: ${bodyHashHeader}`,
  )
}

/** Throws InvalidArgument for a value that S3 does not know, NotImplemented for SigV4A's. */
export function sealFor(hash: string, verifier: () => ChunkVerifier): Seal {
  switch (hash) {
    case 'UNSIGNED-PAYLOAD':
      return { kind: 'unsigned' }
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return { kind: 'aws-chunked', chunks: undefined, trailer: true }
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
      return { kind: 'aws-chunked', chunks: verifier(), trailer: false }
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return { kind: 'aws-chunked', chunks: verifier(), trailer: true }
    case 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD':
    case 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER':
      throw unsupportedAlgorithm(bodyHashHeader)
  }
  if (/^[0-9a-f]{64}$/i.test(hash)) return { kind: 'sha256', hex: hash.toLowerCase() }
  throw new S3Error(
    'InvalidArgument',
    { ArgumentName: bodyHashHeader, ArgumentValue: hash },
    unknownHash,
  )
}

const unknownHash =
  'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, ' +
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, ' +
  'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER ' +
  'or a valid sha256 value.'
