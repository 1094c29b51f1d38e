/**
 * `POST /identity/token`: exchanges an API key, or a refresh token, for a bearer token, in the words of IBM's IAM, so that its
 * SDKs need only another address. It speaks JSON and no S3: its errors are made here.
 *
 * The path is no object's. S3 posts to a key with a query (`?uploads`, `?uploadId`) and to a bucket without a key, so a bucket
 * named "identity" with a key "token" stays what it is, whether the service is offered or not.
 */
import type { Instant } from '../base/clock.ts'
import { gather } from '../base/gather.ts'
import { kibibyte } from '../base/limits.ts'
import { accessSeconds, type Fault, type Issued, type Tokens } from '../identity/tokens.ts'
import { S3Error } from '../model/errors.ts'
import type { Address } from '../wire/address.ts'
import type { Exchange, Reply } from '../wire/exchange.ts'

/** A grant, a key and two tokens have room in it. */
const bodyBytesMax = 16 * kibibyte

export type TokenGrants = Pick<Tokens, 'forApiKey' | 'renew'>

/** Also where the service is off: nothing else may take the request then. */
export function isTokenRequest({ method }: Exchange, sent: Address): boolean {
  const isThere = sent.rawPath === '/identity/token' && sent.rawQuery === '' && !sent.virtualHost
  return isThere && method === 'POST'
}

/** Throws NotImplemented where the service is off. */
export async function answerTokenRequest(
  exchange: Exchange,
  tokens: TokenGrants | undefined,
): Promise<Reply> {
  if (tokens === undefined) throw new S3Error('NotImplemented', {}, isOff)
  const type = exchange.headers.get('content-type') ?? ''
  if (!/^application\/x-www-form-urlencoded *(?:;|$)/i.test(type)) {
    return complaint(exchange, 415, unsupportedType)
  }
  const bytes = await gather(exchange.body, bodyBytesMax)
  if (bytes === undefined) return { ...complaint(exchange, 413, tooLarge), close: true }
  const form = new URLSearchParams(Buffer.from(bytes).toString())
  const issued = grant(form, tokens, exchange.arrived)
  return 'errorCode' in issued ? complaint(exchange, 400, issued) : granted(issued)
}

const isOff =
  'This server offers no tokens: its token service is off. It is turned on by the option --token-service.'

interface Complaint {
  readonly errorCode: string
  readonly errorMessage: string
}

function grant(form: URLSearchParams, tokens: TokenGrants, now: Instant): Issued | Complaint {
  const type = form.get('grant_type')
  if (type === null) return missing('grant_type')
  if (type === 'urn:ibm:params:oauth:grant-type:apikey') {
    const apiKey = form.get('apikey')
    if (!apiKey) return missing('apikey')
    return tokens.forApiKey(apiKey, now) ?? unknownKey
  }
  if (type !== 'refresh_token') return unsupportedGrant
  const refreshToken = form.get('refresh_token')
  if (!refreshToken) return missing('refresh_token')
  const renewed = tokens.renew(refreshToken, now)
  return typeof renewed === 'string' ? faults[renewed] : renewed
}

/** IBM's clients look for these words. */
const unknownKey: Complaint = {
  errorCode: 'BXNIM0415E',
  errorMessage: 'Provided API key could not be found.',
}

const faults: Readonly<Record<Fault, Complaint>> = {
  invalid: { errorCode: 'BXNIM0407E', errorMessage: 'Provided refresh token is invalid.' },
  expired: { errorCode: 'BXNIM0408E', errorMessage: 'Provided refresh token is expired.' },
}

const unsupportedGrant: Complaint = {
  errorCode: 'BXNIM0108E',
  errorMessage:
    'The grant type is not supported. Offered are urn:ibm:params:oauth:grant-type:apikey and refresh_token.',
}

const unsupportedType: Complaint = {
  errorCode: 'BXNIM0106E',
  errorMessage: 'The request must have the content type application/x-www-form-urlencoded.',
}

const tooLarge: Complaint = { errorCode: 'BXNIM0106E', errorMessage: 'The request is too large.' }

function missing(name: string): Complaint {
  return { errorCode: 'BXNIM0109E', errorMessage: `Property missing or empty: '${name}'.` }
}

function granted({ accessToken, refreshToken, expires }: Issued): Reply {
  return json(200, {
    access_token: accessToken,
    refresh_token: refreshToken,
    token_type: 'Bearer',
    expires_in: accessSeconds,
    expiration: Math.floor(expires / 1000),
    scope: 'ibm openid',
  })
}

function complaint({ id }: Exchange, status: number, says: Complaint): Reply {
  return json(status, { context: { requestId: id }, ...says })
}

function json(status: number, value: object): Reply {
  const headers = [
    ['Content-Type', 'application/json'],
    ['Cache-Control', 'no-store'],
  ] as const
  return { status, headers, body: Buffer.from(JSON.stringify(value)) }
}
