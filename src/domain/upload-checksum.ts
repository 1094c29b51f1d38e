/**
 * The checksum that an upload is created for: algorithm and type are fixed by CreateMultipartUpload, and every part and
 * the completion are held to them (AWS: "Checking object integrity"; rows 26 to 31 of the UploadPart rules).
 */
import { S3Error } from '../model/errors.ts'
import type { ChecksumAlgorithm, CombinableAlgorithm } from '../payload/checksums/algorithms.ts'

export type ChecksumType = 'COMPOSITE' | 'FULL_OBJECT'

export interface UploadChecksum {
  readonly algorithm: ChecksumAlgorithm
  readonly type: ChecksumType
}

/** What each algorithm can make of its parts; the first is what S3 takes when the client names no type. */
const typesOf: Readonly<Record<ChecksumAlgorithm, readonly ChecksumType[]>> = {
  CRC32: ['COMPOSITE', 'FULL_OBJECT'],
  CRC32C: ['COMPOSITE', 'FULL_OBJECT'],
  CRC64NVME: ['FULL_OBJECT'],
  MD5: ['COMPOSITE'],
  SHA1: ['COMPOSITE'],
  SHA256: ['COMPOSITE'],
  SHA512: ['COMPOSITE'],
  XXHASH128: ['COMPOSITE'],
  XXHASH3: ['COMPOSITE'],
  XXHASH64: ['COMPOSITE'],
}

/** Row 31: what the headers of CreateMultipartUpload ask for; undefined when they ask for nothing. InvalidRequest. */
export function uploadChecksum(input: {
  readonly ChecksumAlgorithm?: string | undefined
  readonly ChecksumType?: string | undefined
}): UploadChecksum | undefined {
  const type = checksumType(input.ChecksumType)
  if (input.ChecksumAlgorithm === undefined) {
    if (type !== undefined) throw new S3Error('InvalidRequest', {}, typeAlone)
    return undefined
  }
  const algorithm = knownAlgorithm(input.ChecksumAlgorithm)
  const [usual = 'COMPOSITE'] = typesOf[algorithm]
  const chosen = type ?? usual
  if (!typesOf[algorithm].includes(chosen)) {
    throw new S3Error('InvalidRequest', {}, cannotBeUsed(chosen, algorithm))
  }
  return { algorithm, type: chosen }
}

const typeAlone =
  'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.'

function cannotBeUsed(type: ChecksumType, algorithm: ChecksumAlgorithm): string {
  return `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`
}

export function knownAlgorithm(text: string): ChecksumAlgorithm {
  const upper = text.toUpperCase()
  if (isAlgorithm(upper)) return upper
  const valid = Object.keys(typesOf).join(', ')
  throw new S3Error(
    'InvalidRequest',
    {},
    `Checksum algorithm provided is unsupported. Please try again with any of the valid types: [${valid}]`,
  )
}

/** The checksum of a whole can be made of those of its parts. */
export function isCombinable(algorithm: ChecksumAlgorithm): algorithm is CombinableAlgorithm {
  return typesOf[algorithm].includes('FULL_OBJECT')
}

function isAlgorithm(text: string): text is ChecksumAlgorithm {
  return Object.hasOwn(typesOf, text)
}

/** The type by its name, in any case as S3 takes it; undefined without one. InvalidRequest. */
export function checksumType(text: string | undefined): ChecksumType | undefined {
  const upper = text?.toUpperCase()
  if (upper === undefined || upper === 'COMPOSITE' || upper === 'FULL_OBJECT') return upper
  throw new S3Error('InvalidRequest', {}, 'Value for x-amz-checksum-type header is invalid.')
}
