/** Two canonical requests beside one another: every line that differs, and why where it is known. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pieces } from '../../src/identity/canonical.ts'
import { explain } from '../../src/identity/doctor/explain.ts'
import { canonicalsIn, elementsIn } from '../../src/cli/doctor-compare.ts'

const signed: Pieces = {
  method: 'PUT',
  path: '/b/a%20b',
  query: 'partNumber=1',
  headers: [
    ['accept-encoding', 'identity'],
    ['host', 's3.example.com'],
    ['x_tenant', 'one'],
  ],
  payload: 'UNSIGNED-PAYLOAD',
}

function other(more: Partial<Pieces>, headers: Record<string, string> = {}): Pieces {
  const changed = signed.headers.map(([name, value]) => [name, headers[name] ?? value] as const)
  return { ...signed, headers: changed, ...more }
}

test('the same has no difference', () => {
  assert.deepEqual(explain(signed, other({})), [])
})

const differences: ReadonlyArray<readonly [Pieces, string, string | undefined]> = [
  [other({ method: 'POST' }), 'method', 'method-changed'],
  [other({ path: '/b/a%2520b' }), 'path', 'path-encoded'],
  [other({ path: '/c/d' }), 'path', undefined],
  [other({ query: 'partNumber=1&utm=x' }), 'query', 'query-added'],
  [other({}, { host: '10.1.2.3:9000' }), 'host', 'host-replaced'],
  [other({}, { host: 's3.example.com:9000' }), 'host', 'host-port'],
  [other({}, { 'accept-encoding': 'gzip' }), 'header', 'accept-encoding-changed'],
  [other({}, { x_tenant: '' }), 'header', 'header-removed'],
  [other({}, { x_tenant: 'two' }), 'header', undefined],
  [other({ payload: 'a'.repeat(64) }), 'payload', 'payload-changed'],
]

for (const [computed, part, cause] of differences) {
  test(`${part}: ${cause ?? 'a cause that nobody knows'}`, () => {
    const found = explain(signed, computed)
    assert.deepEqual(
      found.map((one) => [one.part, one.cause]),
      [[part, cause]],
    )
  })
}

test('dots and slashes that only the server no longer has', () => {
  const causeOf = (path: string, arrived: string): string | undefined =>
    explain({ ...signed, path }, other({ path: arrived }))[0]?.cause
  assert.equal(causeOf('/b/x/../y/./z', '/b/y/z'), 'dots-resolved')
  assert.equal(causeOf('/b//x//y', '/b/x/y'), 'slash-merged')
})

test('every line that differs is told', () => {
  const computed = other({ method: 'GET', path: '/b' }, { host: 'elsewhere' })
  assert.deepEqual(
    explain(signed, computed).map(({ part }) => part),
    ['method', 'path', 'host'],
  )
})

test('a canonical request is found in a log and in an error document', () => {
  const text =
    'PUT\n/b/a%20b\npartNumber=1\nhost:s3.example.com\nx-a:b: c\n\nhost;x-a\nUNSIGNED-PAYLOAD'
  const found: Pieces = {
    ...signed,
    headers: [
      ['host', 's3.example.com'],
      ['x-a', 'b: c'],
    ],
  }
  assert.deepEqual(canonicalsIn(`DEBUG CanonicalRequest:\n${text}\nDEBUG more`), [found])
  assert.deepEqual(canonicalsIn(text.replaceAll('\n', '\r\n')), [found])
  const printed = `b'<CanonicalRequest>${text.replaceAll('\n', String.raw`\n`)}</CanonicalRequest>'`
  assert.deepEqual(elementsIn(printed, 'CanonicalRequest').flatMap(canonicalsIn), [found])
  const escaped = elementsIn('<Code>a&lt;&#x62;&#99;&amp;lt;</Code>', 'Code')
  assert.deepEqual(escaped, ['a<bc&lt;'])
})
