/** How many refusals are tried: the number may only grow. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Area } from './case.ts'

/** Raised with the tables; never lowered. */
const floor = 660

test(`at least ${floor} refusals, each with a name of its own and a control beside it`, async () => {
  const files = readdirSync(import.meta.dirname).filter((name) => name.startsWith('areas-'))
  const modules = await Promise.all(
    files.map(async (name) => (await import(join(import.meta.dirname, name))) as object),
  )
  const areas = modules.flatMap((module) => Object.values(module).flat() as Area[])
  const names = areas.flatMap(({ name, cases }) =>
    cases.map((negative) => `${name}: ${negative.name}`),
  )
  const seen = new Set<string>()
  const repeated = names.filter((name) => seen.size === seen.add(name).size)
  assert.deepEqual(repeated, [])
  assert.ok(names.length >= floor, `only ${names.length}`)
  for (const { name, control, controlStatus, cases } of areas) {
    assert.ok(typeof control === 'function' && controlStatus < 300 && cases.length > 0, name)
  }
  const tested = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts'))
  assert.ok(tested.length > 1)
})
