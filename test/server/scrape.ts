/** Reading /metrics of a real server as Prometheus would, strictly. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { readMetrics, type Format, type Metrics } from '../harness/exposition.ts'
import type { TestServer } from '../harness/server.ts'

const accepts: Readonly<Record<Format, string>> = {
  text: 'text/plain;version=0.0.4',
  openmetrics: 'application/openmetrics-text;version=1.0.0',
}

export async function scrape(server: TestServer, format: Format = 'text'): Promise<Metrics> {
  const answer = await fetch(`${server.adminEndpoint}/metrics`, {
    headers: { accept: accepts[format] },
  })
  assert.equal(answer.status, 200)
  assert.ok(answer.headers.get('content-type')?.startsWith(accepts[format].split(';')[0] ?? ''))
  return readMetrics(await answer.text(), format)
}

const looksMax = 500
const betweenMs = 20

/** The first scrape in which `look` finds what it looks for; the last one when it never does. */
export async function scrapeUntil(
  server: TestServer,
  look: (metrics: Metrics) => boolean,
): Promise<Metrics> {
  let metrics = await scrape(server)
  for (let looks = 1; looks < looksMax && !look(metrics); looks++) {
    await sleep(betweenMs)
    metrics = await scrape(server)
  }
  return metrics
}
