/**
 * Who asks. The one place where a request gets an identity (its sister for a browser's form is identify-form.ts): the
 * function returns it verified or throws, so nothing after it can meet a caller whose signature nobody checked.
 */
import { S3Error } from '../model/errors.ts'
import type { Address } from '../wire/address.ts'
import type { Exchange } from '../wire/exchange.ts'
import type { Seal } from '../wire/seal.ts'
import { anonymous, type Account } from './account.ts'
import { claimFromHeader } from './authorization-header.ts'
import { bearerToken, identifyBearer, unsignedSeal, yandexTokenHeader } from './bearer.ts'
import type { Claim } from './claim.ts'
import { findKey } from './find-key.ts'
import { claimFromQuery, isPresigned } from './presigned-query.ts'
import { proveV2, proveV4 } from './proof.ts'
import type { Realm } from './realm.ts'
import { claimFromHeaderV2, claimFromQueryV2, isHeaderV2, isPresignedV2 } from './v2-claims.ts'

export interface Identity {
  readonly account: Account
  /** None for the anonymous. */
  readonly accessKeyId: string | undefined
  /** Signed with SigV4, or a token: S3 hands nothing else on to the keepers of KMS keys. */
  readonly mayUseKms: boolean
  /** What the signature says is addressed: the request is carried out on this. */
  readonly address: Address
  /** How the body must prove itself. */
  readonly seal: Seal
}

/**
 * Whoever claims to be somebody must prove it: only a request without any credentials is the anonymous one's. Throws
 * InvalidRequest for what these may not ask, and whatever is wrong with a claim: InvalidAccessKeyId, InvalidToken, ExpiredToken,
 * SignatureDoesNotMatch, RequestTimeTooSkewed, AuthorizationHeaderMalformed, AuthorizationQueryParametersError,
 * InvalidArgument, InvalidRequest, NotImplemented. Reads no byte of the body.
 */
export function identify(exchange: Exchange, address: Address, realm: Realm): Identity {
  checkOneWay(exchange, address)
  const token = bearerToken(exchange.headers)
  if (token !== undefined)
    return { address, mayUseKms: true, ...identifyBearer(token, exchange, realm) }
  const claim = readClaim(exchange, address, realm)
  if (claim === undefined) return unsigned(exchange, address)
  const key = findKey(claim, realm)
  const signed = { exchange, address }
  const proof = claim.version === 4 ? proveV4(claim, key, signed) : proveV2(claim, key, signed)
  const mayUseKms = claim.version === 4
  return { account: key.account, accessKeyId: key.accessKeyId, mayUseKms, ...proof }
}

/** Of two proofs, whoever checks might read the one and whoever acts the other. */
function checkOneWay({ headers }: Exchange, { query }: Address): void {
  const authorization = headers.get('authorization')
  let ways = 0
  if (authorization !== undefined) ways += 1
  if (headers.get(yandexTokenHeader) !== undefined) ways += 1
  if (isPresigned(query)) ways += 1
  if (isPresignedV2(query)) ways += 1
  if (ways > 1) throw severalMechanisms(authorization)
}

/** Undefined when nobody is claimed to be asking. */
function readClaim(exchange: Exchange, { query }: Address, realm: Realm): Claim | undefined {
  const authorization = exchange.headers.get('authorization')
  if (isPresigned(query)) return claimFromQuery(exchange, query, realm)
  if (isPresignedV2(query)) return claimFromQueryV2(exchange, query, realm)
  if (authorization === undefined) return undefined
  return isHeaderV2(authorization)
    ? claimFromHeaderV2(exchange, authorization, realm)
    : claimFromHeader(exchange, authorization, realm)
}

function unsigned({ headers }: Exchange, address: Address): Identity {
  refuseOverrides(address)
  const nobody = { account: anonymous, accessKeyId: undefined, mayUseKms: false }
  return { ...nobody, address, seal: unsignedSeal(headers) }
}

const overrides: readonly string[] = [
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
]

/** Else a link to a public object could show it as a page of the server's own, script and all. */
function refuseOverrides({ query }: Address): void {
  if (!overrides.some((name) => query.has(name))) return
  const says = 'Request specific response headers cannot be used for anonymous GET requests.'
  throw new S3Error('InvalidRequest', {}, says)
}

export function severalMechanisms(authorization: string | undefined): S3Error {
  const says =
    'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified'
  const detail = { ArgumentName: 'Authorization', ArgumentValue: authorization ?? '' }
  return new S3Error('InvalidArgument', detail, says)
}
