/** What is kept with a bucket beside its objects: one configuration for each subresource that can be set. */
import type {
  CORSConfiguration,
  PublicAccessBlockConfiguration,
  ServerSideEncryptionRule,
  Tag,
} from '../model/types.gen.ts'
import type { AclGrant, BucketRow } from '../stores/metadata/records.ts'
import type { ObjectOwnership } from './settings.ts'

/** Configurations by the name of their subresource, each in the form that its rule approved. */
export interface Configurations {
  readonly cors: CORSConfiguration
  readonly encryption: ServerSideEncryptionRule
  readonly tagging: readonly Tag[]
  /** Unset, the owner alone may do anything. */
  readonly acl: readonly AclGrant[]
  /** 'none' says that there are no controls; unset, the bucket is as AWS makes it today (ownership.ts). */
  readonly ownershipControls: ObjectOwnership | 'none'
  /** 'none' says that nothing is blocked; unset, everything is (access-block.ts). */
  readonly publicAccessBlock: Required<PublicAccessBlockConfiguration> | 'none'
  /** As the bucket was created with it, where a dialect has classes in it; no subresource, and never changed. */
  readonly locationConstraint: string
}

export type ConfigurationName = keyof Configurations

/** What GetBucketLocation calls the place of a bucket, before S3's own exception for its first region. */
export function locationOf(bucket: BucketRow): string {
  return configurationOf(bucket, 'locationConstraint') ?? bucket.attributes.region
}

/** Undefined where nobody has set it. */
export function configurationOf<Name extends ConfigurationName>(
  bucket: BucketRow,
  name: Name,
): Configurations[Name] | undefined {
  // The store gives back what `Buckets.configure` gave it under this name.
  return bucket.attributes.configurations[name] as Configurations[Name] | undefined
}
