/** The exposition: both formats by a strict reader, which itself refuses what is wrong, and which of them a client gets. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Histogram } from '../../src/base/histogram.ts'
import { expose, formatFor } from '../../src/observe/exposition.ts'
import { counter, gauge, histogram, info, sampleOf } from '../../src/observe/families.ts'
import { readMetrics, type Format } from '../harness/exposition.ts'

const formats = ['text', 'openmetrics'] as const

/** What a counter can hold of it. */
function countOf(value: number): number {
  return Number.isNaN(value) ? 0 : Math.abs(value)
}

function families(text: string, value: number) {
  const seconds = new Histogram([0.5, 1])
  for (const one of [0.5, 0.6, 7]) seconds.observe(one)
  return [
    counter('sample_requests', `help ${text}`, [{ labels: { of: text }, value: countOf(value) }]),
    gauge('sample_bytes', 'Bytes', value),
    gauge('sample_unknown', 'What is not known', undefined),
    info('sample_build', 'What runs', { version: text }),
    histogram('sample_seconds', 'Seconds', [
      sampleOf(seconds, { of: text }),
      sampleOf(new Histogram([2])),
    ]),
  ]
}

test('any text and any number come back from both formats', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\\', '"', '\n', '\\n"'))
  fc.assert(
    fc.property(text, fc.double(), fc.constantFrom(...formats), (given, value, format) => {
      const read = readMetrics(expose(families(given, value), format), format)
      assert.equal(read.value('sample_requests_total', { of: given }), countOf(value))
      assert.equal(read.families[0]?.help, `help ${given}`)
      assert.equal(read.value('sample_bytes'), value === 0 ? 0 : value)
      assert.equal(read.value('sample_build_info', { version: given }), 1)
      assert.equal(read.value('sample_seconds_sum', { of: given }), 8.1)
    }),
  )
})

test('the text of each format, to the letter', () => {
  const text = expose(families('a', 3), 'text').split('\n')
  assert.deepEqual(text.slice(0, 3), [
    '# HELP sample_requests_total help a',
    '# TYPE sample_requests_total counter',
    'sample_requests_total{of="a"} 3',
  ])
  assert.deepEqual(text.slice(6, 15), [
    '# HELP sample_build_info What runs',
    '# TYPE sample_build_info gauge',
    'sample_build_info{version="a"} 1',
    '# HELP sample_seconds Seconds',
    '# TYPE sample_seconds histogram',
    'sample_seconds_bucket{of="a",le="0.5"} 1',
    'sample_seconds_bucket{of="a",le="1.0"} 2',
    'sample_seconds_bucket{of="a",le="+Inf"} 3',
    'sample_seconds_sum{of="a"} 8.1',
  ])
  const open = expose(families('a', 3), 'openmetrics').split('\n')
  assert.deepEqual(open.slice(0, 3), [
    '# HELP sample_requests help a',
    '# TYPE sample_requests counter',
    'sample_requests_total{of="a"} 3',
  ])
  assert.equal(open[7], '# TYPE sample_build info')
  assert.deepEqual(open.slice(-2), ['# EOF', ''])
})

test('the reader refuses what neither format allows', () => {
  const head = '# HELP a_total x\n# TYPE a_total counter\n'
  const buckets = (...lines: readonly string[]): string =>
    ['# HELP h x', '# TYPE h histogram', ...lines, ''].join('\n')
  const wrong: ReadonlyArray<readonly [string, Format?]> = [
    ['# HELP a_total x\n# TYPE a_total counter\na_total 1'],
    [`${head}a_total -1\n`],
    [`${head}a_total 1\na_total 1\n`],
    [`${head}a_total{b="1",b="2"} 1\n`],
    [`${head}a_total{b="\\x"} 1\n`],
    [`${head}a_total{b="} 1\n`],
    [`${head}a_total 1 extra\n`],
    [`${head}a_total one\n`],
    [`${head}other_total 1\n`],
    [`${head}\na_total 1\n`],
    [head],
    ['a_total 1\n'],
    ['# HELP a x\n# TYPE a info\na 1\n'],
    [`${head}a_total 1\n`, 'openmetrics'],
    [`${head}a_total 1\n# EOF\n`, 'openmetrics'],
    [buckets('h_bucket{le="1.0"} 1', 'h_sum 1', 'h_count 1')],
    [buckets('h_bucket{le="1.0"} 2', 'h_bucket{le="+Inf"} 1', 'h_sum 1', 'h_count 1')],
    [
      buckets(
        'h_bucket{le="2.0"} 1',
        'h_bucket{le="1.0"} 1',
        'h_bucket{le="+Inf"} 1',
        'h_sum 1',
        'h_count 1',
      ),
    ],
    [buckets('h_bucket{le="+Inf"} 1', 'h_sum 1', 'h_count 2')],
    [buckets('h_bucket{le="+Inf"} 1', 'h_count 1', 'h_sum 1')],
  ]
  for (const [document, format] of wrong) {
    assert.throws(() => readMetrics(document, format), assert.AssertionError, document)
  }
})

test('OpenMetrics is for those who would rather have it, of the version that is written', () => {
  const cases: ReadonlyArray<readonly [string | undefined, Format]> = [
    [undefined, 'text'],
    ['*/*', 'text'],
    ['text/html, */*;q=0.8', 'text'],
    ['application/openmetrics-text', 'openmetrics'],
    ['application/openmetrics-text; version=1.0.0; charset=utf-8', 'openmetrics'],
    ['application/openmetrics-text;version=0.0.1', 'text'],
    ['application/openmetrics-text;q=0', 'text'],
    ['application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.6', 'text'],
    // As Prometheus asks.
    [
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
      'openmetrics',
    ],
  ]
  for (const [accept, format] of cases) assert.equal(formatFor(accept), format, accept ?? 'none')
})
