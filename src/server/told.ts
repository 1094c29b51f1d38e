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

export function tellAddress(story: Told, address: Address): void {
  const { bucket, key, query } = address
  story.address = address
  story.bucket = bucket
  story.key = key
  story.uploadId = query.get('uploadId')
  story.partNumber = query.get('partNumber')
}
