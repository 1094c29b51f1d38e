/** Whether a claim's signature is what its key would have made of this request. */
import type { AccessKey } from './account.ts'
import {
  canonicalForms,
  canonicalRequest,
  usualForm,
  type CanonicalParts,
  type Form,
} from './canonical.ts'
import type { ClaimV4 } from './claim.ts'
import { mismatch } from './mismatch.ts'
import { isSameSignature } from './same.ts'
import { scopeText } from './scope.ts'
import { sha256Hex, sign, signingKey } from './signing-key.ts'

/**
 * The form in which the request was signed. Throws SignatureDoesNotMatch, with what we signed, so that a client's author can
 * see where the two part.
 */
export function verifySignature(claim: ClaimV4, key: AccessKey, parts: CanonicalParts): Form {
  const secret = signingKey(key.secretAccessKey, claim.scope)
  const usual = usualForm(parts.exchange, parts.address)
  const asUsual = textToSign(claim, canonicalRequest(parts, usual))
  if (isSameSignature(claim.signature, sign(secret, asUsual))) return usual
  let first: Attempt | undefined
  for (const form of canonicalForms(parts.exchange, parts.address)) {
    const canonical = canonicalRequest(parts, form)
    const stringToSign = textToSign(claim, canonical)
    if (isSameSignature(claim.signature, sign(secret, stringToSign))) return form
    first ??= { canonical, stringToSign }
  }
  const suspect = { claim, key, ...parts }
  throw mismatch({ ...claim, ...(first ?? { canonical: '', stringToSign: '' }), suspect })
}

interface Attempt {
  readonly canonical: string
  readonly stringToSign: string
}

export function textToSign(claim: Pick<ClaimV4, 'timestamp' | 'scope'>, canonical: string): string {
  const { timestamp, scope } = claim
  return `AWS4-HMAC-SHA256\n${timestamp}\n${scopeText(scope)}\n${sha256Hex(canonical)}`
}
