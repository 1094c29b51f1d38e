/** PutBucketAcl: ACLs are off, so the one that says what holds anyway is taken and every other refused. */
import { checkAcl } from '../domain/acl.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import type { PutBucketAclInput, PutBucketAclOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws what checkAcl throws, and AccessDenied for another owner than the expected one. */
export async function putBucketAcl(
  input: PutBucketAclInput,
  s3: Service,
): Promise<PutBucketAclOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  checkAcl(input, s3.bucket.owner)
}
