/** A histogram: a value goes under the first bound that it does not exceed; two threads can share the numbers. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { once } from 'node:events'
import { Histogram, sharedHistogram } from '../../src/base/histogram.ts'

test('values under, on and beyond the bounds, and their sum', () => {
  const numbers = new Histogram([1, 2, 4])
  for (const value of [0, 1, 1.5, 2, 4, 4.5, 100]) numbers.observe(value)
  assert.deepEqual([...numbers.cells], [2, 2, 1, 2, 113])
})

test('what another thread counts is seen here', async () => {
  const numbers = sharedHistogram([1])
  const program = `
    import { workerData } from 'node:worker_threads'
    const { Histogram } = await import(workerData.module)
    const numbers = new Histogram(workerData.bounds, workerData.cells)
    numbers.observe(0.5)
    numbers.observe(3)`
  const module = new URL('../../src/base/histogram.ts', import.meta.url).href
  const { bounds, cells } = numbers
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`), {
    workerData: { module, bounds, cells },
  })
  await once(worker, 'exit')
  assert.deepEqual([...numbers.cells], [1, 1, 3.5])
})
