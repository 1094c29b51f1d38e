/** Bearer tokens: whom they stand for, how long, and every way in which one is none of ours. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import type { ApiKey } from '../../src/identity/account.ts'
import type { Realm } from '../../src/identity/realm.ts'
import { accessSeconds, refreshSeconds, Tokens } from '../../src/identity/tokens.ts'
import { exampleKey, realmAt } from '../harness/exchange.ts'
import type { WireRequest } from '../harness/raw.ts'
import { ask, now, refused, refusedIn, signed } from './asking.ts'

const secret = Buffer.alloc(32, 7)
const apiKey: ApiKey = {
  accessKeyId: 'ApiKey-one',
  apiKey: 'an-api-key-of-24-letters',
  account: exampleKey.account,
}
const other: ApiKey = { ...apiKey, accessKeyId: 'ApiKey-two', apiKey: 'another-key-of-25-letters' }
const tokens = new Tokens(secret, [apiKey, other])
const realm = realmAt(now, { tokens })
const access = issued(tokens).accessToken

function issued(by: Tokens): { readonly accessToken: string; readonly refreshToken: string } {
  const made = by.forApiKey(apiKey.apiKey, now.getTime())
  assert.ok(made)
  return made
}

function bringing(token: string, name = 'authorization'): WireRequest {
  const value = name === 'authorization' ? `Bearer ${token}` : token
  return {
    method: 'GET',
    target: '/b/k',
    headers: [
      ['host', 'localhost'],
      [name, value],
    ],
  }
}

function later(seconds: number): Realm {
  return { ...realm, now: now.getTime() + seconds * 1000 }
}

/** A token as this server would sign it, of other claims. */
function sealed(claims: object, head: object = { alg: 'HS256', typ: 'JWT' }): string {
  const text = [head, claims].map((part) => encoded(part)).join('.')
  const signature = createHmac('sha256', secret).update(`token\n${text}`).digest('base64url')
  return `${text}.${signature}`
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function claimsOf(token: string): Record<string, unknown> {
  const [, payload = ''] = token.split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
}

test('a token stands for the account of its API key, in either header', () => {
  for (const name of ['authorization', 'x-yacloud-subjecttoken']) {
    const { account, accessKeyId, seal } = ask(bringing(access, name), realm)
    assert.deepEqual(
      [account, accessKeyId, seal.kind],
      [exampleKey.account, 'ApiKey-one', 'unsigned'],
    )
  }
  const spelled = withAuthorization(`bEaReR   ${access}`)
  assert.equal(ask(spelled, realm).accessKeyId, 'ApiKey-one')
  assert.equal(tokens.forApiKey('an-api-key-of-24-letterS', now.getTime()), undefined)
})

test('a token ends after an hour, a refresh token after three days', () => {
  ask(bringing(access), later(accessSeconds - 1))
  refusedIn(later(accessSeconds), bringing(access), 'ExpiredToken')
  const { refreshToken } = issued(tokens)
  const at = (seconds: number): number => now.getTime() + seconds * 1000
  const renewed = tokens.renew(refreshToken, at(refreshSeconds - 1))
  assert.ok(typeof renewed === 'object')
  ask(bringing(renewed.accessToken), later(refreshSeconds))
  assert.equal(tokens.renew(refreshToken, at(refreshSeconds)), 'expired')
})

test('A24: what is forged is invalid, whichever part of it', () => {
  const [head = '', payload = '', signature = ''] = access.split('.')
  const claims = claimsOf(access)
  const none = encoded({ alg: 'none', typ: 'JWT' })
  const forged: ReadonlyArray<readonly [string, string]> = [
    ['empty', ''],
    ['one word', 'token'],
    ['no signature', `${head}.${payload}.`],
    ['alg none', `${none}.${payload}.`],
    ['alg none, our signature', `${none}.${payload}.${signature}`],
    ['alg none, signed by us', sealed(claims, { alg: 'none', typ: 'JWT' })],
    ['a fourth part', `${access}.x`],
    ['another account', `${head}.${encoded({ ...claims, sub: 'ApiKey-two' })}.${signature}`],
    ['a longer life', `${head}.${encoded({ ...claims, exp: 9e9 })}.${signature}`],
    ['another server', issued(new Tokens(Buffer.alloc(32, 8), [apiKey])).accessToken],
    ['for refreshing', issued(tokens).refreshToken],
    ['a key that is gone', sealed({ ...claims, sub: 'ApiKey-gone' })],
    ['a key with another secret', sealed({ ...claims, sub: 'ApiKey-two' })],
  ]
  assert.equal(ask(bringing(sealed(claims)), realm).accessKeyId, 'ApiKey-one')
  for (const [what, token] of forged) {
    const detail = refusedIn(realm, bringing(token), 'InvalidToken')
    assert.deepEqual(detail, {}, what)
  }
  assert.equal(tokens.renew(access, now.getTime()), 'invalid')
})

test('an API key that was taken away, or changed, ends its tokens', () => {
  for (const keys of [[other], [{ ...apiKey, apiKey: 'the-new-key-of-26-letters' }]]) {
    const remaining = realmAt(now, { tokens: new Tokens(secret, keys) })
    refusedIn(remaining, bringing(access), 'InvalidToken')
  }
})

test('a token beside a signature, or two of them, leave open whose request it is', async () => {
  const two = { ...bringing(access), headers: [...bringing(access).headers] }
  two.headers.push(['x-yacloud-subjecttoken', access])
  refusedIn(realm, two, 'InvalidArgument')
  const presigned = await signed({ presign: 60 })
  for (const name of ['authorization', 'x-yacloud-subjecttoken']) {
    refusedIn(realm, { ...bringing(access, name), target: presigned.target }, 'InvalidArgument')
  }
  const request = await signed({})
  const both = {
    ...request,
    headers: [...request.headers, ['x-yacloud-subjecttoken', 'x'] as const],
  }
  refusedIn(realm, both, 'InvalidArgument')
})

test('where tokens are off each of their headers is refused by name', () => {
  const says = /^The authorization mechanism you have provided is not supported/
  for (const name of ['authorization', 'x-yacloud-subjecttoken']) {
    refused(bringing(access, name), 'InvalidRequest', says)
  }
})

test('a body under a token is held to the hash that it brings, and may be framed', () => {
  const put = (headers: ReadonlyArray<readonly [string, string]>): WireRequest => {
    const request = bringing(access)
    return { ...request, method: 'PUT', headers: [...request.headers, ...headers] }
  }
  const hash = ['x-amz-content-sha256', 'a'.repeat(64)] as const
  assert.deepEqual(ask(put([hash]), realm).seal, { kind: 'sha256', hex: 'a'.repeat(64) })
  const framed = [
    ['content-encoding', 'gzip, aws-chunked'],
    ['x-amz-trailer', 'x-amz-checksum-crc32'],
  ] as const
  assert.equal(ask(put(framed), realm).seal.kind, 'aws-chunked')
  assert.equal(ask(put([['content-encoding', 'gzip']]), realm).seal.kind, 'unsigned')
  const chunks = ['x-amz-content-sha256', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'] as const
  refusedIn(realm, put([chunks]), 'InvalidRequest')
})

function withAuthorization(value: string): WireRequest {
  const headers = [
    ['host', 'localhost'],
    ['authorization', value],
  ] as const
  return { method: 'GET', target: '/b/k', headers }
}
