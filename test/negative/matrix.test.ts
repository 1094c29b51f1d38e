/**
 * Bar 20, A02, B10: every operation of the table, asked for by everybody in every way. A new operation is in it by being in the
 * table, a new principal by one line in principals.ts.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { operations as offered } from '../../src/operations/index.ts'
import { S3Error } from '../../src/model/errors.ts'
import { operations, type OperationName } from '../../src/model/operations.gen.ts'
import type { Operation } from '../../src/model/schema.ts'
import { readAddress } from '../../src/wire/address.ts'
import { findOperation } from '../../src/wire/route.ts'
import { exchangeOf } from '../harness/exchange.ts'
import { sendRequest, type Answer } from '../harness/raw.ts'
import { signedRequest } from '../harness/sign.ts'
import { outcomeOf, principals, type Call, type Principal } from './principals.ts'
import { openScene, type Scene } from './scene.ts'

/** What is said of who asks; an operation that was allowed says none of it. */
const aboutIdentity: ReadonlySet<string | undefined> = new Set([
  'AccessDenied',
  'SignatureDoesNotMatch',
  'InvalidAccessKeyId',
  'RequestTimeTooSkewed',
  'ExpiredToken',
  'InvalidToken',
  'AuthorizationHeaderMalformed',
  'AuthorizationQueryParametersError',
])

const values: Readonly<Record<string, string>> = {
  partNumber: '1',
  uploadId: 'unknown',
  'x-amz-copy-source': '/negative/object',
  'x-amz-object-attributes': 'ETag',
  'select-type': '2',
}

/** The least that routing takes for the operation. */
function callOf(operation: Operation<OperationName>): Call {
  const required = operation.input.filter((member) => member.required)
  const named = (place: string): Array<[string, string]> =>
    required.filter((member) => member.in === place).map(({ at }) => [at, values[at] ?? 'x'])
  const query = { ...operation.query, ...Object.fromEntries(named('query')) }
  const headers = Object.fromEntries(
    named('header').map(([name, value]) => [name.toLowerCase(), value]),
  )
  const paths = { service: '/', bucket: '/negative', object: '/negative/object' }
  const payload = operation.input.find((member) => member.in === 'payload')
  const takesBody =
    payload?.required === true || payload?.type === 'stream' || operation.inputRoot !== undefined
  return {
    operation: operation.name,
    method: operation.method,
    path: paths[operation.level],
    query,
    headers,
    body: takesBody ? '<nothing></nothing>' : undefined,
  }
}

const calls = Object.values(operations).map(callOf)

describe(`${calls.length} operations by ${principals.length} principals`, () => {
  let scene: Scene
  before(async () => {
    scene = await openScene()
  })
  after(() => scene.close())

  it('every operation of the table is asked for', () => {
    const found = calls.map(({ method, path, query, headers }) => {
      const target = `${path}?${new URLSearchParams(query).toString()}`
      const fields = [['host', 'localhost'] as const, ...Object.entries(headers)]
      const exchange = exchangeOf({ method, target, headers: fields })
      return findOperation(exchange, readAddress(exchange, [])).name
    })
    assert.deepEqual(found, Object.keys(operations))
  })

  const isRefused = (principal: Principal, call: Call): boolean =>
    outcomeOf(principal, call) !== 'allowed'

  for (const call of calls) {
    it(call.operation, async () => {
      const earlier = await stateOf(scene)
      for (const principal of principals.filter((one) => isRefused(one, call))) {
        await asks(scene, principal, call)
      }
      assert.equal(await stateOf(scene), earlier, 'who was refused changed something')
      for (const principal of principals.filter((one) => !isRefused(one, call))) {
        await asks(scene, principal, call)
        await mend(scene)
      }
    })
  }
})

async function asks(scene: Scene, principal: Principal, call: Call): Promise<void> {
  const answer = await sendRequest(scene.server, await principal.ask(call)(scene))
  const said = `${principal.name}: ${answer.status} ${answer.text}`
  const outcome = outcomeOf(principal, call)
  if (outcome === 'allowed') return judgeAllowed(answer, call, said)
  assert.equal(answer.status, new S3Error(outcome).status, said)
  if (call.method !== 'HEAD') assert.equal(answer.code, outcome, said)
}

/** It may have failed for what was asked; by its own name where the operation is not offered at all. */
function judgeAllowed({ status, code }: Answer, { operation, method }: Call, said: string): void {
  assert.ok(!aboutIdentity.has(code) && status !== 403, said)
  const isOffered = offered[operation].run !== undefined
  if (!isOffered) assert.deepEqual([status, code], [501, 'NotImplemented'], said)
  else assert.ok(status < 500 || (status === 501 && code === 'NotImplemented'), said)
  assert.ok(method !== 'HEAD' || status < 500, said)
}

/** Everything that a refused request could have touched. */
async function stateOf({ server, guest, uploadId }: Scene): Promise<string> {
  const plans = [
    { path: '/' },
    { path: '/', keys: guest },
    { path: '/negative', query: { versions: '' } },
    { path: '/negative', query: { uploads: '' } },
    { path: '/negative/upload', query: { uploadId } },
    ...[
      'cors',
      'tagging',
      'acl',
      'ownershipControls',
      'publicAccessBlock',
      'policy',
      'encryption',
      'versioning',
      'requestPayment',
    ].map((name) => ({ path: '/negative', query: { [name]: '' } })),
    ...['tagging', 'acl'].map((name) => ({ path: '/negative/object', query: { [name]: '' } })),
  ]
  const answers = await Promise.all(plans.map((plan) => signedRequest(server, plan)))
  return answers
    .map(({ status, text }) => `${status} ${text.replace(/<RequestId>.*/s, '')}`)
    .join('\n')
}

/** What was allowed may have removed what the others ask for. */
async function mend({ server }: Scene): Promise<void> {
  await signedRequest(server, { method: 'PUT', path: '/negative' })
  await signedRequest(server, { path: '/negative/object', body: '0123456789' })
}
