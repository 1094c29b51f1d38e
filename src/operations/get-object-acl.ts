/** GetObjectAcl: what holds of every object, as an ACL: its owner may do everything, and nobody else anything. */
import { ownersAcl } from '../domain/acl.ts'
import { expectBucketOwner, ownerOf } from '../domain/owners.ts'
import type { GetObjectAclInput, GetObjectAclOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws NoSuchKey, NoSuchVersion, MethodNotAllowed, InvalidArgument, and AccessDenied for another owner than the expected one. */
export async function getObjectAcl(
  input: GetObjectAclInput,
  s3: Service,
): Promise<GetObjectAclOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const { row } = await s3.objects.find(s3.bucket, input.Key, input.VersionId)
  return ownersAcl(ownerOf(row.owner, s3))
}
