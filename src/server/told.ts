/** What is known of a request when it ends, however far it came. */
import type { Story } from '../observe/record.ts'
import type { Address } from '../wire/address.ts'
import type { Cors } from './cors.ts'

export interface Told extends Story {
  address?: Address
  cors?: Cors
  /** What it failed with. */
  failure?: unknown
}

export function namesOf({ bucket, key, query }: Address): Story {
  return { bucket, key, uploadId: query.get('uploadId'), partNumber: query.get('partNumber') }
}
