/** IBM Cloud Object Storage, as its API reference and the models of its SDKs document it. */
import { aws } from './aws.ts'
import type { Dialect } from './dialect.ts'

/** Immutable storage and Key Protect: what they promise is not kept here. */
const refusedHeaders = [
  'retention-period',
  'retention-expiration-date',
  'retention-legal-hold-id',
  'retention-directive',
  'additional-retention-period',
  'extend-retention-from-current-time',
  'new-retention-expiration-date',
  'new-retention-period',
  'ibm-sse-kp-encryption-algorithm',
  'ibm-sse-kp-customer-root-key-crn',
] as const

export const ibm: Dialect = {
  ...aws,
  name: 'ibm',
  locationClasses: ['standard', 'vault', 'cold', 'flex', 'smart', 'onerate_active'],
  extendedList: true,
  // "Ignored by COS if present": a client made for COS may send any owner.
  ignoredHeaders: new Set([
    'x-amz-request-payer',
    'x-amz-expected-bucket-owner',
    'x-amz-source-expected-bucket-owner',
    'x-amz-bucket-object-lock-token',
    'mirror-destination',
    'aspera-ak-max-tries',
  ]),
  refusedHeaders,
  // "Not returned by COS".
  withheldHeaders: new Set([
    'x-amz-server-side-encryption-aws-kms-key-id',
    'x-amz-request-charged',
  ]),
  requestIdHeader: 'X-Clv-Request-Id',
  errorCodes: { KeyTooLongError: 'KeyTooLong' },
  statusElement: 'httpStatusCode',
}
