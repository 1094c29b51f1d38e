/** Everything S3 does, complete: each operation is offered, or refused by name. Routing, dispatch and docs/s3-coverage.md follow this list. */
import { abortMultipartUpload } from './abort-multipart-upload.ts'
import { completeMultipartUpload } from './complete-multipart-upload.ts'
import { copyObject } from './copy-object.ts'
import { createBucket } from './create-bucket.ts'
import { createMultipartUpload } from './create-multipart-upload.ts'
import { deleteBucket } from './delete-bucket.ts'
import { deleteObject } from './delete-object.ts'
import { deleteObjects } from './delete-objects.ts'
import { getBucketLocation } from './get-bucket-location.ts'
import { getObject } from './get-object.ts'
import { getObjectAttributes } from './get-object-attributes.ts'
import { headBucket } from './head-bucket.ts'
import { headObject } from './head-object.ts'
import { listBuckets } from './list-buckets.ts'
import { listMultipartUploads } from './list-multipart-uploads.ts'
import { listObjectVersions } from './list-object-versions.ts'
import { listObjects } from './list-objects.ts'
import { listObjectsV2 } from './list-objects-v2.ts'
import { listParts } from './list-parts.ts'
import { putObject } from './put-object.ts'
import { uploadPart } from './upload-part.ts'
import { uploadPartCopy } from './upload-part-copy.ts'
import { harmless, refuses } from './refused.ts'
import { notImplemented, type Registry } from './registry.ts'

export const operations: Registry = {
  AbortMultipartUpload: { run: abortMultipartUpload },
  CompleteMultipartUpload: {
    run: completeMultipartUpload,
    refuses: refuses.CompleteMultipartUpload,
  },
  CopyObject: { run: copyObject, refuses: refuses.CopyObject, harmless: harmless.CopyObject },
  CreateBucket: {
    run: createBucket,
    refuses: refuses.CreateBucket,
    harmless: harmless.CreateBucket,
  },
  CreateBucketMetadataConfiguration: notImplemented,
  CreateBucketMetadataTableConfiguration: notImplemented,
  CreateMultipartUpload: {
    run: createMultipartUpload,
    refuses: refuses.CreateMultipartUpload,
    harmless: harmless.CreateMultipartUpload,
  },
  CreateSession: notImplemented,
  DeleteBucket: { run: deleteBucket },
  DeleteBucketAnalyticsConfiguration: notImplemented,
  DeleteBucketCors: notImplemented,
  DeleteBucketEncryption: notImplemented,
  DeleteBucketIntelligentTieringConfiguration: notImplemented,
  DeleteBucketInventoryConfiguration: notImplemented,
  DeleteBucketLifecycle: notImplemented,
  DeleteBucketMetadataConfiguration: notImplemented,
  DeleteBucketMetadataTableConfiguration: notImplemented,
  DeleteBucketMetricsConfiguration: notImplemented,
  DeleteBucketOwnershipControls: notImplemented,
  DeleteBucketPolicy: notImplemented,
  DeleteBucketReplication: notImplemented,
  DeleteBucketTagging: notImplemented,
  DeleteBucketWebsite: notImplemented,
  DeleteObject: { run: deleteObject, refuses: refuses.DeleteObject },
  DeleteObjectAnnotation: notImplemented,
  DeleteObjectTagging: notImplemented,
  DeleteObjects: { run: deleteObjects, refuses: refuses.DeleteObjects },
  DeletePublicAccessBlock: notImplemented,
  GetBucketAbac: notImplemented,
  GetBucketAccelerateConfiguration: notImplemented,
  GetBucketAcl: notImplemented,
  GetBucketAnalyticsConfiguration: notImplemented,
  GetBucketCors: notImplemented,
  GetBucketEncryption: notImplemented,
  GetBucketIntelligentTieringConfiguration: notImplemented,
  GetBucketInventoryConfiguration: notImplemented,
  GetBucketLifecycleConfiguration: notImplemented,
  GetBucketLocation: { run: getBucketLocation },
  GetBucketLogging: notImplemented,
  GetBucketMetadataConfiguration: notImplemented,
  GetBucketMetadataTableConfiguration: notImplemented,
  GetBucketMetricsConfiguration: notImplemented,
  GetBucketNotificationConfiguration: notImplemented,
  GetBucketOwnershipControls: notImplemented,
  GetBucketPolicy: notImplemented,
  GetBucketPolicyStatus: notImplemented,
  GetBucketReplication: notImplemented,
  GetBucketRequestPayment: notImplemented,
  GetBucketTagging: notImplemented,
  GetBucketVersioning: notImplemented,
  GetBucketWebsite: notImplemented,
  GetObject: { run: getObject, refuses: refuses.GetObject },
  GetObjectAcl: notImplemented,
  GetObjectAnnotation: notImplemented,
  GetObjectAttributes: { run: getObjectAttributes, refuses: refuses.GetObjectAttributes },
  GetObjectLegalHold: notImplemented,
  GetObjectLockConfiguration: notImplemented,
  GetObjectRetention: notImplemented,
  GetObjectTagging: notImplemented,
  GetObjectTorrent: notImplemented,
  GetPublicAccessBlock: notImplemented,
  HeadBucket: { run: headBucket },
  HeadObject: { run: headObject, refuses: refuses.HeadObject },
  ListBucketAnalyticsConfigurations: notImplemented,
  ListBucketIntelligentTieringConfigurations: notImplemented,
  ListBucketInventoryConfigurations: notImplemented,
  ListBucketMetricsConfigurations: notImplemented,
  ListBuckets: { run: listBuckets },
  ListMultipartUploads: { run: listMultipartUploads },
  ListObjectAnnotations: notImplemented,
  ListObjectVersions: { run: listObjectVersions },
  ListObjects: { run: listObjects },
  ListObjectsV2: { run: listObjectsV2 },
  ListParts: { run: listParts, refuses: refuses.ListParts },
  PutBucketAbac: notImplemented,
  PutBucketAccelerateConfiguration: notImplemented,
  PutBucketAcl: notImplemented,
  PutBucketAnalyticsConfiguration: notImplemented,
  PutBucketCors: notImplemented,
  PutBucketEncryption: notImplemented,
  PutBucketIntelligentTieringConfiguration: notImplemented,
  PutBucketInventoryConfiguration: notImplemented,
  PutBucketLifecycleConfiguration: notImplemented,
  PutBucketLogging: notImplemented,
  PutBucketMetricsConfiguration: notImplemented,
  PutBucketNotificationConfiguration: notImplemented,
  PutBucketOwnershipControls: notImplemented,
  PutBucketPolicy: notImplemented,
  PutBucketReplication: notImplemented,
  PutBucketRequestPayment: notImplemented,
  PutBucketTagging: notImplemented,
  PutBucketVersioning: notImplemented,
  PutBucketWebsite: notImplemented,
  PutObject: { run: putObject, refuses: refuses.PutObject, harmless: harmless.PutObject },
  PutObjectAcl: notImplemented,
  PutObjectAnnotation: notImplemented,
  PutObjectLegalHold: notImplemented,
  PutObjectLockConfiguration: notImplemented,
  PutObjectRetention: notImplemented,
  PutObjectTagging: notImplemented,
  PutPublicAccessBlock: notImplemented,
  RenameObject: notImplemented,
  RestoreObject: notImplemented,
  SelectObjectContent: notImplemented,
  UpdateBucketMetadataAnnotationTableConfiguration: notImplemented,
  UpdateBucketMetadataInventoryTableConfiguration: notImplemented,
  UpdateBucketMetadataJournalTableConfiguration: notImplemented,
  UpdateObjectEncryption: notImplemented,
  UploadPart: { run: uploadPart, refuses: refuses.UploadPart },
  UploadPartCopy: { run: uploadPartCopy, refuses: refuses.UploadPartCopy },
}
