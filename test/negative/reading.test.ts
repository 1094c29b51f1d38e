/** Refusals of what is asked of objects and listings. */
import { readingAreas } from './areas-reading.ts'
import { tries } from './case.ts'

for (const area of readingAreas) tries(area)
