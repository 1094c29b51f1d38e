/** The numbers of workers as the first process has them, with workers that tell when a test wants it. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { expose } from '../../src/observe/exposition.ts'
import { counter, gauge, type Family } from '../../src/observe/families.ts'
import { joined } from '../../src/observe/joined.ts'
import { WorkerNumbers, type Teller } from '../../src/server/workers/numbers.ts'
import { servingBeside } from '../../src/server/workers/serving.ts'
import { readMetrics, type Metrics } from '../harness/exposition.ts'

/** Longer than a scrape waits for a worker, and than it is left unasked. */
const longMs = 10_000

interface Scene {
  readonly numbers: WorkerNumbers
  readonly join: (process: string) => { readonly teller: Teller; readonly questions: () => number }
  /** What is read now; resolves when time has passed or all workers have told. */
  readonly read: () => Promise<Metrics>
}

function sceneOf(t: TestContext): Scene {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  const numbers = new WorkerNumbers()
  t.after(() => numbers[Symbol.dispose]())
  return {
    numbers,
    join: (process) => {
      let questions = 0
      const teller = numbers.join({ process, ask: () => (questions += 1) })
      return { teller, questions: () => questions }
    },
    read: async () => readMetrics(expose(joined(await numbers.families()), 'text')),
  }
}

function told(done: number, open = 0): readonly Family[] {
  return [counter('sample_done', 'Done', done), gauge('sample_open', 'Open', open)]
}

/** Whoever waits for nothing more has gone on. */
async function turn(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve)
  })
}

test('one that does not tell holds nobody up, and what it told last stands, with a word of it', async (t) => {
  const { join, read } = sceneOf(t)
  const [one, other] = [join('worker-1'), join('worker-2')]
  const whole = read()
  one.teller.take(told(5, 1))
  other.teller.take(told(7, 2))
  assert.equal((await whole).value('sample_done_total'), 12)

  const late = read()
  one.teller.take(told(6, 1))
  await turn()
  t.mock.timers.tick(longMs)
  const metrics = await late
  assert.equal(metrics.value('sample_done_total'), 13)
  assert.equal(metrics.value('sample_open'), 3)
  assert.equal(metrics.value('ashlar_worker_unheard', { process: 'worker-1' }), 0)
  assert.equal(metrics.value('ashlar_worker_unheard', { process: 'worker-2' }), 1)
})

test('questions do not heap up before one that does not answer', async (t) => {
  const { join, read } = sceneOf(t)
  const worker = join('worker-1')
  for (let scrape = 0; scrape < 20; scrape++) {
    const reading = read()
    t.mock.timers.tick(longMs)
    await reading
  }
  assert.equal(worker.questions(), 1)
  worker.teller.take(told(1))
  const again = read()
  assert.equal(worker.questions(), 2)
  worker.teller.take(told(2))
  assert.equal((await again).value('sample_done_total'), 2)
})

test('an answer that was under way when somebody came is not theirs', async (t) => {
  const { join, read } = sceneOf(t)
  const worker = join('worker-1')
  const early = read()
  const late = read()
  assert.equal(worker.questions(), 1)
  worker.teller.take(told(1))
  assert.equal((await early).value('sample_done_total'), 1)
  assert.equal(worker.questions(), 2)
  worker.teller.take(told(2))
  assert.equal((await late).value('sample_done_total'), 2)
  assert.equal(worker.questions(), 2)
})

test('what one had counted stays when it has ended, and whoever waited for it goes on', async (t) => {
  const { numbers, join, read } = sceneOf(t)
  const [one, other] = [join('worker-1'), join('worker-2')]
  one.teller.take(told(5, 1))
  other.teller.take(told(7, 2))
  const reading = read()
  numbers.leave(other.teller)
  one.teller.take(told(5, 1))
  const alone = await reading
  assert.deepEqual([alone.value('sample_done_total'), alone.value('sample_open')], [12, 1])
  assert.deepEqual(
    alone.samples('ashlar_worker_unheard').map(({ labels }) => labels['process']),
    ['worker-1'],
  )
  const replacement = join('worker-2')
  const after = read()
  one.teller.take(told(5, 1))
  replacement.teller.take(told(1, 1))
  const metrics = await after
  assert.deepEqual([metrics.value('sample_done_total'), metrics.value('sample_open')], [13, 2])
})

test('they are asked now and then though nobody looks', (t) => {
  const { join } = sceneOf(t)
  const worker = join('worker-1')
  t.mock.timers.tick(longMs)
  assert.equal(worker.questions(), 1)
  worker.teller.take(told(1))
  t.mock.timers.tick(longMs)
  assert.equal(worker.questions(), 2)
})

test('the server is ready as long as one worker serves', () => {
  const crew = { serving: 0, lost: 0, isStopping: false }
  const { readiness, fields } = servingBeside({
    crew,
    numbers: { families: async () => [] },
    workers: 4,
  })
  assert.equal(readiness(), 'starting')
  crew.serving = 1
  assert.equal(readiness(), 'ok')
  assert.deepEqual(fields(), [['x-ashlar-workers', '1 of 4']])
  crew.isStopping = true
  assert.equal(readiness(), 'stopping')
})
