/**
 * Continuation tokens: where a listing goes on, opaque to the client. A token proves that it was made for this very list,
 * so that a mangled one is refused instead of silently starting elsewhere; it is no secret and gives no right.
 */
import { createHash } from 'node:crypto'

/** Enough that no accident passes. */
const proofBytes = 9

/** A token for `position` in the list that `scope` names. */
export function sealToken(scope: string, position: string): string {
  return Buffer.from(`${proof(scope, position)}${position}`).toString('base64url')
}

/** The position in a token of that list; undefined when it is none. */
export function openToken(scope: string, token: string): string | undefined {
  const text = Buffer.from(token, 'base64url').toString()
  const position = text.slice(proof('', '').length)
  return sealToken(scope, position) === token ? position : undefined
}

function proof(scope: string, position: string): string {
  const hash = createHash('sha256').update(`${scope}\n${position}`)
  return hash.digest().subarray(0, proofBytes).toString('base64url')
}
