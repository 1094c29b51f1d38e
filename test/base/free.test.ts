/** Memory that was given back: whoever still holds it sees nothing, and a big buffer comes back without its old views. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bigBuffer, bigBufferBytes, free, sole } from '../../src/base/free.ts'

test('bytes alone in their buffer are gone when they are freed, a part of something larger stays', () => {
  const alone = new Uint8Array(100)
  free(alone)
  assert.equal(alone.length, 0)
  const larger = new Uint8Array(100)
  const part = larger.subarray(10, 20)
  free(part)
  assert.equal(part.length, 10)
  assert.equal(larger.length, 100)
})

test('the only view that is still used frees the whole of its buffer, another view does not', () => {
  const buffer = new Uint8Array(100)
  const view = sole(buffer.subarray(10, 20))
  free(buffer.subarray(10, 20))
  assert.equal(view.length, 10, 'it looks the same, and is not the one')
  free(view)
  assert.deepEqual([view.length, buffer.length], [0, 0])
})

test('whoever wants to know is told once that the memory is back', () => {
  let told = 0
  const buffer = new Uint8Array(100)
  const view = sole(buffer.subarray(10, 20), () => {
    told += 1
  })
  free(buffer.subarray(10, 20))
  assert.equal(told, 0, 'it looks the same, and is not the one')
  free(view)
  free(view)
  assert.equal(told, 1)
})

test('a big buffer is used again, and nobody who held it before sees what comes next', () => {
  const first = bigBuffer()
  assert.equal(first.length, bigBufferBytes)
  first.fill(7)
  const part = first.subarray(100, 200)
  const lent = sole(first.subarray(4096, 5000))
  free(lent)
  const second = bigBuffer()
  assert.equal(second[0], 7, 'the same memory')
  second.fill(9)
  assert.deepEqual([first.length, part.length, lent.length], [0, 0, 0])
  free(lent)
  free(first)
  assert.equal(second.length, bigBufferBytes, 'an old view gives nothing back')
  assert.notEqual(bigBuffer().buffer, second.buffer, 'one buffer has one owner')
})

test('more big buffers than are kept are all different, and all can be freed', () => {
  const many = Array.from({ length: 40 }, () => bigBuffer())
  assert.equal(new Set(many.map(({ buffer }) => buffer)).size, many.length)
  many.forEach(free)
  assert.ok(many.every(({ length }) => length === 0))
  const again = Array.from({ length: 40 }, () => bigBuffer())
  assert.equal(new Set(again.map(({ buffer }) => buffer)).size, again.length)
})
