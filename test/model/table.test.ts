/** The generated table: as committed, complete, and consistent with itself and with the overlay. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { readModel } from '../../tools/model/read.ts'
import { operations, structures } from '../../src/model/operations.gen.ts'
import * as overlay from '../../src/model/overlay.ts'
import type { Member, Operation, Type } from '../../src/model/schema.ts'

const rows: readonly Operation[] = Object.values(operations)
const model = readModel()

test('the committed files are what the model generates', () => {
  execFileSync(process.execPath, ['tools/model.ts', '--check'], { stdio: 'pipe' })
})

test('every structure that is named exists', () => {
  const check = (type: Type): void => {
    if (typeof type === 'string') return
    if ('list' in type) check(type.list)
    else assert.ok(type.structure in structures, type.structure)
  }
  const members: readonly Member[] = [
    ...rows.flatMap((row) => [...row.input, ...row.output]),
    ...Object.values(structures).flatMap((structure) => structure.members),
  ]
  for (const member of members) check(member.type)
})

test('levels follow the labels', () => {
  for (const { name, level, input } of rows) {
    const labels = input.filter((member) => member.in === 'label').map((member) => member.name)
    const wanted = { service: [], bucket: ['Bucket'], object: ['Bucket', 'Key'] }[level]
    assert.deepEqual(labels.toSorted(), wanted, name)
  }
})

test('a request has one body at most, and elements a root', () => {
  for (const { name, input, output, root, inputRoot } of rows) {
    for (const members of [input, output]) {
      assert.ok(members.filter((member) => member.in === 'payload').length <= 1, name)
    }
    const isElement = (member: Member): boolean => member.in === 'element' || member.in === 'text'
    assert.equal(inputRoot !== undefined, input.some(isElement), name)
    assert.equal(root !== undefined, output.some(isElement), name)
  }
})

test('the overlay names only what exists', () => {
  const names = new Set<string>([...Object.keys(operations), ...Object.keys(structures)])
  for (const name of Object.keys(overlay.elementOrder)) {
    const operation = name.replace(/Output$/, '')
    assert.ok(names.has(name) || names.has(operation), name)
    const row = rows.find((other) => other.name === operation)
    const members = structures[name]?.members ?? row?.output ?? []
    for (const member of overlay.elementOrder[name] ?? []) {
      assert.ok(
        members.some((other) => other.name === member),
        `${name}.${member}`,
      )
    }
  }
  for (const name of [...overlay.digestRequired, ...Object.keys(overlay.bodyBytesMax)]) {
    assert.ok(names.has(name), name)
  }
  assert.equal(model.operations.length, rows.length)
  for (const name of overlay.leftOut) assert.ok(!names.has(name))
})
