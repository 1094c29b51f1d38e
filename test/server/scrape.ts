/** Reading /metrics of a real server as Prometheus would, strictly. */
import assert from 'node:assert/strict'
import { readMetrics, type Format, type Metrics } from '../harness/exposition.ts'
import type { TestServer } from '../harness/server.ts'
import { until } from '../harness/until.ts'

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

/** The first scrape in which `look` finds what it looks for; the last one when it never does. */
export async function scrapeUntil(
  server: TestServer,
  look: (metrics: Metrics) => boolean,
): Promise<Metrics> {
  let metrics = await scrape(server)
  await until(async () => {
    metrics = await scrape(server)
    return look(metrics)
  })
  return metrics
}
