/** GetBucketCors: the rules by which pages of other origins may use a bucket. */
import { configurationOf } from '../domain/configurations.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import { S3Error } from '../model/errors.ts'
import type { GetBucketCorsInput, GetBucketCorsOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws NoSuchCORSConfiguration, and AccessDenied for another owner than the expected one. */
export async function getBucketCors(
  input: GetBucketCorsInput,
  s3: Service,
): Promise<GetBucketCorsOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const configuration = configurationOf(s3.bucket, 'cors')
  if (configuration === undefined) {
    throw new S3Error('NoSuchCORSConfiguration', { BucketName: s3.bucket.name })
  }
  return { CORSRules: configuration.CORSRules }
}
