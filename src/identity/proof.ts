/** What a verified claim proves: which address was signed, and how the body must prove itself. */
import { createHmac } from 'node:crypto'
import { S3Error } from '../model/errors.ts'
import type { Address } from '../wire/address.ts'
import type { Exchange } from '../wire/exchange.ts'
import { withHoisted } from '../wire/hoisted.ts'
import type { Seal } from '../wire/seal.ts'
import type { AccessKey } from './account.ts'
import { unsupportedMechanism } from './authorization-header.ts'
import { chunkVerifier } from './chunk-signatures.ts'
import type { ClaimV2, ClaimV4 } from './claim.ts'
import { mismatch } from './mismatch.ts'
import { bodyHashHeader, payloadHash, sealFor } from './payload-hash.ts'
import { isSame } from './same.ts'
import { verifySignature } from './signature.ts'
import { stringsToSign } from './v2-string-to-sign.ts'

export interface Proof {
  readonly address: Address
  readonly seal: Seal
}

export interface Signed {
  readonly exchange: Exchange
  readonly address: Address
}

export function proveV4(claim: ClaimV4, key: AccessKey, { exchange, address }: Signed): Proof {
  const payload = payloadHash(claim, exchange, address)
  checkAllSigned(claim, exchange, payload)
  const seal = sealFor(payload, () => chunkVerifier(claim, key))
  const { signedHeaders } = claim
  const form = verifySignature(claim, key, { exchange, address, signedHeaders, payload })
  return { address: form.address, seal }
}

/**
 * Host, and every x-amz-* header, for each has a meaning that its sender must have wanted. A presigned URL may come with
 * an unsigned x-amz-content-sha256, whose value the canonical request ends in.
 */
function checkAllSigned(claim: ClaimV4, exchange: Exchange, payload: string): void {
  const isSigned = lookUp(claim.signedHeaders)
  const missing: string[] = isSigned('host') ? [] : ['host']
  const isHashed = claim.form === 'query' && exchange.headers.get(bodyHashHeader) === payload
  for (const name of exchange.headers.names()) {
    if (!name.startsWith('x-amz-') || isSigned(name)) continue
    if (!isHashed || name !== bodyHashHeader) missing.push(name)
  }
  if (missing.length === 0) return
  const says = 'There were headers present in the request which were not signed'
  throw new S3Error('AccessDenied', { HeadersNotSigned: missing.join(', ') }, says)
}

/** Nobody signs more headers than this but to keep us busy. */
const namesSearchedMax = 32

function lookUp(names: readonly string[]): (name: string) => boolean {
  const many = names.length > namesSearchedMax ? new Set(names) : undefined
  return (name) => many?.has(name) ?? names.includes(name)
}

/** SigV2 signs no body; a hash that was sent all the same is held to, and chunks cannot be signed after it. */
export function proveV2(claim: ClaimV2, key: AccessKey, { exchange, address }: Signed): Proof {
  const payload = withHoisted(exchange.headers, address.query).get(bodyHashHeader)
  const seal = sealFor(payload ?? 'UNSIGNED-PAYLOAD', () => {
    throw unsupportedMechanism()
  })
  const texts = stringsToSign(claim, exchange, address)
  const isSigned = (text: string): boolean => isSame(claim.signature, signV2(key, text))
  if (!texts.some(isSigned)) {
    const suspect = { claim, key, exchange, address }
    throw mismatch({ ...claim, stringToSign: texts[0] ?? '', suspect })
  }
  return { address, seal }
}

/** `text` holds one char per byte. */
export function signV2({ secretAccessKey }: AccessKey, text: string): string {
  return createHmac('sha1', secretAccessKey).update(text, 'latin1').digest('base64')
}
