/** What is told of the encryption of stored bytes: only ever what they are really encrypted with. */
import type { Encryption } from '../stores/metadata/records.ts'
import { methodName } from './encryption.ts'

/** The members of S3's outputs that speak of encryption; an operation whose output lacks one of them does not send it. */
export interface EncryptionAnswer {
  readonly ServerSideEncryption?: string
  readonly SSECustomerAlgorithm?: string
  readonly SSECustomerKeyMD5?: string
  readonly SSEKMSKeyId?: string
  /** Base64 of JSON, as it was sent. */
  readonly SSEKMSEncryptionContext?: string
  /** S3 says it only where it is so. */
  readonly BucketKeyEnabled?: true
}

export function encryptionAnswer(encryption: Encryption | undefined): EncryptionAnswer {
  switch (encryption?.method) {
    case undefined:
      return {}
    case 'SSE-C':
      return { SSECustomerAlgorithm: 'AES256', SSECustomerKeyMD5: encryption.keyMd5 }
    case 'SSE-S3':
      return { ServerSideEncryption: methodName(encryption.method) }
    case 'SSE-KMS':
    case 'DSSE-KMS':
      return {
        ServerSideEncryption: methodName(encryption.method),
        SSEKMSKeyId: encryption.keyId,
        ...(encryption.context === undefined
          ? {}
          : { SSEKMSEncryptionContext: base64Json(encryption.context) }),
        ...(encryption.bucketKey ? { BucketKeyEnabled: true } : {}),
      }
  }
}

function base64Json(context: Readonly<Record<string, string>>): string {
  return Buffer.from(JSON.stringify(context)).toString('base64')
}
