/** GetBucketAcl: what holds of every bucket, as an ACL: its owner may do everything, and nobody else anything. */
import { ownersAcl } from '../domain/acl.ts'
import { expectBucketOwner, ownerOf } from '../domain/owners.ts'
import type { GetBucketAclInput, GetBucketAclOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws AccessDenied for another owner than the expected one. */
export async function getBucketAcl(
  input: GetBucketAclInput,
  s3: Service,
): Promise<GetBucketAclOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  return ownersAcl(ownerOf(s3.bucket.owner, s3))
}
