/**
 * A bucket's default encryption, and whether it takes customers' keys at all. It is kept as the one rule that S3's document
 * has; each half that a new document leaves out stays as it was, for so S3's guide switches the block alone.
 */
import { S3Error } from '../model/errors.ts'
import type {
  ServerSideEncryptionByDefault,
  ServerSideEncryptionConfiguration,
  ServerSideEncryptionRule,
} from '../model/types.gen.ts'
import type { BucketRow } from '../stores/metadata/records.ts'
import { configurationOf } from './configurations.ts'
import { foreignMethods, managedMethod } from './encryption.ts'
import type { Settings } from './settings.ts'

/** The rule to keep. Throws MalformedXML, InvalidArgument, and NotImplemented for a method of other services. */
export function checkedEncryption(
  { Rules }: ServerSideEncryptionConfiguration,
  bucket: BucketRow,
): ServerSideEncryptionRule {
  const [rule, ...others] = Rules
  if (rule === undefined || others.length > 0) throw new S3Error('MalformedXML')
  const { ApplyServerSideEncryptionByDefault: byDefault, BlockedEncryptionTypes: blocked } = rule
  if (byDefault === undefined && blocked === undefined) throw new S3Error('MalformedXML')
  if (byDefault !== undefined) checkDefault(byDefault)
  if (blocked !== undefined) checkBlocked(blocked.EncryptionType ?? [])
  const before = configurationOf(bucket, 'encryption')
  return {
    ApplyServerSideEncryptionByDefault: byDefault ?? before?.ApplyServerSideEncryptionByDefault,
    BucketKeyEnabled:
      rule.BucketKeyEnabled ?? (byDefault === undefined && before?.BucketKeyEnabled === true),
    BlockedEncryptionTypes: blocked ?? before?.BlockedEncryptionTypes,
  }
}

/** What is left when the default is taken away: a block of customers' keys, or nothing. */
export function withoutDefault(bucket: BucketRow): ServerSideEncryptionRule | undefined {
  const { BlockedEncryptionTypes } = configurationOf(bucket, 'encryption') ?? {}
  return blocksCustomerKeys(bucket)
    ? { BucketKeyEnabled: false, BlockedEncryptionTypes }
    : undefined
}

/** What is in force; undefined where nothing is. The server's own default shows in every bucket, as S3's does. */
export function effectiveEncryption(
  bucket: BucketRow,
  { defaultEncryption }: Pick<Settings, 'defaultEncryption'>,
): ServerSideEncryptionRule | undefined {
  const rule = configurationOf(bucket, 'encryption')
  if (rule?.ApplyServerSideEncryptionByDefault !== undefined || defaultEncryption === 'none') {
    return rule
  }
  const ApplyServerSideEncryptionByDefault = { SSEAlgorithm: defaultEncryption }
  return { BucketKeyEnabled: false, ...rule, ApplyServerSideEncryptionByDefault }
}

/** Nobody may write here with a key of their own; what was written before can still be read. */
export function blocksCustomerKeys(bucket: BucketRow): boolean {
  const rule = configurationOf(bucket, 'encryption')
  return rule?.BlockedEncryptionTypes?.EncryptionType?.includes('SSE-C') === true
}

/** Whether the key exists is asked when bytes come, as S3 does it. */
function checkDefault({ SSEAlgorithm, KMSMasterKeyID }: ServerSideEncryptionByDefault): void {
  const method = managedMethod(SSEAlgorithm)
  if (foreignMethods.has(SSEAlgorithm)) {
    throw new S3Error('NotImplemented', {}, `${SSEAlgorithm} is not implemented`)
  }
  if (method === undefined) throw new S3Error('MalformedXML')
  if (method !== 'SSE-S3' || KMSMasterKeyID === undefined) return
  throw new S3Error(
    'InvalidArgument',
    { ArgumentName: 'ApplyServerSideEncryptionByDefault' },
    'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse',
  )
}

function checkBlocked(types: readonly string[]): void {
  const isOne = types.length === 1
  if (!isOne || !types.every((type) => type === 'NONE' || type === 'SSE-C')) {
    throw new S3Error('MalformedXML')
  }
}
