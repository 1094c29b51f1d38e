/** PutBucketOwnershipControls: ACLs are off; to ask for exactly that is fine. */
import { checkOwnership } from '../domain/acl.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import type {
  PutBucketOwnershipControlsInput,
  PutBucketOwnershipControlsOutput,
} from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws MalformedXML, NotImplemented for another ownership, and AccessDenied for another owner than the expected one. */
export async function putBucketOwnershipControls(
  input: PutBucketOwnershipControlsInput,
  s3: Service,
): Promise<PutBucketOwnershipControlsOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  checkOwnership(input.OwnershipControls)
}
