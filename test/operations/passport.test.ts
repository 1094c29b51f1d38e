/** The passport: every member of every operation is accounted for, and what it says of a member is what the source does. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { dialects } from '../../src/model/dialects/named.ts'
import { operations as table } from '../../src/model/operations.gen.ts'
import type { Operation } from '../../src/model/schema.ts'
import { passport, type MemberEntry } from '../../src/operations/passport.ts'
import { sendRaw } from '../harness/raw.ts'
import { startServer } from '../harness/server.ts'

const folder = join(import.meta.dirname, '../../src/operations')
const { operations, besides } = passport(dialects.aws)

/** Read where requests are taken apart, for every operation that has them. */
const atTheBorder = /^(?:Bucket|Key|Body|ContentLength|ContentMD5|Checksum(?!Mode|Type).*)$/

/** How far an operation's words are looked for: itself, the rules that it calls, and what they call. */
const steps = 2

test('every operation is there, with every member of its input or none where it is refused', () => {
  const rows: readonly Operation[] = Object.values(table)
  assert.deepEqual(operations.map(({ name }) => name).toSorted(), Object.keys(table).toSorted())
  for (const { name, state, members } of operations) {
    const row = rows.find((found) => found.name === name)
    const expected = state === 'refused' ? [] : row?.input.map((member) => member.name)
    assert.deepEqual(
      members.map((member) => member.name),
      expected,
      name,
    )
  }
  const others = besides.map(({ name }) => name)
  assert.deepEqual(others, ['POST Object', 'OPTIONS preflight', 'ListBucketsExtended'])
})

test('a member that is honoured is read by the operation or at the border', () => {
  for (const { name, members } of operations.filter(({ state }) => state !== 'refused')) {
    const words = textOf(join(folder, `${fileOf(name)}.ts`), steps)
    for (const member of members.filter(({ state }) => state === 'honoured')) {
      if (atTheBorder.test(member.name)) continue
      assert.match(words, wordOf(member), `${name} reads ${member.name}`)
    }
  }
})

test('a member that is ignored or refused has its reason, and no operation reads it', () => {
  const ignored = operations.flatMap(({ name, members }) =>
    members.filter(({ state }) => state === 'ignored').map((member) => [name, member] as const),
  )
  assert.ok(ignored.length > 30, `${ignored.length}`)
  for (const [name, member] of ignored) {
    assert.ok(member.because, `${name} ${member.name}`)
    assert.doesNotMatch(textOf(join(folder, `${fileOf(name)}.ts`), 0), wordOf(member), name)
  }
})

test('a server says the same as JSON, unsigned, each in its dialect', async () => {
  for (const name of ['aws', 'yandex'] as const) {
    await using server = await startServer({ args: ['--dialect', name] })
    const ask = (method: string): ReturnType<typeof sendRaw> =>
      sendRaw(server, `${method} /-/capabilities HTTP/1.1\r\nHost: x\r\n\r\n`, method)
    const answer = await ask('GET')
    assert.equal(answer.status, 200)
    assert.equal(answer.headers['content-type'], 'application/json')
    assert.deepEqual(JSON.parse(answer.text), JSON.parse(JSON.stringify(passport(dialects[name]))))
    const head = await ask('HEAD')
    assert.equal(head.headers['content-length'], String(answer.body.length))
    assert.equal((await ask('GET')).text, answer.text, 'and says it again')
    assert.equal((await ask('PUT')).code, 'InvalidBucketName', 'any other method is S3’s')
  }
})

function wordOf({ name }: MemberEntry): RegExp {
  return new RegExp(`\\b${name}\\b`)
}

function fileOf(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase()
}

/** The source of a file and of what it imports; the generated model names every member and proves nothing. */
function textOf(file: string, depth: number): string {
  const text = readFileSync(file, 'utf8')
  if (depth === 0) return text
  const imports = [...text.matchAll(/from '(\.[^']+)'/g)].map(([, path = '']) => path)
  const near = imports.filter((path) => !/\/(?:model|stores|base)\//.test(path))
  return [text, ...near.map((path) => textOf(join(dirname(file), path), depth - 1))].join('\n')
}
