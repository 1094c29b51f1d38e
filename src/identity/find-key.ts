/** The key that a claim names. */
import { S3Error } from '../model/errors.ts'
import type { AccessKey } from './account.ts'
import type { Realm } from './realm.ts'
import { isSame } from './same.ts'

export interface Named {
  readonly accessKeyId: string
  readonly sessionToken: string | undefined
}

/**
 * A temporary key does not exist without its token, a token belongs to none but its key, and both end together: whoever has
 * not the token is not told of the end. Throws InvalidAccessKeyId, InvalidToken and ExpiredToken.
 */
export function findKey({ accessKeyId, sessionToken }: Named, realm: Realm): AccessKey {
  const { credentials, now } = realm
  const key = credentials.find(accessKeyId)
  if (key === undefined || (key.sessionToken !== undefined && sessionToken === undefined)) {
    throw new S3Error('InvalidAccessKeyId', { AWSAccessKeyId: accessKeyId })
  }
  if (sessionToken === undefined) return key
  const detail = { 'Token-0': sessionToken }
  if (key.sessionToken === undefined || !isSame(sessionToken, key.sessionToken)) {
    throw new S3Error('InvalidToken', detail)
  }
  if (key.expires !== undefined && now >= key.expires) throw new S3Error('ExpiredToken', detail)
  return key
}
