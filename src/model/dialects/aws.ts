/** Amazon S3, from which the others differ. */
import type { Dialect } from './dialect.ts'

const weekSeconds = 604_800

/**
 * Classes kept as labels: reading such an object works at once, which is all they promise here. GLACIER, DEEP_ARCHIVE and
 * the classes of other hardware (OUTPOSTS, SNOW, EXPRESS_ONEZONE) promise what this server does not do, and are refused.
 */
const storageClasses = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
] as const

export const aws: Dialect = {
  name: 'aws',
  storageClasses: new Map(storageClasses.map((name) => [name, name])),
  presignedSecondsMax: weekSeconds,
  refusesSmallParts: false,
  writesNameClass: false,
  locationClasses: [],
  extendedList: false,
  ignoredHeaders: new Set(),
  refusedHeaders: [],
  refusedMethods: [],
  withheldHeaders: new Set(),
  requestIdHeader: undefined,
  capitalMetadata: false,
  errorCodes: {},
  statusElement: undefined,
}
