/** PutObjectAcl: says who besides its owner may do what with an object, of which nothing else changes. */
import { expectBucketOwner } from '../domain/owners.ts'
import { changedAcl } from '../domain/ownership.ts'
import type { PutObjectAclInput, PutObjectAclOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws what changedAcl throws; NoSuchKey, NoSuchVersion, MethodNotAllowed, InvalidArgument; and AccessDenied for another owner than the expected one. */
export async function putObjectAcl(
  input: PutObjectAclInput,
  s3: Service,
): Promise<PutObjectAclOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const named = { key: input.Key, versionId: input.VersionId }
  await s3.objects.revise(s3.bucket, named, (row) => changedAcl(input, row, s3))
  return {}
}
