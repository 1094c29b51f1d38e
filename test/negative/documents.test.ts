/** Refusals of documents. */
import { aclArea } from './areas-acls.ts'
import { documentAreas } from './areas-documents.ts'
import { tagArea } from './areas-tags.ts'
import { tries } from './case.ts'

for (const area of [...documentAreas, tagArea, aclArea]) tries(area)
