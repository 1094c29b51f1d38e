/** Each damage that a proxy does is found; the same request is taken where the proxy leaves it alone. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openClinic, type Clinic } from './clinic.ts'
import { cases } from './damages.ts'

let clinic: Clinic

before(async () => {
  clinic = await openClinic({ ASHLAR_DOCTOR_RATE: '1000' })
  const made = await clinic.visit({ method: 'PUT', path: '/docs' })
  assert.equal(made.answer.status, 200)
})
after(async () => clinic[Symbol.asyncDispose]())

/** What S3 says of a signature, and nothing more. */
const elements = [
  'Error',
  'Code',
  'Message',
  'AWSAccessKeyId',
  'StringToSign',
  'SignatureProvided',
  'StringToSignBytes',
  'CanonicalRequest',
  'CanonicalRequestBytes',
  'Resource',
  'RequestId',
  'HostId',
]

for (const { name, plan, damage, causes, facts } of cases) {
  test(name, async () => {
    clinic.damage = (head) => head
    const whole = await clinic.visit(plan)
    assert.notEqual(whole.answer.code, 'SignatureDoesNotMatch', 'the positive control')
    assert.equal(whole.diagnosis, undefined)

    clinic.damage = damage
    const { answer, diagnosis } = await clinic.visit(plan)
    assert.equal(answer.status, 403, answer.text)
    const found = diagnosis?.findings ?? []
    assert.deepEqual(
      found.map(({ cause }) => cause),
      causes,
      JSON.stringify(diagnosis),
    )
    for (const { says, mend } of found) {
      assert.ok(says.length > 0 && Object.keys(mend).length > 0)
    }
    const [first] = found
    for (const [fact, value] of Object.entries(facts ?? {})) assert.equal(first?.facts[fact], value)
    if (answer.text !== '') {
      const said = [...answer.text.matchAll(/<(\w+)>/g)].map(([, element]) => element)
      assert.deepEqual(said, elements, 'the client learns nothing but what S3 says')
    }
  })
}
