/** Everything S3 does, complete: each operation is offered, or refused by name. Routing, dispatch and docs/s3-coverage.md follow this list. */
import { abortMultipartUpload } from './abort-multipart-upload.ts'
import { completeMultipartUpload } from './complete-multipart-upload.ts'
import { copyObject } from './copy-object.ts'
import { createBucket } from './create-bucket.ts'
import { createMultipartUpload } from './create-multipart-upload.ts'
import { deleteBucketAnalyticsConfiguration } from './delete-bucket-analytics-configuration.ts'
import { deleteBucketCors } from './delete-bucket-cors.ts'
import { deleteBucketEncryption } from './delete-bucket-encryption.ts'
import { deleteBucketIntelligentTieringConfiguration } from './delete-bucket-intelligent-tiering-configuration.ts'
import { deleteBucketInventoryConfiguration } from './delete-bucket-inventory-configuration.ts'
import { deleteBucketLifecycle } from './delete-bucket-lifecycle.ts'
import { deleteBucketMetadataConfiguration } from './delete-bucket-metadata-configuration.ts'
import { deleteBucketMetadataTableConfiguration } from './delete-bucket-metadata-table-configuration.ts'
import { deleteBucketMetricsConfiguration } from './delete-bucket-metrics-configuration.ts'
import { deleteBucketOwnershipControls } from './delete-bucket-ownership-controls.ts'
import { deleteBucketPolicy } from './delete-bucket-policy.ts'
import { deleteBucketReplication } from './delete-bucket-replication.ts'
import { deleteBucketTagging } from './delete-bucket-tagging.ts'
import { deleteBucketWebsite } from './delete-bucket-website.ts'
import { deleteBucket } from './delete-bucket.ts'
import { deleteObjectAnnotation } from './delete-object-annotation.ts'
import { deleteObjectTagging } from './delete-object-tagging.ts'
import { deleteObject } from './delete-object.ts'
import { deleteObjects } from './delete-objects.ts'
import { deletePublicAccessBlock } from './delete-public-access-block.ts'
import { getBucketAbac } from './get-bucket-abac.ts'
import { getBucketAccelerateConfiguration } from './get-bucket-accelerate-configuration.ts'
import { getBucketAcl } from './get-bucket-acl.ts'
import { getBucketAnalyticsConfiguration } from './get-bucket-analytics-configuration.ts'
import { getBucketCors } from './get-bucket-cors.ts'
import { getBucketEncryption } from './get-bucket-encryption.ts'
import { getBucketIntelligentTieringConfiguration } from './get-bucket-intelligent-tiering-configuration.ts'
import { getBucketInventoryConfiguration } from './get-bucket-inventory-configuration.ts'
import { getBucketLifecycleConfiguration } from './get-bucket-lifecycle-configuration.ts'
import { getBucketLocation } from './get-bucket-location.ts'
import { getBucketLogging } from './get-bucket-logging.ts'
import { getBucketMetadataConfiguration } from './get-bucket-metadata-configuration.ts'
import { getBucketMetadataTableConfiguration } from './get-bucket-metadata-table-configuration.ts'
import { getBucketMetricsConfiguration } from './get-bucket-metrics-configuration.ts'
import { getBucketNotificationConfiguration } from './get-bucket-notification-configuration.ts'
import { getBucketOwnershipControls } from './get-bucket-ownership-controls.ts'
import { getBucketPolicyStatus } from './get-bucket-policy-status.ts'
import { getBucketPolicy } from './get-bucket-policy.ts'
import { getBucketReplication } from './get-bucket-replication.ts'
import { getBucketRequestPayment } from './get-bucket-request-payment.ts'
import { getBucketTagging } from './get-bucket-tagging.ts'
import { getBucketVersioning } from './get-bucket-versioning.ts'
import { getBucketWebsite } from './get-bucket-website.ts'
import { getObjectAcl } from './get-object-acl.ts'
import { getObjectAnnotation } from './get-object-annotation.ts'
import { getObjectAttributes } from './get-object-attributes.ts'
import { getObjectLegalHold } from './get-object-legal-hold.ts'
import { getObjectLockConfiguration } from './get-object-lock-configuration.ts'
import { getObjectRetention } from './get-object-retention.ts'
import { getObjectTagging } from './get-object-tagging.ts'
import { getObject } from './get-object.ts'
import { getPublicAccessBlock } from './get-public-access-block.ts'
import { headBucket } from './head-bucket.ts'
import { headObject } from './head-object.ts'
import { listBucketAnalyticsConfigurations } from './list-bucket-analytics-configurations.ts'
import { listBucketIntelligentTieringConfigurations } from './list-bucket-intelligent-tiering-configurations.ts'
import { listBucketInventoryConfigurations } from './list-bucket-inventory-configurations.ts'
import { listBucketMetricsConfigurations } from './list-bucket-metrics-configurations.ts'
import { listBuckets } from './list-buckets.ts'
import { listMultipartUploads } from './list-multipart-uploads.ts'
import { listObjectAnnotations } from './list-object-annotations.ts'
import { listObjectVersions } from './list-object-versions.ts'
import { listObjectsV2 } from './list-objects-v2.ts'
import { listObjects } from './list-objects.ts'
import { listParts } from './list-parts.ts'
import { putBucketAcl } from './put-bucket-acl.ts'
import { putBucketCors } from './put-bucket-cors.ts'
import { putBucketEncryption } from './put-bucket-encryption.ts'
import { putBucketOwnershipControls } from './put-bucket-ownership-controls.ts'
import { putBucketRequestPayment } from './put-bucket-request-payment.ts'
import { putBucketTagging } from './put-bucket-tagging.ts'
import { putObjectAcl } from './put-object-acl.ts'
import { putObjectTagging } from './put-object-tagging.ts'
import { putObject } from './put-object.ts'
import { putPublicAccessBlock } from './put-public-access-block.ts'
import { updateObjectEncryption } from './update-object-encryption.ts'
import { uploadPart } from './upload-part.ts'
import { uploadPartCopy } from './upload-part-copy.ts'
import { harmless, refuses } from './refused.ts'
import { notImplemented, type Registry } from './registry.ts'

/** Where nothing can be set, and reading says so. */
const unset = 'there is none, and none can be set'
/** Where the answer is the same for every bucket. */
const fixed = 'what holds of every bucket'

export const operations: Registry = {
  AbortMultipartUpload: { run: abortMultipartUpload },
  CompleteMultipartUpload: { run: completeMultipartUpload },
  CopyObject: { run: copyObject, refuses: refuses.CopyObject },
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
  },
  CreateSession: { because: 'directory buckets are not offered' },
  DeleteBucket: { run: deleteBucket },
  DeleteBucketAnalyticsConfiguration: { run: deleteBucketAnalyticsConfiguration, only: unset },
  DeleteBucketCors: { run: deleteBucketCors },
  DeleteBucketEncryption: { run: deleteBucketEncryption },
  DeleteBucketIntelligentTieringConfiguration: {
    run: deleteBucketIntelligentTieringConfiguration,
    only: unset,
  },
  DeleteBucketInventoryConfiguration: { run: deleteBucketInventoryConfiguration, only: unset },
  DeleteBucketLifecycle: { run: deleteBucketLifecycle, only: unset },
  DeleteBucketMetadataConfiguration: { run: deleteBucketMetadataConfiguration, only: unset },
  DeleteBucketMetadataTableConfiguration: {
    run: deleteBucketMetadataTableConfiguration,
    only: unset,
  },
  DeleteBucketMetricsConfiguration: { run: deleteBucketMetricsConfiguration, only: unset },
  DeleteBucketOwnershipControls: { run: deleteBucketOwnershipControls },
  DeleteBucketPolicy: { run: deleteBucketPolicy, only: unset },
  DeleteBucketReplication: { run: deleteBucketReplication, only: unset },
  DeleteBucketTagging: { run: deleteBucketTagging },
  DeleteBucketWebsite: { run: deleteBucketWebsite, only: unset },
  DeleteObject: { run: deleteObject, refuses: refuses.DeleteObject },
  DeleteObjectAnnotation: { run: deleteObjectAnnotation, only: unset },
  DeleteObjectTagging: { run: deleteObjectTagging },
  DeleteObjects: { run: deleteObjects, refuses: refuses.DeleteObjects },
  DeletePublicAccessBlock: { run: deletePublicAccessBlock },
  GetBucketAbac: { run: getBucketAbac, only: fixed },
  GetBucketAccelerateConfiguration: { run: getBucketAccelerateConfiguration, only: unset },
  GetBucketAcl: { run: getBucketAcl },
  GetBucketAnalyticsConfiguration: { run: getBucketAnalyticsConfiguration, only: unset },
  GetBucketCors: { run: getBucketCors },
  GetBucketEncryption: { run: getBucketEncryption },
  GetBucketIntelligentTieringConfiguration: {
    run: getBucketIntelligentTieringConfiguration,
    only: unset,
  },
  GetBucketInventoryConfiguration: { run: getBucketInventoryConfiguration, only: unset },
  GetBucketLifecycleConfiguration: { run: getBucketLifecycleConfiguration, only: unset },
  GetBucketLocation: { run: getBucketLocation },
  GetBucketLogging: { run: getBucketLogging, only: unset },
  GetBucketMetadataConfiguration: { run: getBucketMetadataConfiguration, only: unset },
  GetBucketMetadataTableConfiguration: { run: getBucketMetadataTableConfiguration, only: unset },
  GetBucketMetricsConfiguration: { run: getBucketMetricsConfiguration, only: unset },
  GetBucketNotificationConfiguration: { run: getBucketNotificationConfiguration, only: unset },
  GetBucketOwnershipControls: { run: getBucketOwnershipControls },
  GetBucketPolicy: { run: getBucketPolicy, only: unset },
  GetBucketPolicyStatus: { run: getBucketPolicyStatus, only: unset },
  GetBucketReplication: { run: getBucketReplication, only: unset },
  GetBucketRequestPayment: { run: getBucketRequestPayment, only: fixed },
  GetBucketTagging: { run: getBucketTagging },
  GetBucketVersioning: { run: getBucketVersioning, only: fixed },
  GetBucketWebsite: { run: getBucketWebsite, only: unset },
  GetObject: { run: getObject },
  GetObjectAcl: { run: getObjectAcl },
  GetObjectAnnotation: { run: getObjectAnnotation, only: unset },
  GetObjectAttributes: { run: getObjectAttributes },
  GetObjectLegalHold: { run: getObjectLegalHold, only: unset },
  GetObjectLockConfiguration: { run: getObjectLockConfiguration, only: unset },
  GetObjectRetention: { run: getObjectRetention, only: unset },
  GetObjectTagging: { run: getObjectTagging },
  GetObjectTorrent: { because: 'AWS itself has ended BitTorrent' },
  GetPublicAccessBlock: { run: getPublicAccessBlock },
  HeadBucket: { run: headBucket },
  HeadObject: { run: headObject },
  ListBucketAnalyticsConfigurations: { run: listBucketAnalyticsConfigurations, only: unset },
  ListBucketIntelligentTieringConfigurations: {
    run: listBucketIntelligentTieringConfigurations,
    only: unset,
  },
  ListBucketInventoryConfigurations: { run: listBucketInventoryConfigurations, only: unset },
  ListBucketMetricsConfigurations: { run: listBucketMetricsConfigurations, only: unset },
  ListBuckets: { run: listBuckets },
  ListMultipartUploads: { run: listMultipartUploads },
  ListObjectAnnotations: { run: listObjectAnnotations, only: unset },
  ListObjectVersions: { run: listObjectVersions },
  ListObjects: { run: listObjects },
  ListObjectsV2: { run: listObjectsV2 },
  ListParts: { run: listParts },
  PutBucketAbac: notImplemented,
  PutBucketAccelerateConfiguration: notImplemented,
  PutBucketAcl: { run: putBucketAcl },
  PutBucketAnalyticsConfiguration: notImplemented,
  PutBucketCors: { run: putBucketCors },
  PutBucketEncryption: { run: putBucketEncryption },
  PutBucketIntelligentTieringConfiguration: notImplemented,
  PutBucketInventoryConfiguration: notImplemented,
  PutBucketLifecycleConfiguration: notImplemented,
  PutBucketLogging: notImplemented,
  PutBucketMetricsConfiguration: notImplemented,
  PutBucketNotificationConfiguration: notImplemented,
  PutBucketOwnershipControls: { run: putBucketOwnershipControls },
  PutBucketPolicy: notImplemented,
  PutBucketReplication: notImplemented,
  PutBucketRequestPayment: {
    run: putBucketRequestPayment,
    only: 'BucketOwner, which is what holds',
  },
  PutBucketTagging: { run: putBucketTagging },
  PutBucketVersioning: notImplemented,
  PutBucketWebsite: notImplemented,
  PutObject: { run: putObject, refuses: refuses.PutObject },
  PutObjectAcl: { run: putObjectAcl },
  PutObjectAnnotation: notImplemented,
  PutObjectLegalHold: notImplemented,
  PutObjectLockConfiguration: notImplemented,
  PutObjectRetention: notImplemented,
  PutObjectTagging: { run: putObjectTagging },
  PutPublicAccessBlock: { run: putPublicAccessBlock },
  RenameObject: notImplemented,
  RestoreObject: notImplemented,
  SelectObjectContent: notImplemented,
  UpdateBucketMetadataAnnotationTableConfiguration: notImplemented,
  UpdateBucketMetadataInventoryTableConfiguration: notImplemented,
  UpdateBucketMetadataJournalTableConfiguration: notImplemented,
  UpdateObjectEncryption: { run: updateObjectEncryption },
  UploadPart: { run: uploadPart },
  UploadPartCopy: { run: uploadPartCopy },
}
