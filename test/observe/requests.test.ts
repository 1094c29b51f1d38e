/** The numbers of requests: each counted once, where it belongs, under labels that nobody outside can choose. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expose } from '../../src/observe/exposition.ts'
import { silentLog } from '../../src/observe/log.ts'
import { record, type Outcome, type Story } from '../../src/observe/record.ts'
import { RequestMeters } from '../../src/observe/requests.ts'
import { readMetrics, type Metrics } from '../harness/exposition.ts'

const outcome: Outcome = {
  id: '0000000000000000',
  method: 'PUT',
  peer: '127.0.0.1',
  status: 200,
  bytesIn: 10,
  bytesOut: 3,
  milliseconds: 20,
  cut: false,
}

function told(requests: ReadonlyArray<readonly [Story, Partial<Outcome>]>): Metrics {
  const meters = new RequestMeters()
  for (const [story, changed] of requests) {
    meters.begin()
    record({ log: silentLog, requests: meters }, story, { ...outcome, ...changed })
  }
  return readMetrics(expose(meters.families(), 'text'))
}

test('status, code, seconds, bytes and broken answers by operation', () => {
  const put = { operation: 'PutObject' }
  const metrics = told([
    [put, {}],
    [put, { milliseconds: 480, bytesIn: 5 }],
    [{ ...put, code: 'BadDigest' }, { status: 400 }],
    [{ operation: 'GetObject' }, { cut: true, bytesOut: 7 }],
    [{ code: 'AccessDenied' }, { status: 403 }],
  ])
  const requests = 'ashlar_http_requests_total'
  assert.equal(metrics.value(requests, { operation: 'PutObject', status: '2xx' }), 2)
  assert.equal(metrics.value(requests, { operation: 'PutObject', status: '4xx' }), 1)
  assert.equal(metrics.value(requests, { operation: 'none' }), 1)
  const errors = 'ashlar_http_errors_total'
  assert.equal(metrics.value(errors, { operation: 'PutObject', code: 'BadDigest' }), 1)
  assert.equal(metrics.value(errors, { operation: 'none', code: 'AccessDenied' }), 1)
  assert.equal(metrics.samples(errors).length, 2)
  const seconds = 'ashlar_http_request_seconds'
  const operation = 'PutObject'
  assert.equal(metrics.value(`${seconds}_bucket`, { operation, le: '0.01' }), 0)
  assert.equal(metrics.value(`${seconds}_bucket`, { operation, le: '0.025' }), 2)
  assert.equal(metrics.value(`${seconds}_count`, { operation }), 3)
  assert.equal(metrics.value(`${seconds}_sum`, { operation }), 0.52)
  assert.equal(metrics.value('ashlar_http_received_bytes_total', { operation }), 25)
  assert.equal(metrics.value('ashlar_http_sent_bytes_total', { operation: 'GetObject' }), 7)
  assert.equal(metrics.value('ashlar_http_cut_answers_total', { operation: 'GetObject' }), 1)
  assert.equal(metrics.value('ashlar_http_cut_answers_total', { operation }), 0)
})

test('a monitor is not counted, and what has begun is in flight until it is told', () => {
  const meters = new RequestMeters()
  const inFlight = (): number | undefined =>
    readMetrics(expose(meters.families(), 'text')).value('ashlar_http_requests_in_flight')
  for (let begun = 1; begun <= 3; begun++) meters.begin()
  assert.equal(inFlight(), 3)
  record({ log: silentLog, requests: meters }, { monitor: true }, outcome)
  record({ log: silentLog, requests: meters }, { operation: 'PutObject' }, outcome)
  assert.equal(inFlight(), 1)
  const metrics = readMetrics(expose(meters.families(), 'text'))
  assert.equal(metrics.value('ashlar_http_requests_total'), 1)
})

test('a clock that is set back takes nothing from the seconds', () => {
  const metrics = told([[{ operation: 'PutObject' }, { milliseconds: -5000 }]])
  assert.equal(metrics.value('ashlar_http_request_seconds_sum'), 0)
})

test('names of buckets, keys, uploads, accounts and clients are in no label', () => {
  const story = {
    operation: 'UploadPart',
    bucket: 'secret-bucket',
    key: 'secret-key',
    uploadId: 'secret-upload',
    partNumber: 'secret-number',
    accessKeyId: 'secret-access',
    code: 'NoSuchUpload',
  }
  const meters = new RequestMeters()
  meters.begin()
  const peer = 'secret-peer'
  record({ log: silentLog, requests: meters }, story, { ...outcome, id: 'secret-id', peer })
  const text = expose(meters.families(), 'text')
  assert.match(text, /NoSuchUpload/)
  assert.doesNotMatch(text, /secret/)
})
