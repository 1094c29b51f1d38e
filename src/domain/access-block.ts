/** The block of public access: it is on and cannot be turned off, for nothing here can be made public. */
import { S3Error } from '../model/errors.ts'
import type { PublicAccessBlockConfiguration } from '../model/types.gen.ts'

export const everythingBlocked: Required<PublicAccessBlockConfiguration> = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
}

/** Throws NotImplemented for a configuration that lets anything through; what it leaves out is let through, as S3 reads it. */
export function checkAccessBlock(configuration: PublicAccessBlockConfiguration): void {
  const { BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets } =
    configuration
  if (BlockPublicAcls && IgnorePublicAcls && BlockPublicPolicy && RestrictPublicBuckets) return
  const sentence = 'A PublicAccessBlockConfiguration other than all true is not supported'
  throw new S3Error('NotImplemented', {}, sentence)
}
