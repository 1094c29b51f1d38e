/** The runner: one job at a time, all of its steps, a back-off after failures, and an end when it is closed. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Job } from '../../src/jobs/job.ts'
import { ReceiptJob } from '../../src/jobs/receipts.ts'
import { Runner } from '../../src/jobs/runner.ts'
import type { Wait } from '../../src/jobs/runner.ts'

const everyMs = 60_000

/** A clock that is moved by those who wait on it; closes the gate after so many rounds. */
function pacer(rounds: number): { clock: { now(): number }; wait: Wait; done: Promise<void> } {
  let time = 0
  let left = rounds
  const { promise: done, resolve } = Promise.withResolvers<void>()
  const wait: Wait = async (ms, signal) => {
    time += ms
    if (ms === everyMs && --left === 0) {
      resolve()
      await new Promise<void>((over) => signal.addEventListener('abort', () => over()))
    }
  }
  return { clock: { now: () => time }, wait, done }
}

it('gives each job its steps, one job after another', async () => {
  const seen: string[] = []
  const job = (name: string, steps: number): Job => {
    let left = steps
    return {
      name,
      step: async () => {
        seen.push(name)
        return --left > 0
      },
    }
  }
  const { clock, wait, done } = pacer(2)
  const onError = (): void => assert.fail()
  await using _runner = new Runner({
    jobs: [job('a', 3), job('b', 1)],
    clock,
    everyMs,
    onError,
    wait,
  })
  await done
  assert.deepEqual(seen, ['a', 'a', 'a', 'b', 'a', 'b'])
})

it('waits longer after each failure of a job, and runs the others meanwhile', async () => {
  const failures: number[] = []
  let others = 0
  const { clock, wait, done } = pacer(20)
  const jobs: Job[] = [
    { name: 'bad', step: () => Promise.reject(new Error('no')) },
    {
      name: 'good',
      step: async () => {
        others += 1
        return false
      },
    },
  ]
  const onError = (): void => void failures.push(clock.now() / everyMs)
  await using _runner = new Runner({ jobs, clock, everyMs, onError, wait })
  await done
  assert.equal(others, 20)
  const gaps = failures.slice(1).map((round, index) => round - (failures[index] ?? 0))
  assert.deepEqual(
    gaps.toSorted((a, b) => a - b),
    gaps,
  )
  assert.equal(gaps.at(-1), 5)
})

it('stops at once when it is closed, after the step that is under way', async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  let steps = 0
  const slow: Job = {
    name: 'slow',
    step: async () => {
      steps += 1
      begin()
      await gate
      return true
    },
  }
  const runner = new Runner({
    jobs: [slow],
    clock: { now: () => 0 },
    everyMs,
    onError: () => assert.fail(),
  })
  await begun
  const closed = runner[Symbol.asyncDispose]()
  open()
  await closed
  assert.equal(steps, 1)
})

it('forgets receipts that were kept long enough', async () => {
  const asked: number[] = []
  const expireReceipts = async (before: number): Promise<number> => asked.push(before)
  const job = new ReceiptJob({
    metadata: { expireReceipts },
    clock: { now: () => 1000 },
    keptMs: 300,
  })
  assert.equal(await job.step(), false)
  assert.deepEqual(asked, [700])
})
