/** GetBucketReplication: nothing is replicated. */
import { expectBucketOwner } from '../domain/owners.ts'
import { S3Error } from '../model/errors.ts'
import type { GetBucketReplicationInput, GetBucketReplicationOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws ReplicationConfigurationNotFoundError, and AccessDenied for another owner than the expected one. */
export async function getBucketReplication(
  input: GetBucketReplicationInput,
  s3: Service,
): Promise<GetBucketReplicationOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  throw new S3Error('ReplicationConfigurationNotFoundError', { BucketName: s3.bucket.name })
}
