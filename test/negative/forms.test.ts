/** Refusals of browsers' forms. */
import { formAreas } from './areas-forms.ts'
import { tries } from './case.ts'

for (const area of formAreas) tries(area)
