/**
 * Bearer tokens: what an API key is exchanged for, and who comes with one. A token is a JWT that this server alone makes and
 * reads, so there is one algorithm and no choice (docs/decisions/0010-tokens.md): a header other than ours is a forgery.
 *
 * A token is bound to the API key that it was made of. When that key is taken away, its tokens are no good any more.
 */
import { createHmac } from 'node:crypto'
import type { Instant } from '../base/clock.ts'
import type { Account, ApiKey } from './account.ts'
import { isSame } from './same.ts'

/** As those of IBM's IAM. */
export const accessSeconds = 3600
/** IBM says "up to 30 days"; an API key can always be exchanged anew. */
export const refreshSeconds: number = 3 * 24 * 3600

export interface Issued {
  readonly accessToken: string
  readonly refreshToken: string
  readonly expires: Instant
}

export interface Bearer {
  readonly account: Account
  readonly accessKeyId: string
}

/** Why a token counts for nothing. Whoever forged one learns no more than that. */
export type Fault = 'invalid' | 'expired'

/** What a token is for: one that renews others opens no object. */
type Use = 'access' | 'refresh'

interface Claims {
  readonly iss: 'ashlar'
  readonly aud: Use
  /** Of the API key; IBM's claim of that name says the same. */
  readonly sub: string
  readonly key: string
  /** Seconds since 1970. */
  readonly iat: number
  readonly exp: number
}

const header = encode({ alg: 'HS256', typ: 'JWT' })

export class Tokens {
  readonly #secret: Uint8Array
  readonly #byId: ReadonlyMap<string, ApiKey>
  /** By fingerprint, so that how long a search takes tells nothing of a key. */
  readonly #byFingerprint: ReadonlyMap<string, ApiKey>

  /** `secret` signs; at least 32 bytes of chance. */
  constructor(secret: Uint8Array, apiKeys: readonly ApiKey[]) {
    this.#secret = secret
    this.#byId = new Map(apiKeys.map((key) => [key.accessKeyId, key]))
    this.#byFingerprint = new Map(apiKeys.map((key) => [this.#fingerprint(key.apiKey), key]))
  }

  /** Undefined for a key that nobody made. */
  forApiKey(apiKey: string, now: Instant): Issued | undefined {
    const key = this.#byFingerprint.get(this.#fingerprint(apiKey))
    return key === undefined ? undefined : this.#issue(key, now)
  }

  renew(refreshToken: string, now: Instant): Issued | Fault {
    const key = this.#open(refreshToken, 'refresh', now)
    return typeof key === 'string' ? key : this.#issue(key, now)
  }

  identify(accessToken: string, now: Instant): Bearer | Fault {
    return this.#open(accessToken, 'access', now)
  }

  #issue(key: ApiKey, now: Instant): Issued {
    return {
      accessToken: this.#seal(key, 'access', now),
      refreshToken: this.#seal(key, 'refresh', now),
      expires: now + accessSeconds * 1000,
    }
  }

  #seal({ accessKeyId, apiKey }: ApiKey, use: Use, now: Instant): string {
    const iat = Math.floor(now / 1000)
    const exp = iat + (use === 'access' ? accessSeconds : refreshSeconds)
    const key = this.#fingerprint(apiKey)
    const claims: Claims = { iss: 'ashlar', aud: use, sub: accessKeyId, key, iat, exp }
    const text = `${header}.${encode(claims)}`
    return `${text}.${this.#sign(text)}`
  }

  /** Nothing of a token is read before its signature is proven. */
  #open(token: string, use: Use, now: Instant): ApiKey | Fault {
    const [head = '', payload = '', signature = '', ...more] = token.split('.')
    if (head !== header || more.length > 0) return 'invalid'
    if (!isSame(signature, this.#sign(`${head}.${payload}`))) return 'invalid'
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims
    const key = this.#byId.get(claims.sub)
    if (claims.aud !== use || key === undefined) return 'invalid'
    if (!isSame(claims.key, this.#fingerprint(key.apiKey))) return 'invalid'
    return now < claims.exp * 1000 ? key : 'expired'
  }

  #sign(text: string): string {
    return createHmac('sha256', this.#secret).update(`token\n${text}`).digest('base64url')
  }

  /** Says which key it was to nobody but us. */
  #fingerprint(apiKey: string): string {
    return createHmac('sha256', this.#secret).update(`api key\n${apiKey}`).digest('base64url')
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
