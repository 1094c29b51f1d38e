/**
 * Who asks. The one place where a request gets an identity: the function returns it verified or throws, so nothing after
 * it can meet a caller whose signature nobody checked.
 */
import { S3Error } from '../model/errors.ts'
import type { Address } from '../wire/address.ts'
import type { Exchange } from '../wire/exchange.ts'
import type { Seal } from '../wire/seal.ts'
import type { AccessKey, Account } from './account.ts'
import { claimFromHeader } from './authorization-header.ts'
import { chunkVerifier } from './chunk-signatures.ts'
import type { Claim } from './claim.ts'
import { payloadHash, sealFor } from './payload-hash.ts'
import { claimFromQuery, isPresigned, isPresignedV2 } from './presigned-query.ts'
import type { Realm } from './realm.ts'
import { isSame } from './same.ts'
import { verifySignature } from './signature.ts'

export interface Identity {
  readonly account: Account
  readonly accessKeyId: string
  /** What the signature says is addressed: the request is carried out on this. */
  readonly address: Address
  /** How the body must prove itself. */
  readonly seal: Seal
}

/**
 * Throws AccessDenied for the anonymous, and whatever is wrong with what others bring: InvalidAccessKeyId, InvalidToken,
 * SignatureDoesNotMatch, RequestTimeTooSkewed, AuthorizationHeaderMalformed, AuthorizationQueryParametersError,
 * InvalidArgument, InvalidRequest, NotImplemented. Reads no byte of the body.
 */
export function identify(exchange: Exchange, address: Address, realm: Realm): Identity {
  const claim = readClaim(exchange, address, realm)
  const key = findKey(claim, realm)
  const payload = payloadHash(claim, exchange, address)
  checkAllSigned(claim, exchange, payload)
  const seal = sealFor(payload, () => chunkVerifier(claim, key))
  const { signedHeaders } = claim
  const signed = verifySignature(claim, key, { exchange, address, signedHeaders, payload })
  return { account: key.account, accessKeyId: key.accessKeyId, address: signed.address, seal }
}

function readClaim(exchange: Exchange, { query }: Address, realm: Realm): Claim {
  const authorization = exchange.headers.get('authorization')
  const inQuery = isPresigned(query) || isPresignedV2(query)
  if (authorization === undefined) {
    if (inQuery) return claimFromQuery(exchange, query, realm)
    throw new S3Error('AccessDenied')
  }
  if (!inQuery) return claimFromHeader(exchange, authorization, realm)
  const says =
    'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified'
  const detail = { ArgumentName: 'Authorization', ArgumentValue: authorization }
  throw new S3Error('InvalidArgument', detail, says)
}

/** A temporary key does not exist without its token, and a token belongs to none but its key. */
function findKey({ accessKeyId, sessionToken }: Claim, { credentials }: Realm): AccessKey {
  const key = credentials.find(accessKeyId)
  if (key === undefined || (key.sessionToken !== undefined && sessionToken === undefined)) {
    throw new S3Error('InvalidAccessKeyId', { AWSAccessKeyId: accessKeyId })
  }
  if (sessionToken === undefined) return key
  if (key.sessionToken !== undefined && isSame(sessionToken, key.sessionToken)) return key
  throw new S3Error('InvalidToken', { 'Token-0': sessionToken })
}

/**
 * Host, and every x-amz-* header, for each has a meaning that its sender must have wanted. A presigned URL may come with
 * an unsigned x-amz-content-sha256, whose value the canonical request ends in.
 */
function checkAllSigned(claim: Claim, exchange: Exchange, payload: string): void {
  const signed = new Set(claim.signedHeaders)
  const unsigned = ['host', ...exchange.headers.names()].filter(
    (name) => (name === 'host' || name.startsWith('x-amz-')) && !signed.has(name),
  )
  const missing = new Set(unsigned)
  const bodyHash = 'x-amz-content-sha256'
  if (claim.form === 'query' && exchange.headers.get(bodyHash) === payload) missing.delete(bodyHash)
  if (missing.size === 0) return
  const says = 'There were headers present in the request which were not signed'
  throw new S3Error('AccessDenied', { HeadersNotSigned: [...missing].join(', ') }, says)
}
