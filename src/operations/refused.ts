/**
 * Members with meaning that an operation does not honour yet: their presence is NotImplemented, never ignored (design,
 * decision 3). `harmless` are the values that ask for nothing but what happens anyway.
 */
import type { Registered } from './registry.ts'

const customerKey = ['SSECustomerAlgorithm', 'SSECustomerKey', 'SSECustomerKeyMD5'] as const
const encryption = [
  'ServerSideEncryption',
  ...customerKey,
  'SSEKMSKeyId',
  'SSEKMSEncryptionContext',
  'BucketKeyEnabled',
] as const
const lock = [
  'ObjectLockMode',
  'ObjectLockRetainUntilDate',
  'ObjectLockLegalHoldStatus',
  'ObjectLockEventHold',
  'ObjectLockEventHoldDurationDays',
  'ObjectLockEventHoldDurationYears',
] as const
const copySourceKey = [
  'CopySourceSSECustomerAlgorithm',
  'CopySourceSSECustomerKey',
  'CopySourceSSECustomerKeyMD5',
] as const

type Refusing =
  | 'CreateBucket'
  | 'PutObject'
  | 'GetObject'
  | 'HeadObject'
  | 'GetObjectAttributes'
  | 'CopyObject'
  | 'DeleteObject'
  | 'DeleteObjects'
  | 'CreateMultipartUpload'
  | 'UploadPart'
  | 'UploadPartCopy'
  | 'CompleteMultipartUpload'
  | 'ListParts'

type Allowing = 'CreateBucket'

export const refuses: { readonly [Name in Refusing]: NonNullable<Registered<Name>['refuses']> } = {
  CreateBucket: ['ObjectLockEnabledForBucket', 'ObjectOwnership', 'BucketNamespace'],
  PutObject: [...encryption, ...lock, 'WriteOffsetBytes'],
  GetObject: customerKey,
  HeadObject: customerKey,
  GetObjectAttributes: customerKey,
  CopyObject: [...encryption, ...copySourceKey, ...lock],
  // A second factor that no bucket here asks for. BypassGovernanceRetention is honoured: there is nothing to bypass.
  DeleteObject: ['MFA'],
  DeleteObjects: ['MFA'],
  CreateMultipartUpload: [...encryption, ...lock],
  UploadPart: customerKey,
  UploadPartCopy: [...customerKey, ...copySourceKey],
  CompleteMultipartUpload: customerKey,
  ListParts: customerKey,
}

export const harmless: { readonly [Name in Allowing]: NonNullable<Registered<Name>['harmless']> } =
  {
    CreateBucket: {
      ObjectLockEnabledForBucket: ['false'],
      ObjectOwnership: ['BucketOwnerEnforced'],
      BucketNamespace: ['global'],
    },
  }
