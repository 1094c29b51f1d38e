/**
 * A caller who brings a token in place of a signature: `Authorization: Bearer …` as IBM's IAM mode and Yandex's IAM, or
 * Yandex's own header. Nothing of the request is signed then, so the connection has to be trusted, or be TLS.
 */
import { S3Error } from '../model/errors.ts'
import type { Exchange, Headers } from '../wire/exchange.ts'
import type { Seal } from '../wire/seal.ts'
import { unsupportedMechanism } from './authorization-header.ts'
import { bodyHashHeader, sealFor } from './payload-hash.ts'
import type { Realm } from './realm.ts'
import type { Bearer } from './tokens.ts'

export const yandexTokenHeader = 'x-yacloud-subjecttoken'

/** Undefined where no token is brought; '' is one that cannot be right. */
export function bearerToken(headers: Headers): string | undefined {
  const own = headers.get(yandexTokenHeader)
  if (own !== undefined) return own
  const found = /^Bearer(?<token> .*)?$/i.exec(headers.get('authorization') ?? '')
  return found === null ? undefined : (found.groups?.['token'] ?? '').trim()
}

/**
 * Throws InvalidRequest where tokens are not offered, InvalidToken and ExpiredToken. A token goes into no answer: unlike a
 * session token it is all that a caller needs.
 */
export function identifyBearer(token: string, { headers }: Exchange, realm: Realm): Proven {
  if (realm.tokens === undefined) throw unsupportedMechanism()
  const found = realm.tokens.identify(token, realm.now)
  if (found === 'expired') throw new S3Error('ExpiredToken')
  if (found === 'invalid') throw new S3Error('InvalidToken')
  return { account: found.account, accessKeyId: found.accessKeyId, seal: unsignedSeal(headers) }
}

export interface Proven extends Bearer {
  readonly seal: Seal
}

/**
 * Of a request without a signature: a hash that was sent all the same is held to. IBM's SDK frames a body over https with a trailer and does not say so in
 * x-amz-content-sha256, which belongs to signatures.
 */
export function unsignedSeal(headers: Headers): Seal {
  const codings = (headers.get('content-encoding') ?? '').split(',').map((coding) => coding.trim())
  const isFramed = codings.includes('aws-chunked') && headers.get('x-amz-trailer') !== undefined
  const usual = isFramed ? 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' : 'UNSIGNED-PAYLOAD'
  return sealFor(headers.get(bodyHashHeader) ?? usual, () => {
    throw unsupportedMechanism()
  })
}
