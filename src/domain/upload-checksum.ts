/**
 * The checksum that an upload is created for: algorithm and type are fixed by CreateMultipartUpload, and every part and
 * the completion are held to them (AWS: "Checking object integrity"; rows 26 to 31 of the UploadPart rules).
 */
import { checksumTypes, type ChecksumType } from '../model/checksum-types.ts'
import { S3Error } from '../model/errors.ts'
import type { ChecksumAlgorithm } from '../payload/checksums/algorithms.ts'

export interface UploadChecksum {
  readonly algorithm: ChecksumAlgorithm
  readonly type: ChecksumType
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
  const types: readonly ChecksumType[] = checksumTypes[algorithm]
  const chosen = type ?? checksumTypes[algorithm][0]
  if (!types.includes(chosen)) {
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
  const valid = Object.keys(checksumTypes).join(', ')
  throw new S3Error(
    'InvalidRequest',
    {},
    `Checksum algorithm provided is unsupported. Please try again with any of the valid types: [${valid}]`,
  )
}

function isAlgorithm(text: string): text is ChecksumAlgorithm {
  return Object.hasOwn(checksumTypes, text)
}

/** The type by its name, in any case as S3 takes it; undefined without one. InvalidRequest. */
export function checksumType(text: string | undefined): ChecksumType | undefined {
  const upper = text?.toUpperCase()
  if (upper === undefined || upper === 'COMPOSITE' || upper === 'FULL_OBJECT') return upper
  throw new S3Error('InvalidRequest', {}, 'Value for x-amz-checksum-type header is invalid.')
}
