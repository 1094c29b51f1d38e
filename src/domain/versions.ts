/** Version ids, as far as buckets without versioning have them: the only version of a key is 'null'. */
import { S3Error } from '../model/errors.ts'
import type { BucketRow, ObjectRow } from '../stores/metadata/records.ts'

/** S3's ids are opaque and of this length; what cannot be one is an argument error, what could be is a version that is not there. */
const shape = /^[A-Za-z0-9._-]{32}$/

/** Throws InvalidArgument for what can be no version id. */
export function checkVersionId(versionId: string | undefined): void {
  if (versionId === undefined || versionId === 'null' || shape.test(versionId)) return
  throw invalidVersionId(versionId)
}

/** The same for a bucket that is known: where there never was versioning, 'null' alone is a version id. */
export function checkVersionIdIn(bucket: BucketRow, versionId: string | undefined): void {
  checkVersionId(versionId)
  if (bucket.versioning !== 'never' || versionId === undefined || versionId === 'null') return
  throw invalidVersionId(versionId)
}

/** A version is named by its key first. Throws InvalidArgument. */
export function checkVersionMarker(markers: {
  readonly KeyMarker?: string | undefined
  readonly VersionIdMarker?: string | undefined
}): void {
  const { KeyMarker: key = '', VersionIdMarker: version } = markers
  if (version === undefined || (key !== '' && version !== '')) return
  const detail = { ArgumentName: 'version-id-marker', ArgumentValue: version }
  const sentence =
    key === ''
      ? 'A version-id marker cannot be specified without a key marker.'
      : 'A version-id marker cannot be empty.'
  throw new S3Error('InvalidArgument', detail, sentence)
}

/** The version id that an answer names: none where the bucket never had versioning. */
export function versionIdOf(bucket: BucketRow, row: ObjectRow): string | undefined {
  return bucket.versioning === 'never' ? undefined : row.versionId
}

/** As GetBucketVersioning says it; a bucket that never had versioning has no status. */
export function versioningStatus({ versioning }: BucketRow): 'Enabled' | 'Suspended' | undefined {
  if (versioning === 'never') return undefined
  return versioning === 'enabled' ? 'Enabled' : 'Suspended'
}

function invalidVersionId(versionId: string): S3Error {
  const detail = { ArgumentName: 'versionId', ArgumentValue: versionId }
  const sentence =
    versionId === '' ? 'Version id cannot be the empty string' : 'Invalid version id specified'
  return new S3Error('InvalidArgument', detail, sentence)
}
