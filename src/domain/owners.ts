/** Whose bucket it is: `x-amz-expected-bucket-owner`, and owners as listings name them. */
import type { Account } from '../identity/account.ts'
import { S3Error } from '../model/errors.ts'
import type { BucketRow } from '../stores/metadata/records.ts'

/** Accounts by canonical id, as an operation's Service knows them. */
export interface Accounts {
  accountOf(canonicalId: string): Account | undefined
}

/** Who owns what in one bucket. */
export interface BucketOwners extends Accounts {
  readonly bucket: BucketRow
}

const accountIdShape = /^[0-9]{12}$/

/**
 * Refuses a bucket that is not whose the client believes: AccessDenied; InvalidBucketOwnerAWSAccountID for what is no
 * account id. An owner whom this server no longer knows is nobody's expectation.
 */
export function expectBucketOwner(
  expected: string | undefined,
  bucket: BucketRow,
  accounts: Accounts,
): void {
  if (expected === undefined) return
  if (!accountIdShape.test(expected)) {
    const sentence = `The value of the expected bucket owner parameter must be an AWS Account ID... [${expected}]`
    throw new S3Error('InvalidBucketOwnerAWSAccountID', {}, sentence)
  }
  if (accounts.accountOf(bucket.owner)?.accountId !== expected) throw new S3Error('AccessDenied')
}

/** An owner as S3 shows it; the display name is left out when the account is gone. */
export function ownerOf(
  canonicalId: string,
  accounts: Accounts,
): { ID: string; DisplayName?: string } {
  const account = accounts.accountOf(canonicalId)
  return account === undefined
    ? { ID: canonicalId }
    : { ID: canonicalId, DisplayName: account.displayName }
}
