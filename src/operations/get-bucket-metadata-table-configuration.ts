/** GetBucketMetadataTableConfiguration: no metadata table configuration can be set, so there is none. */
import { expectBucketOwner } from '../domain/owners.ts'
import { S3Error } from '../model/errors.ts'
import type {
  GetBucketMetadataTableConfigurationInput,
  GetBucketMetadataTableConfigurationOutput,
} from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws MetadataConfigurationNotFound, and AccessDenied for another owner than the expected one. */
export async function getBucketMetadataTableConfiguration(
  input: GetBucketMetadataTableConfigurationInput,
  s3: Service,
): Promise<GetBucketMetadataTableConfigurationOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  throw new S3Error('MetadataConfigurationNotFound')
}
