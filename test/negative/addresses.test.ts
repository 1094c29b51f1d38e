/** Refusals of names, targets, methods and subresources. */
import { addressAreas } from './areas-addresses.ts'
import { tries } from './case.ts'

for (const area of addressAreas) tries(area)
