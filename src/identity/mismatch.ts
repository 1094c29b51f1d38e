/** SignatureDoesNotMatch with what we signed, so that a client's author can see where the two part. */
import { S3Error } from '../model/errors.ts'
import type { Address } from '../wire/address.ts'
import type { Exchange } from '../wire/exchange.ts'
import type { AccessKey } from './account.ts'
import type { CanonicalParts } from './canonical.ts'
import type { ClaimV2, ClaimV4 } from './claim.ts'

/** A request whose signature did not match, for the doctor: with the key that it named. */
export type Suspect = SuspectV4 | SuspectV2

export interface SuspectV4 extends CanonicalParts {
  readonly claim: ClaimV4
  readonly key: AccessKey
}

export interface SuspectV2 {
  readonly claim: ClaimV2
  readonly key: AccessKey
  readonly exchange: Exchange
  readonly address: Address
}

/** What it knows beyond an error's own elements is out of reach of whoever prints or serializes it. */
export class SignatureMismatch extends S3Error {
  readonly #suspect: Suspect | undefined

  constructor(detail: Readonly<Record<string, string>>, suspect: Suspect | undefined) {
    super('SignatureDoesNotMatch', detail)
    this.#suspect = suspect
  }

  /** Absent for a form, whose signature covers its policy and nothing else. */
  suspect(): Suspect | undefined {
    return this.#suspect
  }
}

export interface Mismatch {
  readonly accessKeyId: string
  readonly signature: string
  /** One char per byte, as is the next. */
  readonly stringToSign: string
  /** SigV4 alone has one. */
  readonly canonical?: string
  readonly suspect?: Suspect
}

export function mismatch(found: Mismatch): SignatureMismatch {
  const { accessKeyId, signature, stringToSign, canonical, suspect } = found
  const detail = {
    AWSAccessKeyId: accessKeyId,
    StringToSign: asText(stringToSign),
    SignatureProvided: signature,
    StringToSignBytes: inHex(stringToSign),
    ...(canonical !== undefined && {
      CanonicalRequest: asText(canonical),
      CanonicalRequestBytes: inHex(canonical),
    }),
  }
  return new SignatureMismatch(detail, suspect)
}

function asText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString()
}

/** Two digits a byte, set apart by spaces, as S3 prints them. */
function inHex(bytes: string): string {
  return Buffer.from(bytes, 'latin1')
    .toString('hex')
    .replaceAll(/..(?=.)/g, '$& ')
}
