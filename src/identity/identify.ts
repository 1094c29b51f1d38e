/**
 * Who asks. The one place where a request gets an identity (its sister for a browser's form is identify-form.ts): the
 * function returns it verified or throws, so nothing after it can meet a caller whose signature nobody checked.
 */
import { S3Error } from '../model/errors.ts'
import type { Address } from '../wire/address.ts'
import type { Exchange } from '../wire/exchange.ts'
import type { Seal } from '../wire/seal.ts'
import type { Account } from './account.ts'
import { claimFromHeader } from './authorization-header.ts'
import { bearerToken, identifyBearer, yandexTokenHeader } from './bearer.ts'
import type { Claim } from './claim.ts'
import { findKey } from './find-key.ts'
import { claimFromQuery, isPresigned } from './presigned-query.ts'
import { proveV2, proveV4 } from './proof.ts'
import type { Realm } from './realm.ts'
import { claimFromHeaderV2, claimFromQueryV2, isHeaderV2, isPresignedV2 } from './v2-claims.ts'

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
 * ExpiredToken, SignatureDoesNotMatch, RequestTimeTooSkewed, AuthorizationHeaderMalformed, AuthorizationQueryParametersError,
 * InvalidArgument, InvalidRequest, NotImplemented. Reads no byte of the body.
 */
export function identify(exchange: Exchange, address: Address, realm: Realm): Identity {
  checkOneWay(exchange, address)
  const token = bearerToken(exchange.headers)
  if (token !== undefined) return { address, ...identifyBearer(token, exchange, realm) }
  const claim = readClaim(exchange, address, realm)
  const key = findKey(claim, realm)
  const signed = { exchange, address }
  const proof = claim.version === 4 ? proveV4(claim, key, signed) : proveV2(claim, key, signed)
  return { account: key.account, accessKeyId: key.accessKeyId, ...proof }
}

/** Of two proofs, whoever checks might read the one and whoever acts the other. */
function checkOneWay({ headers }: Exchange, { query }: Address): void {
  const authorization = headers.get('authorization')
  const inHeaders = [authorization, headers.get(yandexTokenHeader)].filter(
    (one) => one !== undefined,
  )
  const inQuery = [isPresigned(query), isPresignedV2(query)].filter(Boolean)
  if (inHeaders.length + inQuery.length > 1) throw severalMechanisms(authorization)
}

function readClaim(exchange: Exchange, { query }: Address, realm: Realm): Claim {
  const authorization = exchange.headers.get('authorization')
  if (isPresigned(query)) return claimFromQuery(exchange, query, realm)
  if (isPresignedV2(query)) return claimFromQueryV2(exchange, query, realm)
  if (authorization === undefined) throw new S3Error('AccessDenied')
  return isHeaderV2(authorization)
    ? claimFromHeaderV2(exchange, authorization, realm)
    : claimFromHeader(exchange, authorization, realm)
}

export function severalMechanisms(authorization: string | undefined): S3Error {
  const says =
    'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified'
  const detail = { ArgumentName: 'Authorization', ArgumentValue: authorization ?? '' }
  return new S3Error('InvalidArgument', detail, says)
}
