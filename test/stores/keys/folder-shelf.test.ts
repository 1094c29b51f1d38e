/** A key ring in a folder: what it refuses to use, what other processes do to it, and what a killed writer leaves. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { chmod, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { it } from 'node:test'
import { keyStoresOf } from '../../../src/stores/keys/key-stores.ts'
import type { KeyRing } from '../../../src/stores/keys/ring.ts'
import { freshPath, handClock, ringIn } from './scene.ts'

function versionsOf(ring: KeyRing, name: string): readonly number[] | undefined {
  return ring.find(name)?.versions.map(({ number }) => number)
}

it('keeps its folder and files to their owner', async () => {
  const folder = await freshPath()
  const ring = ringIn(folder)
  ring.create('k1')
  ring.setEnabled('k1', false)
  assert.equal((await stat(folder)).mode & 0o777, 0o700)
  assert.deepEqual((await readdir(folder)).toSorted(), ['k1.1.json', 'k1.disabled'])
  for (const name of await readdir(folder)) {
    assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600, name)
  }
})

it('refuses what others than its owner may read, and says how to end that', async () => {
  const folder = await freshPath()
  ringIn(folder).create('k1')
  const file = join(folder, 'k1.1.json')
  for (const mode of [0o640, 0o604, 0o620]) {
    await chmod(file, mode)
    const message = new RegExp(`chmod 600 ${file}`)
    assert.throws(() => ringIn(folder), { name: 'KeyStoreUnavailable', message })
  }
  await chmod(file, 0o600)
  await chmod(folder, 0o750)
  assert.throws(() => ringIn(folder), { message: new RegExp(`chmod 700 ${folder}$`) })
  await chmod(folder, 0o700)
  assert.deepEqual(versionsOf(ringIn(folder), 'k1'), [1])
})

it('refuses damaged files, files of a later format, and files under another name', async () => {
  const folder = await freshPath()
  ringIn(folder).create('k1')
  const file = join(folder, 'k1.1.json')
  const text = await readFile(file, 'utf8')
  const refuses = async (changed: string, message: RegExp): Promise<void> => {
    await writeFile(file, changed)
    assert.throws(() => ringIn(folder), { name: 'KeyStoreUnavailable', message })
  }
  for (let at = 0; at < text.length - 1; at++) {
    if (/\s/.test(text.charAt(at))) continue
    const other = text.charAt(at) === 'A' ? 'B' : 'A'
    await refuses(text.slice(0, at) + other + text.slice(at + 1), /k1\.1\.json (is|has) /)
  }
  for (const short of ['', '{}', 'null', '[]', text.slice(0, -4)])
    await refuses(short, /k1\.1\.json/)
  await refuses(text.replace('"format": 1', '"format": 2'), /has the format 2.*reads format 1/)
  await writeFile(file, text)
  await writeFile(join(folder, 'k2.1.json'), text, { mode: 0o600 })
  assert.throws(() => ringIn(folder), { message: /'k1' under a name that is not its own/ })
})

it('a key with a fault is refused alone while the server runs, and works again once it is mended', async () => {
  const folder = await freshPath()
  const clock = handClock()
  const ring = ringIn(folder, clock)
  const { kms } = keyStoresOf(ring)
  ring.create('k1')
  await writeFile(join(folder, 'k2.1.json'), 'half', { mode: 0o600 })
  clock.time += 1000
  assert.equal(await kms.resolve('k1'), 'k1')
  await assert.rejects(kms.resolve('k2'), { name: 'KeyStoreUnavailable', message: /k2\.1\.json/ })
  const other = await freshPath()
  ringIn(other).create('k2')
  await writeFile(join(folder, 'k2.1.json'), await readFile(join(other, 'k2.1.json')))
  clock.time += 1000
  assert.equal(await kms.resolve('k2'), 'k2')
})

it('a name that a key cannot have is no name of a file', async () => {
  const ring = ringIn(await freshPath())
  for (const name of ['', '.', '..', '../k', 'a/b', 'a.b', '-k', 'k\0', 'ä', 'k'.repeat(129)]) {
    assert.throws(() => ring.create(name), TypeError, name)
  }
  assert.equal(ring.create('k'.repeat(128)), true)
})

it('what the operator does is seen within a second, and not looked for more often', async () => {
  const folder = await freshPath()
  const clock = handClock()
  const server = ringIn(folder, clock)
  const operator = ringIn(folder)
  operator.create('k1')
  clock.time += 999
  assert.equal(versionsOf(server, 'k1'), undefined)
  clock.time += 1
  assert.deepEqual(versionsOf(server, 'k1'), [1])
  operator.rotate('k1')
  operator.setEnabled('k1', false)
  clock.time += 1000
  assert.deepEqual(versionsOf(server, 'k1'), [1, 2])
  assert.equal(server.get('k1').enabled, false)
  operator.setEnabled('k1', true)
  operator.forget('k1', 1)
  // A clock that was set back hides nothing.
  clock.time -= 3_600_000
  assert.equal(server.get('k1').enabled, true)
  assert.deepEqual(versionsOf(server, 'k1'), [2])
})

it('two that write at once never undo each other', async () => {
  const folder = await freshPath()
  const one = ringIn(folder)
  const two = ringIn(folder)
  assert.equal(one.create('k1'), true)
  assert.equal(two.create('k1'), false)
  const { kms } = keyStoresOf(two)
  const binding = Buffer.from('b')
  const wrapped = await kms.wrap('k1', Buffer.alloc(32, 7), binding)
  assert.deepEqual(await keyStoresOf(one).kms.unwrap('k1', wrapped, binding), Buffer.alloc(32, 7))
  // Both believe that the newest version is 1.
  assert.equal(one.rotate('k1'), 2)
  assert.equal(two.rotate('k1'), 3)
  assert.deepEqual(versionsOf(ringIn(folder), 'k1'), [1, 2, 3])
})

for (const work of ['create', 'rotate', 'disable'] as const) {
  it(`killed anywhere in ${work}, the ring is the old one or the new one`, async () => {
    const seen = new Set<string>()
    for (const call of ['openSync', 'writeSync', 'fsyncSync', 'linkSync', 'rmSync']) {
      const folder = await freshPath()
      ringIn(folder).create('k1')
      const before = await readFile(join(folder, 'k1.1.json'))
      const script = join(import.meta.dirname, 'killed-ring.ts')
      const { signal } = spawnSync(process.execPath, [script, folder, call, work])
      assert.equal(signal, 'SIGKILL', call)
      const ring = ringIn(folder)
      assert.deepEqual(await readFile(join(folder, 'k1.1.json')), before)
      seen.add(`${versionsOf(ring, 'k1')?.join()} ${ring.get('k1').enabled} ${ring.keys().length}`)
      ring.setEnabled('k1', true)
      ring.rotate('k1')
    }
    const after = { create: '1 true 2', rotate: '1,2 true 1', disable: '1 false 1' }[work]
    assert.deepEqual([...seen], ['1 true 1', after])
  })
}

it('what a killed writer left is taken away once it is old', async () => {
  const folder = await freshPath()
  ringIn(folder)
  const [old, young] = ['.new-0123456789abcdef', '.new-fedcba9876543210'] as const
  const clock = handClock()
  for (const name of [old, young]) await writeFile(join(folder, name), 'half', { mode: 0o600 })
  await utimes(join(folder, old), 0, clock.time / 1000 - 3601)
  await utimes(join(folder, young), 0, clock.time / 1000 - 3599)
  ringIn(folder, clock)
  assert.deepEqual(await readdir(folder), [young])
})

it('a version has its name only once it is durable, and is used only once its name is', async () => {
  const folder = await freshPath()
  const ring = ringIn(folder)
  const other = ringIn(folder)
  const calls: string[] = []
  const watched = ['openSync', 'fsyncSync', 'linkSync', 'readFileSync'] as const
  const real = Object.fromEntries(watched.map((name) => [name, fs[name]]))
  for (const name of watched) {
    const call = real[name] as (...words: unknown[]) => unknown
    const said = (words: unknown[]): string =>
      `${name} ${String(words.at(-1) === folder || words[0] === folder)}`
    Object.assign(fs, {
      [name]: (...words: unknown[]) => (calls.push(said(words)), call(...words)),
    })
  }
  syncBuiltinESMExports()
  try {
    ring.create('k1')
    assert.deepEqual(calls.splice(0), [
      'openSync false',
      'fsyncSync false',
      'linkSync false',
      'openSync true',
      'fsyncSync false',
    ])
    other.find('k1')
    other.create('k2')
    calls.length = 0
    assert.notEqual(other.find('k1'), undefined)
    assert.deepEqual(calls.slice(0, 3), ['openSync true', 'fsyncSync false', 'readFileSync false'])
  } finally {
    Object.assign(fs, real)
    syncBuiltinESMExports()
  }
})

it('after a sync that failed nothing of the ring is believed any more in this process', async () => {
  const folder = await freshPath()
  const ring = ringIn(folder)
  ring.create('k1')
  const { fsyncSync } = fs
  const state = { calls: 0 }
  // The first sync is the file's, the second one the folder's.
  const failing = (descriptor: number): void => {
    if (++state.calls === 2) throw Object.assign(new Error('EIO'), { code: 'EIO' })
    fsyncSync(descriptor)
  }
  Object.assign(fs, { fsyncSync: failing })
  syncBuiltinESMExports()
  try {
    assert.throws(() => ring.create('k2'), { name: 'KeyStoreUnavailable', message: /EIO/ })
  } finally {
    Object.assign(fs, { fsyncSync })
    syncBuiltinESMExports()
  }
  const { kms } = keyStoresOf(ring)
  for (const name of ['k1', 'k2']) {
    await assert.rejects(kms.resolve(name), { name: 'KeyStoreUnavailable', message: /EIO/ })
  }
  assert.deepEqual(versionsOf(ringIn(folder), 'k1'), [1])
})

it('a folder behind a link is the folder', async () => {
  const folder = await freshPath()
  ringIn(folder).create('k1')
  const link = `${folder}-link`
  await symlink(folder, link)
  assert.deepEqual(versionsOf(ringIn(link), 'k1'), [1])
})
