/** The rolling signatures of an aws-chunked body: each signs its chunk and the signature before it. */
import { hash } from 'node:crypto'
import { S3Error } from '../model/errors.ts'
import type { ChunkVerifier } from '../wire/seal.ts'
import type { AccessKey } from './account.ts'
import type { ClaimV4 } from './claim.ts'
import { isSame } from './same.ts'
import { scopeText } from './scope.ts'
import { sha256Hex, sign, signingKey } from './signing-key.ts'

/** The request's own signature is the seed, so a chunk belongs to one request and one place in it. */
export function chunkVerifier(claim: ClaimV4, key: AccessKey): ChunkVerifier {
  const secret = signingKey(key.secretAccessKey, claim.scope)
  const scope = scopeText(claim.scope)
  let previous = claim.signature
  const advance = (signature: string, kind: string, digests: readonly string[]): void => {
    const text = [`AWS4-HMAC-SHA256-${kind}`, claim.timestamp, scope, previous, ...digests]
    if (!isSame(signature, sign(secret, text.join('\n')))) {
      throw new S3Error('SignatureDoesNotMatch', { AWSAccessKeyId: claim.accessKeyId })
    }
    previous = signature
  }
  return {
    chunk: (signature, dataSha256) =>
      advance(signature, 'PAYLOAD', [sha256OfNothing, Buffer.from(dataSha256).toString('hex')]),
    trailer: (signature, canonical) =>
      advance(signature, 'TRAILER', [hash('sha256', canonical, 'hex')]),
  }
}

const sha256OfNothing = sha256Hex('')
