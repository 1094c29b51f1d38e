/**
 * Members with meaning that an operation does not honour yet: their presence is NotImplemented, never ignored (design,
 * decision 3). `harmless` are the values that ask for nothing but what happens anyway.
 */
import type { Registered } from './registry.ts'

const grants = ['GrantFullControl', 'GrantRead', 'GrantReadACP', 'GrantWriteACP'] as const
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

type Allowing = 'CreateBucket' | 'PutObject' | 'CopyObject' | 'CreateMultipartUpload'

export const refuses: { readonly [Name in Refusing]: NonNullable<Registered<Name>['refuses']> } = {
  CreateBucket: [
    'ACL',
    ...grants,
    'GrantWrite',
    'ObjectLockEnabledForBucket',
    'ObjectOwnership',
    'BucketNamespace',
  ],
  PutObject: ['ACL', ...grants, ...encryption, ...lock, 'WriteOffsetBytes'],
  GetObject: customerKey,
  HeadObject: customerKey,
  GetObjectAttributes: customerKey,
  CopyObject: ['ACL', ...grants, ...encryption, ...copySourceKey, ...lock],
  // A second factor that no bucket here asks for. BypassGovernanceRetention is honoured: there is nothing to bypass.
  DeleteObject: ['MFA'],
  DeleteObjects: ['MFA'],
  CreateMultipartUpload: ['ACL', ...grants, ...encryption, ...lock],
  UploadPart: customerKey,
  UploadPartCopy: [...customerKey, ...copySourceKey],
  CompleteMultipartUpload: customerKey,
  ListParts: customerKey,
}

/** The bucket's owner owns everything in it and no one else may do anything: what these canned ACLs say. */
const ownerOnly = ['private', 'bucket-owner-full-control']

export const harmless: { readonly [Name in Allowing]: NonNullable<Registered<Name>['harmless']> } =
  {
    CreateBucket: {
      ACL: ['private'],
      ObjectLockEnabledForBucket: ['false'],
      ObjectOwnership: ['BucketOwnerEnforced'],
      BucketNamespace: ['global'],
    },
    PutObject: { ACL: ownerOnly },
    CopyObject: { ACL: ownerOnly },
    CreateMultipartUpload: { ACL: ownerOnly },
  }
