/**
 * Members that are taken and change nothing, with the reason: each is harmless here because there is nothing that it could
 * change. Whoever makes such a thing takes its member out; a test compares this list with what the operations read.
 */
import type { OperationName } from '../model/operations.gen.ts'

type Reasons = Readonly<Record<string, string>>

/** Of every operation that has them. */
const everywhere: Reasons = {
  RequestPayer: 'nobody is charged: the owner of a bucket always pays',
  BypassGovernanceRetention: 'no object has a retention',
}

const none = 'there is none, whichever is named'
const emptyList = 'the list is empty'

const byOperation: { readonly [Name in OperationName]?: Reasons } = {
  CopyObject: { AnnotationDirective: 'no object has annotations' },
  DeleteBucketAnalyticsConfiguration: { Id: none },
  DeleteBucketIntelligentTieringConfiguration: { Id: none },
  DeleteBucketInventoryConfiguration: { Id: none },
  DeleteBucketMetricsConfiguration: { Id: none },
  DeleteObjectAnnotation: { AnnotationName: none },
  GetBucketAnalyticsConfiguration: { Id: none },
  GetBucketIntelligentTieringConfiguration: { Id: none },
  GetBucketInventoryConfiguration: { Id: none },
  GetBucketMetricsConfiguration: { Id: none },
  GetObjectAnnotation: { AnnotationName: none, ChecksumMode: none },
  ListBucketAnalyticsConfigurations: { ContinuationToken: emptyList },
  ListBucketIntelligentTieringConfigurations: { ContinuationToken: emptyList },
  ListBucketInventoryConfigurations: { ContinuationToken: emptyList },
  ListBucketMetricsConfigurations: { ContinuationToken: emptyList },
  ListObjectAnnotations: { ContinuationToken: emptyList },
}

/** Why the operation ignores the member; undefined where it does not. */
export function ignoredBecause(operation: OperationName, member: string): string | undefined {
  return byOperation[operation]?.[member] ?? everywhere[member]
}
