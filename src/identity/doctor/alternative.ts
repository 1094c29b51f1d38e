/** What the doctor tries: one way in which what was signed may differ from what arrived. */
import type { Address } from '../../wire/address.ts'
import type { Headers } from '../../wire/exchange.ts'
import { canonicalText, type Pieces } from '../canonical.ts'
import type { Scope } from '../scope.ts'
import { textToSign } from '../signature.ts'
import { sign, signingKey } from '../signing-key.ts'
import type { CauseName } from './causes.ts'

/** Everything that a signature is made of. */
export interface Draft extends Pieces {
  readonly timestamp: string
  readonly scope: Scope
  /** Of which the signing key is derived; the string to sign keeps `scope`. */
  readonly keyScope: Scope
  readonly secret: string
}

export interface Alternative {
  readonly cause: CauseName
  /** No secrets: a header is told by its name. */
  readonly facts?: Readonly<Record<string, string>>
  readonly change: (draft: Draft) => Draft
}

/** What the alternatives are taken from. */
export interface Scene {
  /** As the server computes it first. */
  readonly draft: Draft
  /** All that arrived, signed or not. */
  readonly headers: Headers
  readonly address: Address
  readonly server: ServerFacts
  /** Of the body, where Content-Length says it. */
  readonly lengthBytes?: number | undefined
}

/** What is known of the server itself. */
export interface ServerFacts {
  readonly region: string
  readonly domains: readonly string[]
  readonly port: number
}

/** The signature that would have been sent. */
export function signDraft(draft: Draft): string {
  const key = signingKey(draft.secret, draft.keyScope)
  return sign(key, textToSign(draft, canonicalText(draft)))
}

export function headerOf(draft: Draft, name: string): string | undefined {
  return draft.headers.find(([other]) => other === name)?.[1]
}

/** The draft with another value of a header that was signed. */
export function withHeader(draft: Draft, name: string, value: string): Draft {
  const headers = draft.headers.map(
    ([other, old]) => [other, other === name ? value : old] as const,
  )
  return { ...draft, headers }
}

/** Enough to recognize a value in the log, and no more. */
export function shown(value: string): string {
  return value.length > 200 ? `${value.slice(0, 200)}…` : value
}
