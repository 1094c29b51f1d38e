/** The doctor is no amplifier: so many examinations a second, and so much work in each. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { diagnose } from '../../src/identity/doctor/diagnose.ts'
import { SignatureMismatch, type Suspect } from '../../src/identity/mismatch.ts'
import { S3Error } from '../../src/model/errors.ts'
import { silentLog, type Fields } from '../../src/observe/log.ts'
import { Doctor } from '../../src/server/doctor.ts'
import { exampleKey } from '../harness/exchange.ts'
import type { WireRequest } from '../harness/raw.ts'
import { ask, signed } from '../identity/asking.ts'

const facts = {
  region: 'us-east-1',
  domains: ['s3.example.com', 'objects.example.org'],
  port: 9000,
}
const wrong = { ...exampleKey, secretAccessKey: 'another' }

function mismatchOf(request: WireRequest): SignatureMismatch {
  try {
    ask(request)
  } catch (error) {
    if (error instanceof SignatureMismatch) return error
    throw error
  }
  throw new Error('the signature matches')
}

function suspectOf(request: WireRequest): Suspect {
  const suspect = mismatchOf(request).suspect()
  assert.ok(suspect)
  return suspect
}

test('only so many are examined, and the next record tells how many were not', async () => {
  const records: Fields[] = []
  let now = 0
  const log = { ...silentLog, warn: (fields: Fields) => void records.push(fields) }
  const doctor = new Doctor({ log, clock: { now: () => now }, perSecond: 1, facts: () => facts })
  const error = mismatchOf(await signed({ keys: wrong }))
  const request = { id: 'ID', peer: { address: '127.0.0.1', secure: false } }
  const see = (times: number): void => {
    for (let count = 0; count < times; count++) doctor.see(error, request)
  }
  see(50)
  assert.equal(records.length, 10)
  now = 1000
  see(5)
  assert.equal(records.length, 11)
  const last = records.at(-1)?.['doctor'] as { readonly unexamined?: number }
  assert.equal(last.unexamined, 40)
  doctor.see(new S3Error('NoSuchKey'), request)
  doctor.see(new Error('a defect'), request)
  now = 60_000
  see(1)
  assert.equal(records.length, 12)
})

test('a request with much to try costs no more than another', async () => {
  const many = Array.from({ length: 60 }, (_, at) => [`h${at}`, `a,  b${at}`] as const)
  const query = Array.from({ length: 60 }, (_, at) => [`q${at}`, `a b${at}`] as const)
  const path = `/b/${'%C3%A9/~+'.repeat(60)}`
  const large = suspectOf(
    await signed({ path, query, headers: Object.fromEntries(many), keys: wrong }),
  )
  const { attempts, findings } = diagnose(large, facts)
  assert.deepEqual(findings, [])
  assert.ok(attempts > 100 && attempts <= 1000, `${attempts} attempts`)
  const bytes = attempts * path.length
  assert.ok(bytes <= 2 * 1024 * 1024, `${bytes} bytes`)
})

test('no request, and no secret, is too strange to be examined', async () => {
  const text = fc.string({ unit: 'binary', maxLength: 12 })
  const plan = fc.record({
    path: fc.array(text).map((parts) => `/b/${parts.map(encoded).join('/')}`),
    query: fc.array(fc.tuple(text.map(wellFormed), text.map(wellFormed)), { maxLength: 4 }),
    'x-original-uri': fc.oneof(text, fc.webUrl({ withQueryParameters: true })).map(asHeader),
    forwarded: text.map((one) => asHeader(`host="${one}";host=${one}`)),
    'content-type': text.map(asHeader),
    secret: fc.string({ unit: 'binary', minLength: 1 }),
    presign: fc.option(fc.constant(60), { nil: undefined }),
  })
  await fc.assert(
    fc.asyncProperty(plan, async ({ path, query, secret, presign, ...headers }) => {
      const sent = Object.entries(headers).filter(([, value]) => value !== '')
      const keys = wrong
      const request = await signed({
        path,
        query,
        presign,
        keys,
        headers: Object.fromEntries(sent),
      })
      const suspect = suspectOf(request)
      const key = { ...suspect.key, secretAccessKey: secret }
      assert.ok('signedHeaders' in suspect)
      assert.deepEqual(diagnose({ ...suspect, key }, facts).findings, [])
      const v2 = {
        version: 2,
        form: 'header',
        signature: 'x',
        date: '',
        sessionToken: undefined,
      } as const
      const claim = { ...v2, accessKeyId: key.accessKeyId }
      const { exchange, address } = suspect
      assert.deepEqual(diagnose({ claim, key, exchange, address }, facts).findings, [])
    }),
    { numRuns: 150 },
  )
})

function wellFormed(text: string): string {
  return text.toWellFormed()
}

function encoded(text: string): string {
  return encodeURIComponent(wellFormed(text).replaceAll('\0', '').replaceAll('..', ''))
}

/** One char per byte, none of which ends a line. */
function asHeader(text: string): string {
  return Buffer.from(text)
    .toString('latin1')
    .replaceAll(/[\0\r\n]/g, '')
    .trim()
}

test('a doctor who fails is told of, and ends nothing', async () => {
  const told: Fields[] = []
  const log = { ...silentLog, error: (fields: Fields) => void told.push(fields) }
  const doctor = new Doctor({
    log,
    clock: { now: () => 0 },
    perSecond: 1,
    facts: () => {
      throw new TypeError('a defect')
    },
  })
  const request = { id: 'ID', peer: { address: '127.0.0.1', secure: false } }
  doctor.see(mismatchOf(await signed({ keys: wrong })), request)
  assert.equal(told[0]?.['reqId'], 'ID')
})

test('what the doctor is told stands in no property of the error', async () => {
  const error = mismatchOf(await signed({ keys: wrong }))
  const { secretAccessKey } = exampleKey
  const printed = [
    JSON.stringify(error),
    JSON.stringify(Object.entries(error)),
    String(error.stack),
  ]
  for (const text of printed) assert.ok(!text.includes(secretAccessKey))
})
