/** Sources: one that fails takes nothing from the others. The numbers of the process itself. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock, systemStopwatch } from '../../src/base/clock.ts'
import { expose } from '../../src/observe/exposition.ts'
import { gauge } from '../../src/observe/families.ts'
import { silentLog } from '../../src/observe/log.ts'
import { RuntimeMeters } from '../../src/observe/runtime.ts'
import { Sources, type Source } from '../../src/observe/sources.ts'
import { readMetrics } from '../harness/exposition.ts'
import { until } from '../harness/until.ts'

test('a source that fails is left out, counted and told; the others are there', async () => {
  const warned: unknown[] = []
  const log = { ...silentLog, warn: (fields: object) => warned.push(fields) }
  const failing: Source = () => Promise.reject(new Error('no'))
  const sound: Source = () => [gauge('sample_bytes', 'Bytes', 1)]
  const sources = new Sources({ failing, sound }, log)
  await sources.collect()
  const metrics = readMetrics(expose(await sources.collect(), 'text'))
  assert.equal(metrics.value('sample_bytes'), 1)
  assert.equal(metrics.value('ashlar_metrics_failures_total', { source: 'failing' }), 2)
  assert.equal(metrics.value('ashlar_metrics_failures_total', { source: 'sound' }), 0)
  assert.equal(warned.length, 2)
})

test('the process: what it is, what it occupies, and how late its event loop is', async () => {
  using runtime = new RuntimeMeters({
    clock: systemClock,
    stopwatch: systemStopwatch,
    version: '1.2.3',
  })
  const lateMs = 60
  const end = performance.now() + 100 + lateMs
  while (performance.now() < end);
  const read = async () => readMetrics(expose(await runtime.families(), 'text'))
  const count = 'ashlar_event_loop_lag_seconds_count'
  assert.ok(await until(async () => ((await read()).value(count) ?? 0) > 0))
  const metrics = await read()
  assert.ok((metrics.value('ashlar_event_loop_lag_seconds_sum') ?? 0) >= lateMs / 1000 - 0.001)
  const node = process.versions.node
  assert.equal(metrics.value('ashlar_build_info', { version: '1.2.3', node }), 1)
  assert.ok((metrics.value('process_resident_memory_bytes') ?? 0) > 1e7)
  assert.ok((metrics.value('process_cpu_seconds_total') ?? 0) > 0.1)
  const start = metrics.value('process_start_time_seconds') ?? 0
  assert.ok(Math.abs(Date.now() / 1000 - process.uptime() - start) < 60)
  if (process.platform !== 'linux') return
  const [open, most] = ['open', 'max'].map((which) => metrics.value(`process_${which}_fds`) ?? 0)
  assert.ok(open !== undefined && most !== undefined && open > 3 && most > open)
})
