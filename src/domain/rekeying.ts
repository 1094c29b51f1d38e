/** Which objects may get another key without their bytes being touched, and which key: the rules of UpdateObjectEncryption. */
import { S3Error } from '../model/errors.ts'
import type { ObjectEncryption } from '../model/types.gen.ts'
import type { AskedEncryption } from '../payload/encryption/envelope.ts'
import type { Encryption } from '../stores/metadata/records.ts'

type Rekeyable = Extract<Encryption, { method: 'SSE-S3' | 'SSE-KMS' | 'DSSE-KMS' }>

const arnShape = /^arn:aws[-a-z0-9]*:kms:[-a-z0-9]*:[0-9]{12}:key\/.+$/

/**
 * How the object is to be encrypted from now on; an encryption context that it has stays. Throws InvalidRequest without a
 * new method, and for a key that is not named by a whole ARN, as AWS wants it here and nowhere else.
 */
export function rekeyed({ SSEKMS }: ObjectEncryption): (from: Encryption) => AskedEncryption {
  if (SSEKMS === undefined) {
    throw invalid(
      'Requests that modify an object encryption configuration require a valid new encryption type. Valid values are SSEKMS.',
    )
  }
  const { KMSKeyArn: arn, BucketKeyEnabled: bucketKey = false } = SSEKMS
  if (arn === '') {
    throw invalid(
      "Requests that modify an object's encryption type to SSE-KMS require an AWS KMS key Amazon Resource Name (ARN).",
    )
  }
  if (!arnShape.test(arn)) {
    throw invalid(
      "Requests that modify an object's encryption type to SSE-KMS require a valid AWS KMS key Amazon Resource Name (ARN).",
    )
  }
  return (from) => {
    const context = 'context' in from ? from.context : undefined
    return { method: 'SSE-KMS', keyId: arn, context, bucketKey }
  }
}

/** The envelope that is to be replaced. Throws InvalidRequest for plain bytes, DSSE-KMS and SSE-C. */
export function refuseUnrekeyable(encryption: Encryption | undefined): Rekeyable {
  if (encryption === undefined) {
    throw invalid(
      "The UpdateObjectEncryption operation doesn't support unencrypted source objects. Only source objects encrypted with SSE-S3 or SSE-KMS are supported.",
    )
  }
  if (encryption.method === 'SSE-C' || encryption.method === 'DSSE-KMS') {
    throw invalid(
      "The UpdateObjectEncryption operation doesn't support source objects with the encryption type DSSE-KMS or SSE-C. Only source objects encrypted with SSE-S3 or SSE-KMS are supported.",
    )
  }
  return encryption
}

function invalid(sentence: string): S3Error {
  return new S3Error('InvalidRequest', {}, sentence)
}
