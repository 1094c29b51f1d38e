/** GetBucketAcl: who may do what with a bucket; where ACLs are off, its owner everything and nobody else anything. */
import { shownAcl } from '../domain/acl.ts'
import { configurationOf } from '../domain/configurations.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import { aclIn } from '../domain/ownership.ts'
import type { GetBucketAclInput, GetBucketAclOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws AccessDenied for another owner than the expected one. */
export async function getBucketAcl(
  input: GetBucketAclInput,
  s3: Service,
): Promise<GetBucketAclOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const acl = aclIn(s3.bucket, configurationOf(s3.bucket, 'acl'))
  return shownAcl(acl, s3.bucket.owner, s3)
}
