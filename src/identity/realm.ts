/** What a signature is checked against: the keys, the names of the region, the time. */
import type { Instant } from '../base/clock.ts'
import type { Credentials } from './account.ts'
import type { Tokens } from './tokens.ts'

export interface Realm {
  readonly credentials: Credentials
  readonly region: string
  /** Further names that clients may sign for; '*' stands for every name. */
  readonly regions?: readonly string[]
  readonly now: Instant
  /** How long a presigned URL may be good; absent, a week, as AWS. */
  readonly presignedSecondsMax?: number
  /** Absent where no tokens are taken. */
  readonly tokens?: Pick<Tokens, 'identify'> | undefined
}
