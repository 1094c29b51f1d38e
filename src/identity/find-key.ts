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
 * A temporary key does not exist without its token, and a token belongs to none but its key. Throws InvalidAccessKeyId and
 * InvalidToken.
 */
export function findKey({ accessKeyId, sessionToken }: Named, { credentials }: Realm): AccessKey {
  const key = credentials.find(accessKeyId)
  if (key === undefined || (key.sessionToken !== undefined && sessionToken === undefined)) {
    throw new S3Error('InvalidAccessKeyId', { AWSAccessKeyId: accessKeyId })
  }
  if (sessionToken === undefined) return key
  if (key.sessionToken !== undefined && isSame(sessionToken, key.sessionToken)) return key
  throw new S3Error('InvalidToken', { 'Token-0': sessionToken })
}
