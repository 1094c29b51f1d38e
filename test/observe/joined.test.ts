/** Numbers of several processes: what is added up is what one process would have counted, and what must not be added is not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { expose } from '../../src/observe/exposition.ts'
import { counter, gauge, info, type Family } from '../../src/observe/families.ts'
import { countedOnly, joined, labelled } from '../../src/observe/joined.ts'
import { RequestMeters } from '../../src/observe/requests.ts'
import { readMetrics, type Metrics } from '../harness/exposition.ts'

const requests = fc.array(
  fc.record({
    process: fc.nat({ max: 3 }),
    operation: fc.constantFrom('PutObject', 'GetObject', 'HeadObject'),
    code: fc.constantFrom(undefined, 'NoSuchKey', 'AccessDenied'),
    status: fc.constantFrom(200, 204, 403, 500),
    bytesIn: fc.nat(),
    bytesOut: fc.nat(),
    // Whole seconds, so that the order of an addition does not show.
    milliseconds: fc.nat({ max: 400 }).map((seconds) => seconds * 1000),
    cut: fc.boolean(),
    isOver: fc.boolean(),
  }),
  { maxLength: 60 },
)

function read(families: readonly Family[]): Metrics {
  return readMetrics(expose(families, 'openmetrics'), 'openmetrics')
}

/** Every sample, in an order of its own. */
function samplesOf(families: readonly Family[]): readonly string[] {
  return read(families)
    .families.flatMap(({ samples }) => samples.map((sample) => JSON.stringify(sample)))
    .toSorted()
}

test('what several processes counted of requests is what one would have counted', () => {
  fc.assert(
    fc.property(requests, (all) => {
      const one = new RequestMeters()
      const several = Array.from({ length: 4 }, () => new RequestMeters())
      for (const { process, operation, code, isOver, ...outcome } of all) {
        for (const meters of [one, several[process]]) {
          meters?.begin()
          if (!isOver) continue
          const story = { operation, ...(code !== undefined && { code }) }
          meters?.count(story, { ...outcome, id: '0', method: 'PUT', peer: '127.0.0.1' })
        }
      }
      const together = joined(several.flatMap((meters) => meters.families()))
      assert.deepEqual(samplesOf(together), samplesOf(one.families()))
    }),
  )
})

test('a label keeps apart what is of one process; facts are told once', () => {
  const process = (name: string, bytes: number): readonly Family[] =>
    labelled(
      [
        info('sample_build', 'What runs', { version: '1' }),
        gauge('sample_memory_bytes', 'Memory', bytes),
        counter('sample_done', 'Done', [{ labels: { of: 'a' }, value: bytes }]),
      ],
      { process: name },
    )
  const together = joined([...process('first', 10), ...process('worker-1', 3)])
  const metrics = read([...together, gauge('sample_other', 'Other', 1)])
  assert.equal(metrics.value('sample_memory_bytes', { process: 'first' }), 10)
  assert.equal(metrics.value('sample_memory_bytes', { process: 'worker-1' }), 3)
  assert.equal(metrics.value('sample_done_total', { process: 'worker-1', of: 'a' }), 3)
  assert.deepEqual(metrics.samples('sample_build_info'), [
    { name: 'sample_build_info', labels: { version: '1' }, value: 1 },
  ])
})

test('of what a process told only that which grows outlives it', () => {
  const meters = new RequestMeters()
  meters.begin()
  const told = [...meters.families(), info('sample_build', 'What runs', {})]
  const left = countedOnly(told).map(({ name }) => name)
  assert.ok(left.includes('ashlar_http_requests') && left.includes('ashlar_http_request_seconds'))
  assert.deepEqual(
    ['ashlar_http_requests_in_flight', 'sample_build'].filter((name) => left.includes(name)),
    [],
  )
})
