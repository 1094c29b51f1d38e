/**
 * What S3 does and its published model does not say, kept by hand. The first half corrects the model while the tables are
 * generated (tools/model.ts); the second half is read by the running program.
 */
import { mebibyte } from '../base/limits.ts'
import type { ErrorCode } from './errors.ts'
import type { Member } from './schema.ts'

/** Operations that have no row: both belong to other services, and the first shares `GET /` with ListBuckets. */
export const leftOut: readonly string[] = ['ListDirectoryBuckets', 'WriteGetObjectResponse']

/** Members that exist only inside the SDK and never on the wire. */
export const leftOutMembers: readonly string[] = ['ExpiresString']

const ifRange: Member = header('IfRange', 'If-Range')

/** Headers of writes: S3 refuses them on reads, and so they have to be seen there. */
const writingEncryption: readonly Member[] = [
  header('ServerSideEncryption', 'x-amz-server-side-encryption'),
  header('SSEKMSKeyId', 'x-amz-server-side-encryption-aws-kms-key-id'),
]

/** What the other answers of an upload with a customer's key tell of it, and clients look for here as well. */
const customerKeyTold: readonly Member[] = [
  header('SSECustomerAlgorithm', 'x-amz-server-side-encryption-customer-algorithm'),
  header('SSECustomerKeyMD5', 'x-amz-server-side-encryption-customer-key-MD5'),
]

const storageClass: Member = header('StorageClass', 'x-amz-storage-class')
const grantWrite: Member = header('GrantWrite', 'x-amz-grant-write')

/**
 * Members that S3 honours and the model lacks, by structure: browsers and proxies send If-Range, the SDKs do not; WRITE of an
 * object means nothing and is kept all the same, as PutObjectAcl keeps it; Yandex names the storage class in the answer to a
 * write, which other dialects keep to themselves (server/dialect.ts).
 */
export const furtherMembers: Readonly<Record<string, readonly Member[]>> = {
  CopyObjectOutput: [storageClass],
  PutObjectOutput: [storageClass],
  UploadPartOutput: [storageClass],
  CompleteMultipartUploadOutput: customerKeyTold,
  CopyObjectRequest: [grantWrite],
  CreateMultipartUploadRequest: [grantWrite],
  GetObjectAttributesRequest: writingEncryption,
  GetObjectRequest: [ifRange, ...writingEncryption],
  HeadObjectRequest: [ifRange, ...writingEncryption],
  PutObjectRequest: [grantWrite],
}

function header(name: string, at: string): Member {
  return { name, type: 'string', in: 'header', at }
}

/** Members that S3 keeps or gives back as they were sent, whatever the model types them as. */
export const verbatimMembers: readonly string[] = ['Expires', 'ResponseExpires']

/** Members whose text is the text of the root: `<LocationConstraint xmlns=…>eu-west-1</LocationConstraint>`. */
export const textMembers: Readonly<Record<string, string>> = {
  GetBucketLocationOutput: 'LocationConstraint',
}

/** Statuses of a success where S3's differs from the model's. */
export const statuses: Readonly<Record<string, number>> = { PutBucketTagging: 204 }

/**
 * Order of elements where S3's differs from the model's: the SDK lists required members first, and k6 parses answers as
 * HTML, where the order matters. Members that are not named here follow in the model's order.
 */
export const elementOrder: Readonly<Record<string, readonly string[]>> = {
  Bucket: ['Name', 'CreationDate', 'BucketRegion', 'BucketArn'],
  CompleteMultipartUploadOutput: ['Location', 'Bucket', 'Key', 'ETag'],
  CopyObjectResult: ['LastModified', 'ETag', 'ChecksumType'],
  CopyPartResult: ['LastModified', 'ETag'],
  CreateMultipartUploadOutput: ['Bucket', 'Key', 'UploadId'],
  DeletedObject: ['Key', 'VersionId', 'DeleteMarker', 'DeleteMarkerVersionId'],
  DeleteMarkerEntry: ['Key', 'VersionId', 'IsLatest', 'LastModified', 'Owner'],
  DeleteObjectsOutput: ['Deleted', 'Errors'],
  Error: ['Key', 'VersionId', 'Code', 'Message'],
  GetBucketAclOutput: ['Owner', 'Grants'],
  GetObjectAclOutput: ['Owner', 'Grants'],
  GetObjectAttributesOutput: ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'],
  GetObjectAttributesParts: [
    'TotalPartsCount',
    'PartNumberMarker',
    'NextPartNumberMarker',
    'MaxParts',
    'IsTruncated',
    'Parts',
  ],
  Grantee: ['Type', 'ID', 'DisplayName'],
  Initiator: ['ID', 'DisplayName'],
  ListBucketsOutput: ['Owner', 'Buckets', 'ContinuationToken', 'Prefix'],
  ListMultipartUploadsOutput: [
    'Bucket',
    'KeyMarker',
    'UploadIdMarker',
    'NextKeyMarker',
    'NextUploadIdMarker',
    'Delimiter',
    'Prefix',
    'EncodingType',
    'MaxUploads',
    'IsTruncated',
    'Uploads',
    'CommonPrefixes',
  ],
  ListObjectVersionsOutput: [
    'Name',
    'Prefix',
    'KeyMarker',
    'VersionIdMarker',
    'NextKeyMarker',
    'NextVersionIdMarker',
    'MaxKeys',
    'Delimiter',
    'EncodingType',
    'IsTruncated',
    'Versions',
    'DeleteMarkers',
    'CommonPrefixes',
  ],
  ListObjectsOutput: [
    'Name',
    'Prefix',
    'Marker',
    'NextMarker',
    'MaxKeys',
    'Delimiter',
    'EncodingType',
    'IsTruncated',
    'Contents',
    'CommonPrefixes',
  ],
  ListObjectsV2Output: [
    'Name',
    'Prefix',
    'ContinuationToken',
    'StartAfter',
    'NextContinuationToken',
    'KeyCount',
    'MaxKeys',
    'Delimiter',
    'EncodingType',
    'IsTruncated',
    'Contents',
    'CommonPrefixes',
  ],
  ListPartsOutput: [
    'Bucket',
    'Key',
    'UploadId',
    'Initiator',
    'Owner',
    'StorageClass',
    'PartNumberMarker',
    'NextPartNumberMarker',
    'MaxParts',
    'IsTruncated',
    'ChecksumAlgorithm',
    'ChecksumType',
    'Parts',
  ],
  MultipartUpload: [
    'Key',
    'UploadId',
    'Initiator',
    'Owner',
    'StorageClass',
    'Initiated',
    'ChecksumAlgorithm',
    'ChecksumType',
  ],
  Object: [
    'Key',
    'LastModified',
    'ETag',
    'ChecksumAlgorithm',
    'ChecksumType',
    'Size',
    'Owner',
    'StorageClass',
  ],
  ObjectVersion: [
    'Key',
    'VersionId',
    'IsLatest',
    'LastModified',
    'ETag',
    'ChecksumAlgorithm',
    'ChecksumType',
    'Size',
    'Owner',
    'StorageClass',
  ],
  Owner: ['ID', 'DisplayName'],
  Part: ['PartNumber', 'LastModified', 'ETag', 'Size'],
}

/** Query parameters that tell operations apart or are required, and yet are no subresources: others ignore them. */
export const plainParameters: readonly string[] = [
  'list-type',
  'select-type',
  'id',
  'annotationName',
]

/**
 * Subresources that no row of the table uses: those of IBM COS, and those that AWS had or has outside this API. A request
 * that names one means something else than the plain operation.
 */
export const foreignSubresources: readonly string[] = [
  'append',
  'extendRetention',
  'extended',
  'faspConnectionInfo',
  'ibm-replication-failures',
  'ibm-replication-reattempt',
  'legalHold',
  'protection',
]

/** What S3 says of a bucket's subresource that is asked of a key, by method and subresource. */
export const keyNotExpected: Readonly<Record<string, string>> = {
  'GET uploads': 'Key is not expected for the GET method ?uploads subresource',
  'GET versions': 'There is no such thing as the ?versions sub-resource for a key',
}

/**
 * Integers that the model keeps as text, by their names on the wire; S3 refuses other text there.
 */
export const integerTexts: readonly string[] = ['part-number-marker', 'x-amz-part-number-marker']

/** Conditions in a date that cannot be read do not exist (RFC 9110 §13.1.3 and §13.1.4). */
export const ignorableDates: readonly string[] = [
  'If-Modified-Since',
  'If-Unmodified-Since',
  'x-amz-copy-source-if-modified-since',
  'x-amz-copy-source-if-unmodified-since',
]

/** Operations whose XML body is longer than S3's usual 1 MiB at most: bytes. */
export const bodyBytesMax: Readonly<Record<string, number>> = {
  CompleteMultipartUpload: 8 * mebibyte,
  DeleteObjects: 8 * mebibyte,
}

/** What S3 says of a document that is no XML or not the one that it wants, where that is not MalformedXML. */
export const malformedDocuments: Readonly<Record<string, ErrorCode>> = {
  PutBucketAcl: 'MalformedACLError',
  PutObjectAcl: 'MalformedACLError',
}

/**
 * Elements, attributes, comments and CDATA sections of a document that may have many: 10,000 parts with number, ETag, a namespace
 * and two checksums each, where an upload has one.
 */
export const documentMarkupMax: Readonly<Record<string, number>> = {
  CompleteMultipartUpload: 60_001,
}

/** Operations that S3 refuses unless Content-MD5 or a checksum vouches for the body. */
export const digestRequired: readonly string[] = [
  'DeleteObjects',
  'PutBucketCors',
  'PutBucketLifecycleConfiguration',
  'PutBucketReplication',
  'PutBucketTagging',
  'PutObjectLegalHold',
  'PutObjectLockConfiguration',
  'PutObjectRetention',
]
