/** Attributes of an object or upload as their record keeps them: what is empty is left out, and comes back as it was. */
import type { ObjectAttributes } from '../records.ts'

/** Shortened for disk; every absent member means "none". */
export type KeptAttributes = Partial<ObjectAttributes>

export function keepAttributes(attributes: ObjectAttributes): KeptAttributes {
  const { headers, metadata, tags } = attributes
  return {
    ...attributes,
    ...omitted('headers', Object.keys(headers).length === 0),
    ...omitted('metadata', metadata.length === 0),
    ...omitted('tags', tags.length === 0),
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

/** JSON leaves out members that are undefined. */
function omitted(name: keyof ObjectAttributes, empty: boolean): object {
  return empty ? { [name]: undefined } : {}
}
