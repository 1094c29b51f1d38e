/** The first `npm start` of a checkout builds the accelerator, and nothing that goes wrong with it keeps a server from starting. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, relative } from 'node:path'
import { after, before, test } from 'node:test'
import { acceleratorFile } from '../../src/base/accelerator.ts'
import { acceleratorHere } from '../harness/acceleration.ts'

const root = join(import.meta.dirname, '../..')
const here = acceleratorHere()
let checkout = ''
let built = ''

before(() => {
  checkout = mkdtempSync(join(tmpdir(), 'ashlar-checkout-'))
  built = join(checkout, relative(root, acceleratorFile))
  for (const name of ['src', 'tools', 'package.json'])
    cpSync(join(root, name), join(checkout, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'))
})
after(() => rmSync(checkout, { recursive: true }))

/** What the script of that name in package.json says, with `--version` in the place of a server; answers what it complains of. */
function start(path = process.env['PATH']): string {
  const words = ['tools/start.ts', '--version']
  const options = { cwd: checkout, encoding: 'utf8', env: { ...process.env, PATH: path } } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, words, options)
  assert.equal(status, 0, stderr)
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/)
  return stderr
}

/** A folder to look for programs in first: its compiler says which one it is, and compiles nothing. */
function brokenCompiler(): string {
  const folder = join(checkout, 'broken')
  mkdirSync(folder)
  writeFileSync(join(folder, 'cc'), '#!/bin/sh\n[ "$1" = --version ]\n', { mode: 0o755 })
  return folder
}

test('a compiler that fails is told, and the program starts', (t) => {
  if (here.accelerator === undefined) {
    assert.ok(!here.isFault, here.why)
    return t.skip(here.why)
  }
  const told = start([brokenCompiler(), process.env['PATH']].join(delimiter))
  assert.match(told, /accelerator left out: .*Everything works without it/s)
  assert.equal(existsSync(built), false)
})

test('without a compiler nothing is said, and the program starts', () => {
  assert.equal(start('/nowhere'), '')
  assert.equal(existsSync(built), false)
})

test('the first start builds it, the second one finds it', (t) => {
  if (here.accelerator === undefined) {
    assert.ok(!here.isFault, here.why)
    return t.skip(here.why)
  }
  assert.equal(start(), '')
  const { mtimeMs } = statSync(built)
  assert.equal(start(), '')
  assert.equal(statSync(built).mtimeMs, mtimeMs)
})
