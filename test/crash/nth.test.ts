/** Every so many calls of the file system fail once. */
import { proveNth } from './nth.ts'
import { proves } from './scaled.ts'

proves(
  'whichever call of the file system fails, nothing that failed is acknowledged and nothing acknowledged is lost',
  proveNth,
)
