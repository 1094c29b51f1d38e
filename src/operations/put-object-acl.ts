/** PutObjectAcl: ACLs are off, so the one that says what holds anyway is taken and every other refused. */
import { checkAcl } from '../domain/acl.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import type { PutObjectAclInput, PutObjectAclOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws what checkAcl throws; NoSuchKey, NoSuchVersion, MethodNotAllowed, InvalidArgument; and AccessDenied for another owner than the expected one. */
export async function putObjectAcl(
  input: PutObjectAclInput,
  s3: Service,
): Promise<PutObjectAclOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const { row } = await s3.objects.find(s3.bucket, input.Key, input.VersionId)
  checkAcl(input, row.owner)
  return {}
}
