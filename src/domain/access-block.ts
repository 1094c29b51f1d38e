/** The block of public access: a bucket's own four switches, which are all on where nobody has turned them. */
import { S3Error } from '../model/errors.ts'
import type { PublicAccessBlockConfiguration } from '../model/types.gen.ts'
import type { BucketRow } from '../stores/metadata/records.ts'
import { isPublic } from './acl-groups.ts'
import type { KeptAcl } from './acl.ts'
import { configurationOf } from './configurations.ts'

export type AccessBlock = Required<PublicAccessBlockConfiguration>

const everything: AccessBlock = Object.freeze({
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
})
const nothing: AccessBlock = Object.freeze({
  BlockPublicAcls: false,
  IgnorePublicAcls: false,
  BlockPublicPolicy: false,
  RestrictPublicBuckets: false,
})

/** What is blocked; undefined where the bucket's owner has removed the configuration. */
export function shownBlock(bucket: BucketRow): AccessBlock | undefined {
  const kept = configurationOf(bucket, 'publicAccessBlock') ?? everything
  return kept === 'none' ? undefined : kept
}

export function blockOf(bucket: BucketRow): AccessBlock {
  return shownBlock(bucket) ?? nothing
}

/** As it will be kept: what it leaves out is off. */
export function checkedBlock(sent: PublicAccessBlockConfiguration): AccessBlock {
  const { BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets } = sent
  return {
    BlockPublicAcls: BlockPublicAcls === true,
    IgnorePublicAcls: IgnorePublicAcls === true,
    BlockPublicPolicy: BlockPublicPolicy === true,
    RestrictPublicBuckets: RestrictPublicBuckets === true,
  }
}

/** Throws AccessDenied for a public ACL where the bucket takes none. */
export function checkBlocked(acl: KeptAcl, bucket: BucketRow): void {
  if (acl !== undefined && isPublic(acl) && blockOf(bucket).BlockPublicAcls) {
    throw new S3Error('AccessDenied')
  }
}
