/** What clients do wrong while they sign is found too; and what the doctor must never do. */
import assert from 'node:assert/strict'
import { createHmac, hash } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { WireRequest } from '../harness/raw.ts'
import { signV2 } from '../harness/sign-v2.ts'
import { signRequest } from '../harness/sign.ts'
import { openClinic, type Clinic, type Visit } from './clinic.ts'
import { set } from './damages.ts'

/** With what YAML, shells and URLs like to change. */
const secretAccessKey = 'with+plus/and%2Fmore12345'
let clinic: Clinic

before(async () => {
  const env = { ASHLAR_ROOT_ACCESS_KEY: 'PATIENT', ASHLAR_ROOT_SECRET_KEY: secretAccessKey }
  clinic = await openClinic({ ...env, ASHLAR_DOCTOR_RATE: '1000' })
  assert.equal(
    (await clinic.visit({ method: 'PUT', path: '/docs', keys: keys() })).answer.status,
    200,
  )
})
after(async () => clinic[Symbol.asyncDispose]())

function keys(secret = secretAccessKey): { accessKeyId: string; secretAccessKey: string } {
  return { accessKeyId: 'PATIENT', secretAccessKey: secret }
}

function causesOf({ answer, diagnosis }: Visit): readonly string[] {
  assert.deepEqual([answer.status, answer.code], [403, 'SignatureDoesNotMatch'], answer.text)
  return (diagnosis?.findings ?? []).map(({ cause }) => cause)
}

const secrets: ReadonlyArray<readonly [string, string, string]> = [
  ['a line break after the secret', `${secretAccessKey}\n`, 'secret-white-space'],
  ['a line break of Windows', `${secretAccessKey}\r\n`, 'secret-white-space'],
  ['a space before it', ` ${secretAccessKey}`, 'secret-white-space'],
  ['quotes around it', `"${secretAccessKey}"`, 'secret-quoted'],
  ['it was decoded as part of a URL', decodeURIComponent(secretAccessKey), 'secret-encoded'],
  ['its plus became a space', secretAccessKey.replace('+', ' '), 'secret-encoded'],
  ['it was encoded for a URL', encodeURIComponent(secretAccessKey), 'secret-encoded'],
]

for (const [name, secret, cause] of secrets) {
  test(name, async () => {
    const visit = await clinic.visit({ path: '/docs/a', keys: keys(secret) })
    assert.deepEqual(causesOf(visit), [cause])
    assert.deepEqual(visit.diagnosis?.findings[0]?.facts, {}, 'nothing of the secret')
    const presigned = await clinic.visit({ path: '/docs/a', presign: 60, keys: keys(secret) })
    assert.deepEqual(causesOf(presigned), [cause])
  })
}

test('another secret is explained by nothing, and what a proxy left is told', async () => {
  const plan = { path: '/docs/a', keys: keys('quite-another-secret') }
  const plain = await clinic.visit(plan)
  assert.deepEqual([causesOf(plain), plain.diagnosis?.proxies], [[], []])
  assert.equal(plain.diagnosis?.host, `127.0.0.1:${clinic.proxied.port}`)
  clinic.damage = set('Via', '1.1 proxy')
  const behind = await clinic.visit(plan)
  clinic.damage = (head) => head
  assert.deepEqual([causesOf(behind), behind.diagnosis?.proxies], [[], ['via']])
  assert.ok((behind.diagnosis?.attempts ?? 0) > 100)
})

test('a signed header that did not arrive is told by its name', async () => {
  const plan = { path: '/docs/a', keys: keys(), headers: { x_tenant: 'one' } }
  clinic.damage = (head) => ({
    ...head,
    headers: head.headers.filter(([name]) => !name.includes('_')),
  })
  const { diagnosis } = await clinic.visit(plan)
  clinic.damage = (head) => head
  assert.deepEqual(diagnosis?.missing, ['x_tenant'])
})

interface Mistake {
  readonly query?: string
  readonly sentQuery?: string
  readonly path?: string
  /** Of the key. */
  readonly daysAgo?: number
  readonly region?: string
  readonly service?: string
}

/** A signer by hand, which can be wrong in ways that no library offers. */
function byHand(mistake: Mistake): WireRequest {
  const { query = '', sentQuery = query, path = '/docs/a' } = mistake
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const day = time.slice(0, 8)
  const host = `127.0.0.1:${clinic.proxied.port}`
  const payload = hash('sha256', '', 'hex')
  const headers = [
    ['host', host],
    ['x-amz-content-sha256', payload],
    ['x-amz-date', time],
  ] as const
  const lines = headers.map(([name, value]) => `${name}:${value}\n`).join('')
  const names = headers.map(([name]) => name).join(';')
  const canonical = ['GET', path, query, lines, names, payload].join('\n')
  const scope = `${day}/us-east-1/s3/aws4_request`
  const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', canonical, 'hex')}`
  const { daysAgo = 0, region = 'us-east-1', service = 's3' } = mistake
  // Counted from what is signed: midnight may come between two looks at the clock.
  const date = dayBefore(day, daysAgo)
  const key = [date, region, service, 'aws4_request'].reduce<Uint8Array>(
    (secret, step) => createHmac('sha256', secret).update(step).digest(),
    Buffer.from(`AWS4${secretAccessKey}`),
  )
  const signature = createHmac('sha256', key).update(text).digest('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=PATIENT/${scope}, SignedHeaders=${names}, Signature=${signature}`
  const target = sentQuery === '' ? '/docs/a' : `/docs/a?${sentQuery}`
  return { method: 'GET', target, headers: [...headers, ['authorization', authorization]] }
}

test('signing by hand is right where it makes no mistake', async () => {
  assert.equal((await clinic.bring(byHand({}))).answer.code, 'NoSuchKey')
})

/** Both are `YYYYMMDD`. */
function dayBefore(day: string, count: number): string {
  const [year, month, date] = [day.slice(0, 4), day.slice(4, 6), day.slice(6)].map(Number)
  const then = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, (date ?? 0) - count))
  return then.toISOString().slice(0, 10).replaceAll('-', '')
}

const mistakes: ReadonlyArray<readonly [string, Mistake, string]> = [
  [
    'the query in the order of sending',
    { query: 'response-expires=b&partNumber=1' },
    'query-order',
  ],
  ['a parameter without its "="', { query: 'tagging' }, 'query-unencoded'],
  ['a slash in the query as it is', { query: 'response-content-type=a/b' }, 'query-unencoded'],
  ['the path in the manner of other services', { path: '/docs/a%2520b' }, 'path-decoded'],
  ['a key of yesterday', { daysAgo: 1 }, 'key-of-another-day'],
  ['a key of another region', { region: 'auto' }, 'key-of-another-region'],
  ['a key of another service', { service: 'execute-api' }, 'key-of-another-service'],
]

for (const [name, mistake, cause] of mistakes) {
  test(`${name} is signed`, async () => {
    const wire = byHand(mistake)
    const target = mistake.path === undefined ? wire.target : '/docs/a%20b'
    assert.deepEqual(causesOf(await clinic.bring({ ...wire, target })), [cause])
  })
}

test('SigV2 is examined too', async () => {
  const headers = [['Content-Type', 'text/plain']] as const
  const plan = { target: '/docs/a', headers }
  const right = signV2({ ...plan, keys: keys() })
  assert.equal((await clinic.bring(right)).answer.code, 'NoSuchKey')
  const broken = signV2({ ...plan, keys: keys(`${secretAccessKey}\n`) })
  assert.deepEqual(causesOf(await clinic.bring(broken)), ['secret-white-space'])
  clinic.damage = set('Content-Type', 'text/plain; charset=utf-8')
  assert.deepEqual(causesOf(await clinic.bring(right)), ['content-type-changed'])
  clinic.damage = (head) => head
})

test('a chunk that was changed is told from a head that was', async () => {
  const plan = { path: '/docs/a', body: 'some bytes', payload: 'streaming', keys: keys() } as const
  const wire = await signRequest(clinic.proxied, plan)
  assert.equal((await clinic.bring(wire)).answer.status, 200)
  const body = Buffer.from(
    Buffer.from(wire.body ?? [])
      .toString()
      .replace('some', 'same'),
  )
  assert.deepEqual(causesOf(await clinic.bring({ ...wire, body })), ['chunk-changed'])
})

test('a key that nobody has gets no diagnosis, nor does a token that is wrong', async () => {
  const nobody = { accessKeyId: 'NOBODY', secretAccessKey }
  const unknown = await clinic.visit({ path: '/docs/a', keys: nobody })
  assert.equal(unknown.answer.code, 'InvalidAccessKeyId')
  const token = await clinic.visit({
    path: '/docs/a',
    keys: { ...keys('x'.repeat(9)), sessionToken: 't' },
  })
  assert.equal(token.answer.code, 'InvalidToken')
  assert.deepEqual([unknown.diagnosis, token.diagnosis], [undefined, undefined])
})

test('E15: no secret, signature or token enters the log', async () => {
  const secret = 'sse-c-key-that-is-signed-and-secret'
  const headers = { 'x-amz-server-side-encryption-customer-key': secret }
  const plan = { path: '/docs/a', body: 'x', headers, keys: keys(`${secretAccessKey}\n`) }
  const wire = await signRequest(clinic.proxied, plan)
  assert.deepEqual(causesOf(await clinic.bring(wire)), ['secret-white-space'])
  clinic.damage = set('x-amz-server-side-encryption-customer-key', `${secret},  ${secret}`)
  const right = await signRequest(clinic.proxied, { ...plan, keys: keys() })
  assert.equal((await clinic.bring(right)).answer.status, 403)
  clinic.damage = (head) => head
  const [, authorization = ''] = wire.headers.find(([name]) => name === 'authorization') ?? []
  const signature = authorization.slice(-64)
  const log = clinic.log()
  assert.match(log, /secret-white-space/)
  for (const word of [secretAccessKey, secret, signature, 'AWS4-HMAC', 'Signature=']) {
    assert.ok(!log.includes(word), word)
  }
})

test('where nothing is to be examined the log says nothing of it', async () => {
  await using off = await openClinic({ ASHLAR_DOCTOR_RATE: '0' })
  const wrong = { ...off.server.keys, secretAccessKey: 'x'.repeat(9) }
  const { answer, diagnosis } = await off.visit({ path: '/docs/a', keys: wrong })
  assert.deepEqual([answer.code, diagnosis], ['SignatureDoesNotMatch', undefined])
})
