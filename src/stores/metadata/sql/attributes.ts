/** Attributes of an object or upload as their record keeps them: what is empty is left out, and comes back as it was. */
import type { ObjectAttributes } from '../records.ts'

/** Shortened for disk; every absent member means "none". */
export type KeptAttributes = {
  readonly [Name in keyof ObjectAttributes]?: ObjectAttributes[Name] | undefined
}

/** Always in this order, by which listings find what they show (listed-json.ts). JSON leaves out members that are undefined. */
export function keepAttributes(attributes: ObjectAttributes): KeptAttributes {
  const { headers, metadata, storageClass, tags, checksum, encryption, lock, acl } = attributes
  return {
    headers: Object.keys(headers).length === 0 ? undefined : headers,
    metadata: metadata.length === 0 ? undefined : metadata,
    storageClass,
    tags: tags.length === 0 ? undefined : tags,
    checksum,
    encryption,
    lock,
    acl,
  }
}

export function restoreAttributes(kept: KeptAttributes): ObjectAttributes {
  return {
    headers: kept.headers ?? {},
    metadata: kept.metadata ?? [],
    storageClass: kept.storageClass ?? 'STANDARD',
    tags: kept.tags ?? [],
    checksum: kept.checksum,
    encryption: kept.encryption,
    lock: kept.lock,
    acl: kept.acl,
  }
}
