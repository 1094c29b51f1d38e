/** The doctor is no amplifier: so many examinations a second, and so much work in each. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
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
