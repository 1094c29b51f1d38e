/** Refusals of documents. */
import { documentAreas } from './areas-documents.ts'
import { tagArea } from './areas-tags.ts'
import { tries } from './case.ts'

for (const area of [...documentAreas, tagArea]) tries(area)
