/** Notes of completions: each once, also those that were committed a little out of order, and none that the last snapshot has. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { CompletionsJob } from '../../src/jobs/completions.ts'

interface Note {
  readonly uploadId: string
  readonly completed: number
}

function scene(newest?: number): {
  all: Note[]
  kept: string[]
  clock: { time: number; now(): number }
  job: CompletionsJob<Note>
} {
  const all: Note[] = []
  const kept: string[] = []
  const clock = { time: 1_000_000, now: (): number => clock.time }
  const since = (moment: number, max: number): Note[] =>
    all
      .filter(({ completed }) => completed >= moment)
      .toSorted((one, other) => one.completed - other.completed)
      .slice(0, max)
  const keep = async (notes: readonly Note[]): Promise<void> =>
    void kept.push(...notes.map(({ uploadId }) => uploadId))
  return {
    all,
    kept,
    clock,
    job: new CompletionsJob({ since, keep, newest: async () => newest, clock }),
  }
}

it('notes each once, the late ones too', async () => {
  const { all, kept, clock, job } = scene()
  all.push({ uploadId: 'a', completed: 999_990 })
  assert.equal(await job.step(), false)
  all.push({ uploadId: 'late', completed: 999_985 }, { uploadId: 'b', completed: 1_000_010 })
  clock.time += 5000
  await job.step()
  clock.time += 5000
  await job.step()
  assert.deepEqual(kept, ['a', 'late', 'b'])
})

it('begins with the last snapshot, and goes on through as many pages as there are', async () => {
  const { all, kept, job } = scene(990_000)
  all.push({ uploadId: 'old', completed: 900_000 })
  for (let number = 0; number < 1200; number++)
    all.push({ uploadId: `u${number}`, completed: 995_000 + number })
  let steps = 1
  while (await job.step()) steps += 1
  assert.equal(steps, 3)
  assert.equal(new Set(kept).size, 1200)
  assert.equal(kept.length, 1200)
})
