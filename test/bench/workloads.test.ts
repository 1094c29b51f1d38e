/** What the benchmark asks for: the names by which its parts know each other, and what it says it measures. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { partNumberMax } from '../../src/base/limits.ts'
import { growingOf } from '../../bench/growth-curves.ts'
import { growthOf, type Curve } from '../../bench/growth.ts'
import { growthPage, growthPlot } from '../../bench/growth-page.ts'
import type { Phase } from '../../bench/load.ts'
import { knownPeers } from '../../bench/peers.ts'
import { Tally } from '../../bench/tally.ts'
import { figuresOf, scales, workloadsOf, type Scale } from '../../bench/workloads.ts'

const phase: Phase = {
  name: 'put',
  operations: 200,
  bytes: 2e9,
  seconds: 4,
  p50Millis: 3,
  p99Millis: 9,
  maxMillis: 20,
  errors: 0,
  cpuSeconds: 1,
  peakBytes: 0,
  entries: 1_000,
}

test('a phase is told in the units of its measure', () => {
  assert.deepEqual(figuresOf('operations', phase), { speed: 50, cost: 5_000 })
  assert.deepEqual(figuresOf('bytes', phase), { speed: 500, cost: 0.5 })
  assert.deepEqual(figuresOf('entries', phase), { speed: 250, cost: 1_000 })
  assert.deepEqual(figuresOf('millis', phase), { speed: 3, cost: 5 })
})

test('a tally keeps the rounds apart from one another and misses no phase in silence', () => {
  const tally = new Tally()
  const [workload] = workloadsOf(scaleNamed('smoke'))
  assert.ok(workload)
  tally.add(workload, [phase])
  tally.add(workload, [{ ...phase, operations: 400, maxMillis: 50 }])
  const cell = tally.cells(workload.figures)[workload.figures[0]?.name ?? '']
  assert.deepEqual(cell?.speed, { median: 75, least: 50, most: 100 })
  assert.equal(cell?.maxMillis, 50)
  assert.throws(() => tally.add(workload, [{ ...phase, name: 'get' }]), /no phase put among get/)
})

function scaleNamed(name: string): Scale {
  const found = scales[name]
  assert.ok(found)
  return found
}

for (const name of Object.keys(scales)) {
  test(`at scale ${name} every figure has a name of its own and 13 workloads are usual`, () => {
    const workloads = workloadsOf(scaleNamed(name))
    const figures = workloads.flatMap((workload) => workload.figures.map((figure) => figure.name))
    assert.equal(new Set(figures).size, figures.length)
    // As many as the list of the usual ones has names: one that is no workload's is a slip of the pen.
    assert.equal(workloads.filter(({ usual }) => usual).length, 13)
  })
}

test('the load generator knows every workload that is asked of it', () => {
  const source = join(import.meta.dirname, '../../bench/load/workloads.go')
  const text = readFileSync(source, 'utf8')
  const full = scaleNamed('full')
  const asked = [...workloadsOf(full), ...growingOf(full)].map(({ workload }) => workload)
  for (const one of new Set(asked)) assert.match(text, new RegExp(`^\\t"${one}":`, 'm'))
})

test('the options of Ashlar are those of all of its sides and of no peer', (t) => {
  // Some write what they are configured with.
  const folder = mkdtempSync(join(tmpdir(), 'ashlar-peers-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const start = { port: 1, furtherPorts: [], folder }
  const withOption = knownPeers(['--region=there']).filter(({ launch }) =>
    launch(start).args.includes('--region=there'),
  )
  assert.deepEqual(
    withOption.map(({ name }) => name),
    ['ashlar', 'ashlar-no-checksum', 'ashlar-2-workers', 'ashlar-accelerated'],
  )
})

function curve(...costs: readonly number[]): Curve {
  const points = costs.map((y, at) => ({ x: 10 ** at, y }))
  return { name: 'PutObject', by: 'keys', unit: 'µs', points }
}

test('a curve grows by its highest step against the least before it', () => {
  assert.equal(growthOf(curve(10, 30, 20)), 3)
  assert.equal(growthOf(curve(100, 10, 40, 20)), 4)
  assert.equal(growthOf(curve(10, 5, 4)), 0.8)
  assert.equal(growthOf(curve(10)), 1)
})

test('nothing is asked for that S3 does not allow, and every axis of growth is there', () => {
  const growing = Object.values(scales).flatMap(growingOf)
  const partCounts = growing
    .filter(({ by }) => by === 'parts of the object')
    .flatMap(({ xs }) => xs)
  assert.equal(Math.max(...partCounts), partNumberMax)
  const axes = new Set(growing.map(({ by }) => by))
  assert.deepEqual(
    [...axes],
    [
      'parts of the object',
      'MiB of the object',
      'MiB of the part',
      'connections',
      'idle connections',
      'keys that are there',
      'prefixes',
      'open uploads',
    ],
  )
})

test('the page of growth names what is not level, and the plot has a panel for each', () => {
  const setting = {
    date: '2026-01-02',
    commit: 'abc',
    machine: 'a machine',
    fileSystem: 'ext4',
    loadBefore: 2,
  }
  const run = { setting, command: 'npm', rounds: 3 }
  const level = growthPage({ ...run, curves: [curve(10, 12, 14)] })
  assert.match(level, /All of them are level or fall/)
  const curves = [curve(10, 12, 14), { ...curve(10, 20, 40), name: 'GetObject' }]
  const grows = growthPage({ ...run, curves })
  assert.match(grows, /Not level: GetObject, by keys\./)
  assert.match(grows, /\| GetObject \| keys \| 1: 10, 10: 20, 100: 40 \| µs \| \*\*× 4\*\* \|/)
  assert.equal(growthPlot(curves).match(/<polyline/g)?.length, 2)
})
