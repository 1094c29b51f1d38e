/** PutPublicAccessBlock: nothing can be made public; to ask for exactly that is fine. */
import { checkAccessBlock } from '../domain/access-block.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import type { PutPublicAccessBlockInput, PutPublicAccessBlockOutput } from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Throws NotImplemented where something is to be let through, and AccessDenied for another owner than the expected one. */
export async function putPublicAccessBlock(
  input: PutPublicAccessBlockInput,
  s3: Service,
): Promise<PutPublicAccessBlockOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  checkAccessBlock(input.PublicAccessBlockConfiguration)
}
