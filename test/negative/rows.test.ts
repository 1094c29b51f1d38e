/** Every row of sections 1A to 1F has a test that bears its name, or stands here with the reason why it has none. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const rows: Readonly<Record<string, number>> = { A: 26, B: 13, C: 11, D: 18, E: 16, F: 13 }

/** What is not built cannot go wrong yet, and what is tested elsewhere names its place. */
const elsewhere: Readonly<Record<string, string>> = {
  A13: 'test/fuzz/signatures.test.ts',
  A25: 'S3 itself tells an unknown key from a wrong secret; there is no sign-in, and no rate limit yet',
  B05: 'no object lock yet: its headers are NotImplemented (test/operations/rows-context.test.ts)',
  B06: 'no users, keys or policies that a request could change',
  B09: 'bucket policies come with access control',
  B10: 'test/negative/matrix.test.ts',
  B12: 'the server opens no connection: there is nothing to fetch for anyone',
  D14: 'test/server/listener.test.ts, which holds shorter times',
  D17: 'test/fuzz/http.test.ts',
  E14: 'test/fuzz/fuzz.test.ts',
  F08: 'no buffer is pooled',
  F10: 'test/crash/kill.test.ts',
  F11: 'test/crash/rot.test.ts',
  F12: 'test/server/respond.test.ts',
}

test('every row has its test or its reason', () => {
  const files = readdirSync(import.meta.dirname).filter((name) => /^rows-.*\.test\.ts$/.test(name))
  const text = files.map((name) => readFileSync(join(import.meta.dirname, name), 'utf8')).join('')
  const named = new Set(Array.from(text.matchAll(/\b([A-F]\d\d)\b/g), ([, row]) => row))
  for (const [section, count] of Object.entries(rows)) {
    for (let number = 1; number <= count; number++) {
      const row = `${section}${String(number).padStart(2, '0')}`
      assert.ok(named.has(row) !== row in elsewhere, row)
    }
  }
})

test('what is said to be tested elsewhere is there', () => {
  const root = join(import.meta.dirname, '../..')
  for (const [row, reason] of Object.entries(elsewhere)) {
    const file = /test\/[\w/-]+\.test\.ts/.exec(reason)?.[0]
    if (file !== undefined) assert.ok(readFileSync(join(root, file), 'utf8').length > 0, row)
  }
})
