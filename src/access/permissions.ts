/**
 * What ACLs can allow: for each operation, where permission is looked for and which one it is (S3 user guide, "Mapping of ACL
 * permissions and access policy permissions"). What is not in the table is for the bucket's owner alone.
 */
import type { OperationName } from '../model/operations.gen.ts'
import type { AclPermission } from '../stores/metadata/records.ts'

export type Need =
  /** Concerns no bucket that exists: whoever has an account may. */
  | { readonly on: 'service' }
  /** The bucket's ACL decides; without a permission its owner alone may. */
  | { readonly on: 'bucket'; readonly permission?: AclPermission }
  /** The object's own ACL decides. */
  | { readonly on: 'object'; readonly permission: AclPermission }
  /** Whoever began the upload may, and the bucket's owner. */
  | { readonly on: 'upload' }

const service: Need = { on: 'service' }
const bucketsOwner: Need = { on: 'bucket' }
const list: Need = { on: 'bucket', permission: 'READ' }
const write: Need = { on: 'bucket', permission: 'WRITE' }
const read: Need = { on: 'object', permission: 'READ' }
const upload: Need = { on: 'upload' }

const needs: { readonly [Name in OperationName]?: Need } = {
  AbortMultipartUpload: upload,
  CompleteMultipartUpload: write,
  CopyObject: write,
  CreateBucket: service,
  CreateMultipartUpload: write,
  DeleteObject: write,
  DeleteObjects: write,
  GetBucketAcl: { on: 'bucket', permission: 'READ_ACP' },
  GetObject: read,
  GetObjectAcl: { on: 'object', permission: 'READ_ACP' },
  GetObjectAttributes: read,
  HeadBucket: list,
  HeadObject: read,
  ListBuckets: service,
  ListMultipartUploads: list,
  ListObjectVersions: list,
  ListObjects: list,
  ListObjectsV2: list,
  ListParts: upload,
  PutBucketAcl: { on: 'bucket', permission: 'WRITE_ACP' },
  PutObject: write,
  PutObjectAcl: { on: 'object', permission: 'WRITE_ACP' },
  UploadPart: write,
  UploadPartCopy: write,
}

export function needOf(operation: OperationName): Need {
  return needs[operation] ?? bucketsOwner
}

/** What S3 tells those without an account, whatever a bucket grants to everybody. */
const neverAnonymous: { readonly [Name in OperationName]?: string } = {
  CopyObject: 'Anonymous users cannot copy objects.  Please authenticate.',
  CreateMultipartUpload: 'Anonymous users cannot initiate multipart uploads.  Please authenticate.',
  UploadPartCopy: 'Anonymous users cannot copy objects.  Please authenticate.',
}

/** The sentence with which an operation is refused to the anonymous; undefined where grants decide. */
export function anonymousRefusal(operation: OperationName): string | undefined {
  return neverAnonymous[operation]
}
