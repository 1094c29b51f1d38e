/** Refusals of what does not prove who asks. */
import { encryptionArea } from './areas-encryption.ts'
import { headerSignatureArea } from './areas-header-signatures.ts'
import { querySignatureAreas } from './areas-query-signatures.ts'
import { tries } from './case.ts'

for (const area of [headerSignatureArea, ...querySignatureAreas, encryptionArea]) tries(area)
