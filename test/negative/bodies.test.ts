/** Refusals of bodies that are not what they say. */
import { chunkAreas } from './areas-chunks.ts'
import { digestAreas } from './areas-digests.ts'
import { tries } from './case.ts'

for (const area of [...chunkAreas, ...digestAreas]) tries(area)
