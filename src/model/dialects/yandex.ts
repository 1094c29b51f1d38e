/** Yandex Object Storage, as its S3 API reference documents it. */
import { aws } from './aws.ts'
import type { Dialect } from './dialect.ts'

const thirtyDaysSeconds = 2_592_000

export const yandex: Dialect = {
  ...aws,
  name: 'yandex',
  // Two of the three classes have names of AWS and Google beside their own. Both are read at once.
  storageClasses: new Map([
    ['STANDARD', 'STANDARD'],
    ['COLD', 'COLD'],
    ['STANDARD_IA', 'COLD'],
    ['NEARLINE', 'COLD'],
    ['ICE', 'ICE'],
    ['GLACIER', 'ICE'],
  ]),
  presignedSecondsMax: thirtyDaysSeconds,
  refusesSmallParts: true,
  writesNameClass: true,
  refusedMethods: ['PATCH'],
  capitalMetadata: true,
}
