/** What a signature is checked against: the keys, the names of the region, the time. */
import type { Instant } from '../base/clock.ts'
import type { Credentials } from './account.ts'

export interface Realm {
  readonly credentials: Credentials
  readonly region: string
  /** Further names that clients may sign for; '*' stands for every name. */
  readonly regions?: readonly string[]
  readonly now: Instant
}
