/** GetObjectAcl: who may do what with an object; where ACLs are off, the bucket's owner everything and nobody else anything. */
import { shownAcl } from '../domain/acl.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import { aclIn, ownerIn } from '../domain/ownership.ts'
import type { GetObjectAclInput, GetObjectAclOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws NoSuchKey, NoSuchVersion, MethodNotAllowed, InvalidArgument, and AccessDenied for another owner than the expected one. */
export async function getObjectAcl(
  input: GetObjectAclInput,
  s3: Service,
): Promise<GetObjectAclOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  const { row } = await s3.objects.find(s3.bucket, input.Key, input.VersionId)
  return shownAcl(aclIn(s3.bucket, row.attributes.acl), ownerIn(s3.bucket, row), s3)
}
