/** Every planted fault still has its place in the source. That its proof finds it is what `npm run prove -- faults` shows. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { faults, hasPlace } from './faults.ts'

const root = join(import.meta.dirname, '../..')

test('each of them is planted in one place, and somebody has to find it', () => {
  assert.ok(faults.length >= 60)
  for (const { what, file, from, to, foundBy } of faults) {
    assert.ok(hasPlace(readFileSync(join(root, file), 'utf8'), from), `${what}: ${file}`)
    assert.notEqual(from, to, what)
    assert.ok(!foundBy.endsWith('.ts') || existsSync(join(root, foundBy)), `${what}: ${foundBy}`)
  }
})
