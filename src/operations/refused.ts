/**
 * Members with meaning that an operation does not honour yet: their presence is NotImplemented, never ignored (design,
 * decision 3). `harmless` are the values that ask for nothing but what happens anyway.
 */
import type { Registered } from './registry.ts'

const lock = [
  'ObjectLockMode',
  'ObjectLockRetainUntilDate',
  'ObjectLockLegalHoldStatus',
  'ObjectLockEventHold',
  'ObjectLockEventHoldDurationDays',
  'ObjectLockEventHoldDurationYears',
] as const

type Refusing =
  | 'CreateBucket'
  | 'PutObject'
  | 'CopyObject'
  | 'DeleteObject'
  | 'DeleteObjects'
  | 'CreateMultipartUpload'

type Allowing = 'CreateBucket'

export const refuses: { readonly [Name in Refusing]: NonNullable<Registered<Name>['refuses']> } = {
  CreateBucket: ['ObjectLockEnabledForBucket', 'BucketNamespace'],
  PutObject: [...lock, 'WriteOffsetBytes'],
  CopyObject: lock,
  // A second factor that no bucket here asks for. BypassGovernanceRetention is honoured: there is nothing to bypass.
  DeleteObject: ['MFA'],
  DeleteObjects: ['MFA'],
  CreateMultipartUpload: lock,
}

export const harmless: { readonly [Name in Allowing]: NonNullable<Registered<Name>['harmless']> } =
  {
    CreateBucket: {
      ObjectLockEnabledForBucket: ['false'],
      BucketNamespace: ['global'],
    },
  }
