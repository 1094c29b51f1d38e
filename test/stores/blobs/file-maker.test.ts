/** The thread that makes files: all of them or none, and nobody is left waiting. */
import assert from 'node:assert/strict'
import { closeSync, fstatSync, writeSync } from 'node:fs'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { FileMaker } from '../../../src/stores/blobs/file-maker.ts'
import { freshFolder } from './fresh.ts'

test('makes empty files that can be written, and belong to their user alone', async () => {
  const folder = await freshFolder()
  await using maker = new FileMaker()
  const paths = ['a', 'b', 'c'].map((name) => join(folder, name))
  const descriptors = await maker.make(paths)
  assert.equal(descriptors.length, 3)
  for (const [index, descriptor] of descriptors.entries()) {
    assert.equal(fstatSync(descriptor).size, 0)
    writeSync(descriptor, `file ${index}`)
    closeSync(descriptor)
  }
  assert.equal(await readFile(join(folder, 'b'), 'utf8'), 'file 1')
  assert.equal((await stat(join(folder, 'c'))).mode & 0o777, 0o600)
})

test('where one cannot be made there is none, and the error says why', async () => {
  const folder = await freshFolder()
  await using maker = new FileMaker()
  await writeFile(join(folder, 'taken'), 'bytes')
  const paths = ['new', 'taken', 'newer'].map((name) => join(folder, name))
  await assert.rejects(maker.make(paths), { code: 'EEXIST', syscall: 'open' })
  assert.deepEqual(await readdir(folder), ['taken'])
  assert.equal(await readFile(join(folder, 'taken'), 'utf8'), 'bytes')
})

test('whoever waits is answered before the thread ends, whoever comes later is refused', async () => {
  const folder = await freshFolder()
  const maker = new FileMaker()
  const made = Promise.all(
    Array.from({ length: 20 }, (_, index) => maker.make([join(folder, String(index))])),
  )
  await maker[Symbol.asyncDispose]()
  for (const [descriptor] of await made) closeSync(descriptor ?? -1)
  assert.equal((await readdir(folder)).length, 20)
  await assert.rejects(maker.make([join(folder, 'late')]), { syscall: 'open' })
})

test('one that was never asked has no thread to end', async () => {
  await new FileMaker()[Symbol.asyncDispose]()
})
