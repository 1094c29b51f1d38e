/** Refusals of header fields. */
import { headerAreas } from './areas-headers.ts'
import { tries } from './case.ts'

for (const area of headerAreas) tries(area)
