/** Asking who asks: a request signed elsewhere, and what identify says to it. */
import assert from 'node:assert/strict'
import { anonymous } from '../../src/identity/account.ts'
import { identify, type Identity } from '../../src/identity/identify.ts'
import type { Realm } from '../../src/identity/realm.ts'
import { readAddress } from '../../src/wire/address.ts'
import { exampleKey, exchangeOf, realmAt } from '../harness/exchange.ts'
import type { WireRequest } from '../harness/raw.ts'
import { signRequest, type RequestPlan, type Signable } from '../harness/sign.ts'

export const now: Date = new Date('2026-11-20T12:00:00Z')
const server: Signable = { host: 'localhost', port: 9000, region: 'us-east-1', keys: exampleKey }

/** Throws what identify throws. */
export function ask(request: WireRequest, realm: Realm = realmAt(now)): Identity {
  const exchange = exchangeOf(request)
  return identify(exchange, readAddress(exchange, []), realm)
}

/** A request for one object, signed now. */
export async function signed(plan: RequestPlan): Promise<WireRequest> {
  return await signRequest(server, { path: '/b/k', date: now, ...plan })
}

/** Asserts the refusal and gives its detail. */
export function refused(
  request: WireRequest,
  code: string,
  message?: RegExp,
): Record<string, unknown> {
  return refusal(() => ask(request), code, message)
}

/** The same where another realm is asked. */
export function refusedIn(
  realm: Realm,
  request: WireRequest,
  code: string,
): Record<string, unknown> {
  return refusal(() => ask(request, realm), code)
}

function refusal(asking: () => Identity, code: string, message?: RegExp): Record<string, unknown> {
  let detail: Record<string, unknown> = {}
  assert.throws(asking, (error: Error & { code?: string; detail?: Record<string, unknown> }) => {
    assert.equal(error.code, code, error.message)
    if (message !== undefined) assert.match(error.message, message)
    detail = error.detail ?? {}
    return true
  })
  return detail
}

/** Nobody is claimed to be asking, and nothing is granted but what everybody has. */
export function isAnonymous(request: WireRequest): boolean {
  const { account, accessKeyId } = ask(request)
  return account === anonymous && accessKeyId === undefined
}

export function minutes(count: number): Date {
  return new Date(now.getTime() + count * 60_000)
}
