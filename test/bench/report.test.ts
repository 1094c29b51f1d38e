/** The benchmark's own arithmetic: what is usual of several runs, who is ahead, what cannot be exceeded. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limitOf, limitTexts } from '../../bench/limits.ts'
import { median, spread } from '../../bench/measured.ts'
import { plot } from '../../bench/report-plot.ts'
import { markdown, written } from '../../bench/report.ts'
import type { Results, Side } from '../../bench/side-by-side.ts'
import type { Measure } from '../../bench/workloads.ts'

test('the median of an even number of values lies between the middle two; of none there is none', () => {
  assert.equal(median([9, 1, 5]), 5)
  assert.equal(median([10, 1, 5, 2]), 3.5)
  assert.ok(Number.isNaN(median([])))
  assert.deepEqual(spread([3, 1, 2]), { median: 2, least: 1, most: 3 })
})

test('figures are written with as many digits as they deserve', () => {
  assert.equal(written(12_345.67), '12,346')
  assert.equal(written(12.345), '12.3')
  assert.equal(written(0.1234), '0.12')
})

const names = Object.keys(limitTexts) as Array<keyof typeof limitTexts>

/** One server with the same figure wherever one is asked for. */
function side(name: string, figures: Readonly<Record<string, number>>): Side {
  const cells = Object.entries(figures).map(([figure, value]) => {
    const value3 = spread([value])
    return [
      figure,
      { speed: value3, cost: value3, p50Millis: 1, p99Millis: 2, maxMillis: 300 },
    ] as const
  })
  const started = { millis: spread([100, 200, 300]), idleMebibytes: 50, uploadMebibytes: 150.4 }
  const durability = 'nothing synced'
  return { name, version: '1', durability, cells: Object.fromEntries(cells), failures: {}, started }
}

function results(sides: readonly Side[], measures: Readonly<Record<string, Measure>>): Results {
  return {
    setting: {
      date: '2026-01-02',
      commit: 'abc1234',
      machine: 'a machine',
      fileSystem: 'ext4',
      loadBefore: 0,
    },
    command: 'npm run bench -- side-by-side',
    rounds: 1,
    figures: Object.entries(measures).map(([name, measure]) => ({ name, phase: name, measure })),
    sides,
    absent: ['rustfs'],
    limits: Object.fromEntries(names.map((name) => [name, spread([1_000])])) as Results['limits'],
  }
}

test('the last column says how many times as good Ashlar is as the best of the others', () => {
  const figures = { 'put-4k-c64': 600, copy: 2 }
  const page = markdown(
    results(
      [
        side('ashlar', figures),
        side('ashlar-no-checksum', { 'put-4k-c64': 900, copy: 1 }),
        side('slow', { 'put-4k-c64': 100, copy: 3000 }),
        side('fast', { 'put-4k-c64': 300, copy: 30 }),
      ],
      { 'put-4k-c64': 'operations', copy: 'millis' },
    ),
  )
  const [seen = '', costs = ''] = page.split('## ').slice(1)
  // More a second is better, fewer milliseconds are; Ashlar with other options is no peer.
  assert.match(seen, /^\| put-4k-c64 \| \/s \| 600 \| 900 \| 100 \| 300 \| 2 \|$/m)
  assert.match(seen, /^\| copy \| ms \| 2 \| 1 \| 3,000 \| 30 \| 15 \|$/m)
  assert.match(costs, /^\| put-4k-c64 \| µs each \| 600 \| 900 \| 100 \| 300 \| 0\.17 \|$/m)
  assert.match(page, /\| put-4k-c64 \| 1 \/ 2 \/ 300 \(× 2\) \|/)
  assert.match(page, /\| ashlar \| 200 \(100–300\) \| 50 \| 150 \|/)
  assert.match(page, /Not on the machine: rustfs\./)
})

test('where a server has no figure there is a dash, and no ratio without a peer', () => {
  const page = markdown(
    results([side('ashlar', { 'part-8m-c16': 500 }), side('minio', {})], {
      'part-8m-c16': 'bytes',
    }),
  )
  assert.match(page, /^\| part-8m-c16 \| MB\/s \| 500 \| – \| – \|$/m)
  // Half of what the disk does.
  assert.match(page, /^\| part-8m-c16 \| disk, .* \| 1,000 \| 500 \| 50 % \|$/m)
})

test('a wait of 99 in 100 that is ten times the median stands out', () => {
  const put = side('ashlar', { 'put-4k-c64': 500 })
  const cell = put.cells['put-4k-c64']
  assert.ok(cell)
  const uneven = { ...put, cells: { 'put-4k-c64': { ...cell, p99Millis: 10 } } }
  const page = markdown(results([put, uneven], { 'put-4k-c64': 'operations' }))
  assert.match(page, /\| 1 \/ 2 \/ 300 \(× 2\) \| 1 \/ 10 \/ 300 \(\*\*× 10\*\*\) \|/)
})

test('the plot has one bar for each figure that there is', () => {
  const one = results([side('ashlar', { copy: 5 }), side('minio', {})], { copy: 'millis' })
  assert.equal(plot(one).match(/<rect x=/g)?.length, 1)
})

test('only what the machine sets a limit to is held against one', () => {
  assert.equal(limitOf('put-4k-c1'), 'syncs')
  assert.equal(limitOf('put-4k-c64'), undefined)
  assert.equal(limitOf('put-64m-c16'), 'direct')
  assert.equal(limitOf('get-64m-c4'), 'loopback')
})
