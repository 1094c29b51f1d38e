/** Refusals around uploads in parts, and copies. */
import { copyAreas } from './areas-copies.ts'
import { uploadAreas } from './areas-uploads.ts'
import { tries } from './case.ts'

for (const area of [...uploadAreas, ...copyAreas]) tries(area)
