/** GetObjectAttributes: which of an object's attributes the client asked for, and what each of them says. */
import { S3Error } from '../model/errors.ts'
import type { Checksum, GetObjectAttributesParts } from '../model/types.gen.ts'
import type { ObjectRow } from '../stores/metadata/records.ts'
import { pageSize } from './listing.ts'
import type { Objects } from './objects.ts'
import { checksumMembers, partNumberMarker } from './parts.ts'

const known: ReadonlySet<string> = new Set([
  'ETag',
  'Checksum',
  'ObjectParts',
  'StorageClass',
  'ObjectSize',
])

/** What the client asked for. Throws InvalidRequest for nothing, InvalidArgument for what no object has. */
export function askedAttributes(names: readonly string[]): ReadonlySet<string> {
  if (names.every((name) => name === '')) throw new S3Error('InvalidRequest', {}, nothingAsked)
  const unknown = names.find((name) => !known.has(name))
  if (unknown === undefined) return new Set(names)
  throw new S3Error(
    'InvalidArgument',
    { ArgumentName: 'x-amz-object-attributes', ArgumentValue: unknown },
    'Invalid attribute name specified.',
  )
}

const nothingAsked =
  'The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty'

/** The checksum of the whole, here without the number of parts that a composite carries elsewhere. */
export function checksumAttribute({ attributes: { checksum } }: ObjectRow): Checksum | undefined {
  if (checksum === undefined) return undefined
  return {
    ...checksumMembers(checksum.algorithm, { [checksum.algorithm]: checksum.value }),
    ChecksumType: checksum.type,
  }
}

/**
 * The parts of an object that came from a multipart upload: their number, and a page of them, each with its checksum (API
 * reference of ObjectPart). S3 was recorded to leave the page out where the object's is not made of theirs (FULL_OBJECT); it did
 * not before it gave every object a checksum, and clients of that time read their parts' sizes here. Throws InvalidArgument.
 */
export async function partsAttribute(
  objects: Objects,
  row: ObjectRow,
  page: { readonly MaxParts?: number | undefined; readonly PartNumberMarker?: string | undefined },
): Promise<GetObjectAttributesParts | undefined> {
  if (row.partCount === 0) return undefined
  const max = pageSize('max-parts', page.MaxParts)
  const after = partNumberMarker(page.PartNumberMarker)
  const algorithm = row.attributes.checksum?.algorithm
  const { parts, truncated } =
    max === 0 ? { parts: [], truncated: false } : await objects.parts(row, after, max)
  return {
    TotalPartsCount: row.partCount,
    PartNumberMarker: String(after),
    NextPartNumberMarker: String(parts.at(-1)?.number ?? after),
    MaxParts: max,
    IsTruncated: truncated,
    Parts: parts.map((part) => ({
      PartNumber: part.number,
      Size: part.sizeBytes,
      ...checksumMembers(algorithm, part.checksums),
    })),
  }
}
