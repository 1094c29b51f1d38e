/** UpdateObjectEncryption: another key, or another kind of key, for an object whose bytes stay where and as they are. */
import { authorizeKms } from '../access/encryption.ts'
import { expectBucketOwner } from '../domain/owners.ts'
import { rekeyed, refuseUnrekeyable } from '../domain/rekeying.ts'
import { S3Error } from '../model/errors.ts'
import type {
  UpdateObjectEncryptionInput,
  UpdateObjectEncryptionOutput,
} from '../model/types.gen.ts'
import type { Service } from './service.ts'

/** Looks at an object that is replaced again and again while its envelope is to change. */
const attemptsMax = 10

/**
 * Throws InvalidRequest for a key or an object that this cannot be done with, NoSuchKey, NoSuchVersion, MethodNotAllowed,
 * InvalidArgument, AccessDenied for another owner than the expected one, what the key store says, and OperationAborted for
 * an object that others never stop replacing.
 */
export async function updateObjectEncryption(
  input: UpdateObjectEncryptionInput,
  s3: Service,
): Promise<UpdateObjectEncryptionOutput> {
  expectBucketOwner(input.ExpectedBucketOwner, s3.bucket, s3)
  authorizeKms({ method: 'SSE-KMS' }, s3)
  const wanted = rekeyed(input.ObjectEncryption)
  const place = { bucket: s3.bucket.name, key: input.Key }
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const { row } = await s3.objects.find(s3.bucket, input.Key, input.VersionId)
    const from = refuseUnrekeyable(row.attributes.encryption)
    const open = await s3.envelopes.open(from, place, undefined)
    const next = await s3.envelopes.rewrap(open, wanted(from), place)
    if (next === undefined) throw new TypeError('a data key of one layer stays one of one layer')
    if (await s3.objects.replaceEnvelope(row, from, next.encryption)) return {}
  }
  throw new S3Error('OperationAborted')
}
