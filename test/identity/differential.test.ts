/** Our verifier against the AWS SDK's signer: it accepts whatever that signs, and nothing that was changed by one byte. (A13) */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { identify } from '../../src/identity/identify.ts'
import { S3Error } from '../../src/model/errors.ts'
import { readAddress } from '../../src/wire/address.ts'
import type { WireRequest } from '../harness/raw.ts'
import { signRequest, type RequestPlan, type Signable } from '../harness/sign.ts'
import { exampleKey, exchangeOf, realmAt } from '../harness/exchange.ts'

const requests = 2000
const mutationsEach = 10

const now = new Date('2026-11-20T12:00:00Z')
const realm = realmAt(now)
const server: Signable = { host: 'localhost', port: 9000, region: 'us-east-1', keys: exampleKey }

/** The key that a request acts for; undefined for the anonymous, which is what a URL is whose query was cut off. */
function keyOf(request: WireRequest): string | undefined {
  const exchange = exchangeOf(request)
  return identify(exchange, readAddress(exchange, []), realm).accessKeyId
}

function accept(request: WireRequest): void {
  assert.equal(keyOf(request), exampleKey.accessKeyId)
}

function isRefused(request: WireRequest): boolean {
  try {
    return keyOf(request) === undefined
  } catch (error) {
    assert.ok(error instanceof S3Error)
    return true
  }
}

const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const key = fc
  .array(text, { minLength: 1, maxLength: 4 })
  .map((segments) => segments.join('/'))
  .filter((joined) => !joined.includes('..') && !joined.includes('\0'))
const path = key.map((plain) => `/bucket/${encodeURIComponent(plain).replaceAll('%2F', '/')}`)
const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
const query = fc.array(fc.tuple(name, text), { maxLength: 5 })
const value = fc
  .string({ unit: fc.constantFrom(...Array.from('aZ09 -_=;,:/+%"')), minLength: 1, maxLength: 20 })
  .map((inner) => `v${inner}v`)
const metadata = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,6}$/).map((suffix) => `x-amz-meta-${suffix}`),
  value,
  { maxKeys: 4 },
)
const plans: fc.Arbitrary<RequestPlan> = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'PUT', 'POST', 'DELETE'),
  path,
  query,
  headers: metadata,
  body: fc.constantFrom('', 'some bytes'),
  presign: fc.constantFrom(undefined, 60, 604_800),
  date: fc.constant(now),
})

interface Mutation {
  readonly place: number
  readonly position: number
  readonly char: string
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  place: fc.nat(100),
  position: fc.nat(1000),
  char: fc.constantFrom(...Array.from('aZ09/+=%&-.')),
})

/** One byte of the method, the target or a signed header's value. */
function mutate(request: WireRequest, { place, position, char }: Mutation): WireRequest {
  const fields = request.headers.filter(([field]) => field !== 'content-length')
  const spot = place % (fields.length + 2)
  if (spot === 0) return { ...request, method: replaced(request.method, position, char) }
  if (spot === 1) return { ...request, target: replaced(request.target, position, char) }
  const changed = fields[spot - 2]
  const headers = request.headers.map((field): readonly [string, string] =>
    field === changed ? [field[0], replaced(field[1], position, char)] : field,
  )
  return { ...request, headers }
}

function replaced(text: string, position: number, char: string): string {
  const at = position % text.length
  return text.slice(0, at) + char + text.slice(at + 1)
}

/** What a request means, so that another spelling of the same one is not counted as a change. */
function meaning(request: WireRequest): string {
  const exchange = exchangeOf(request)
  const { bucket, key, query } = readAddress(exchange, [])
  const fields = [...query.entries()].map((pair) => JSON.stringify(pair)).toSorted()
  const headers = request.headers.map(([field, given]) => [field, given.replaceAll(/ +/g, ' ')])
  return JSON.stringify([request.method, bucket, key, fields, headers])
}

function isSameRequest(one: WireRequest, other: WireRequest): boolean {
  try {
    return meaning(one) === meaning(other)
  } catch {
    return false
  }
}

test(`A13: ${requests} random requests agree, ${requests * mutationsEach} changed by one byte are refused`, async () => {
  let refused = 0
  const mutations = fc.array(mutation, { minLength: mutationsEach, maxLength: mutationsEach })
  const property = fc.asyncProperty(plans, mutations, async (plan, changes) => {
    const request = await signRequest(server, plan)
    accept(request)
    for (const changed of changes.map((change) => mutate(request, change))) {
      if (isSameRequest(changed, request)) continue
      assert.ok(isRefused(changed))
      refused += 1
    }
  })
  await fc.assert(property, { numRuns: requests })
  assert.ok(refused > requests * mutationsEach * 0.9, `only ${refused} were changes`)
})
