/** The error catalogue against the codes that S3, Yandex and IBM document. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catalogue } from '../../src/model/error-catalogue.ts'
import { S3Error, type ErrorCode } from '../../src/model/errors.ts'
import { documentedCodes } from './documented-codes.ts'

const documented = Object.entries(documentedCodes).flatMap(([status, text]) =>
  text
    .trim()
    .split(/\s+/)
    .map((code) => [code, Number(status)] as const),
)
const ours = Object.values(catalogue).flatMap((group) => Object.keys(group))

test('every documented code is in the catalogue, with its status and a message', () => {
  assert.ok(documented.length > 160, `${documented.length} codes`)
  for (const [code, status] of documented) {
    const error = new S3Error(code as ErrorCode)
    assert.deepEqual([error.code, error.status], [code, status])
    assert.match(error.message, /^\S.*\S$/, code)
  }
})

test('no code stands in the catalogue twice, and none that nobody documents', () => {
  assert.equal(new Set(ours).size, ours.length)
  const known = new Set(documented.map(([code]) => code))
  assert.deepEqual(
    ours.filter((code) => !known.has(code)),
    [],
  )
  assert.throws(() => new S3Error('NoSuchThing' as ErrorCode), TypeError)
})
