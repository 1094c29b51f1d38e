/** What is kept with a bucket beside its objects: one configuration for each subresource that can be set. */
import type { CORSConfiguration, ServerSideEncryptionRule, Tag } from '../model/types.gen.ts'
import type { BucketRow } from '../stores/metadata/records.ts'

/** Configurations by the name of their subresource, each in the form that its rule approved. */
export interface Configurations {
  readonly cors: CORSConfiguration
  readonly encryption: ServerSideEncryptionRule
  readonly tagging: readonly Tag[]
}

export type ConfigurationName = keyof Configurations

/** Undefined where nobody has set it. */
export function configurationOf<Name extends ConfigurationName>(
  bucket: BucketRow,
  name: Name,
): Configurations[Name] | undefined {
  // The store gives back what `Buckets.configure` gave it under this name.
  return bucket.attributes.configurations[name] as Configurations[Name] | undefined
}
