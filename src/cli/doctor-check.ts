/**
 * Asks an endpoint with signed requests that proxies like to damage, and says what arrived. Nothing is changed by them: all but
 * one name a bucket that is not there, and whoever answers that it is not there has taken the signature.
 */
import { hash } from 'node:crypto'
import { request as requestHttps } from 'node:https'
import { systemChance } from '../base/chance.ts'
import type { Clock } from '../base/clock.ts'
import { gather } from '../base/gather.ts'
import { http } from '../base/http.ts'
import { mebibyte } from '../base/limits.ts'
import { signDraft, type Draft } from '../identity/doctor/alternative.ts'
import { explain } from '../identity/doctor/explain.ts'
import { basicTime } from '../identity/timestamp.ts'
import { ConfigError } from '../server/config-error.ts'
import type { Endpoint } from '../server/config-client.ts'
import { canonicalsIn, elementsIn, entryOf, reportOf } from './doctor-compare.ts'
import type { Entry, Report } from './doctor-report.ts'

interface Probe {
  readonly what: string
  readonly method?: string
  /** After the bucket; percent-encoded as SigV4 has it. */
  readonly key?: string
  /** Sorted and encoded. */
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
}

const probes: readonly Probe[] = [
  { what: 'a plain request' },
  { what: 'a space in the path', key: 'a%20b' },
  { what: 'a plus in the path', key: 'a%2Bb' },
  { what: 'letters beyond ASCII', key: '%C3%A9%E2%82%AC' },
  { what: 'an escaped percent sign', key: 'a%2520b' },
  { what: 'marks that need no escape', key: 'a~b-c_d.e' },
  { what: 'marks that need one', key: '%21%27%28%29%2A%3D%40' },
  { what: 'a doubled slash', key: 'a//b' },
  { what: 'a slash at the end', key: 'a/' },
  { what: 'segments of dots', key: 'x/../y/./z' },
  { what: 'a space and a plus in the query', query: 'delimiter=%2F&prefix=a%20b%2Bc' },
  { what: 'a parameter without a value', query: 'location=' },
  { what: 'HEAD', method: 'HEAD' },
  { what: 'Accept-Encoding, signed', headers: { 'accept-encoding': 'identity' } },
  { what: 'Content-Type, signed', headers: { 'content-type': 'text/plain' } },
  { what: 'a header with an underscore, signed', headers: { x_doctor: 'a' } },
  { what: 'a list in a header, signed', headers: { 'x-amz-meta-doctor': 'a,b' } },
]

/** Throws ConfigError when nothing can be reached. */
export async function checkEndpoint(endpoint: Endpoint, clock: Clock): Promise<Report> {
  const bucket = `ashlar-doctor-${Buffer.from(systemChance.bytes(6)).toString('hex')}`
  const entries: Entry[] = []
  for (const probe of probes) {
    const draft = draftOf(probe, { endpoint, bucket, now: clock.now() })
    const answer = await send(draft, endpoint)
    if (entries.length === 0) entries.push(...clockEntries(answer, clock))
    entries.push(...judge(probe, draft, answer))
  }
  return { well: entries.every(({ mark }) => mark !== 'wrong'), entries }
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly text: string
}

const payload = hash('sha256', '', 'hex')

function draftOf(
  { method = 'GET', key = '', query = '', headers = {} }: Probe,
  { endpoint, bucket, now }: { endpoint: Endpoint; bucket: string; now: number },
): Draft {
  const timestamp = basicTime(now)
  const scope = {
    date: timestamp.slice(0, 8),
    region: endpoint.region,
    service: 's3',
    terminal: 'aws4_request',
  }
  const { secretAccessKey: secret, sessionToken } = endpoint.keys
  const signed = {
    host: endpoint.url.host,
    'x-amz-content-sha256': payload,
    'x-amz-date': timestamp,
    ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
    ...headers,
  }
  const fields = Object.entries(signed).toSorted(([one], [other]) => (one < other ? -1 : 1))
  const path = `/${bucket}${key === '' ? '' : `/${key}`}`
  return {
    method,
    path,
    query,
    headers: fields,
    payload,
    timestamp,
    scope,
    keyScope: scope,
    secret,
  }
}

async function send(draft: Draft, { url, keys }: Endpoint): Promise<Answer> {
  const { scope, headers, method, path, query } = draft
  const credential = [keys.accessKeyId, scope.date, scope.region, scope.service, scope.terminal]
  const names = headers.map(([name]) => name).join(';')
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential.join('/')}, SignedHeaders=${names}, Signature=${signDraft(draft)}`
  const options = {
    method,
    path: query === '' ? path : `${path}?${query}`,
    headers: { ...Object.fromEntries(headers), authorization },
    timeout: answerMs,
  }
  const asking = (url.protocol === 'https:' ? requestHttps : http.request)(url, options)
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  asking.on('error', ({ message }) => {
    reject(
      new ConfigError(
        `${url.href} cannot be asked (${message}). Does the server run, and is it this one?`,
      ),
    )
  })
  asking.on('timeout', () => asking.destroy(new Error('no answer came in time')))
  asking.on('response', (answer) => {
    gather(answer, mebibyte).then((bytes) => {
      const text = Buffer.from(bytes ?? []).toString()
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text })
    }, reject)
  })
  asking.end()
  return await promise
}

const answerMs = 10_000

/** A signature is good for a quarter of an hour. */
function clockEntries({ headers }: Answer, clock: Clock): readonly Entry[] {
  const theirs = Date.parse(String(headers['date'] ?? ''))
  if (Number.isNaN(theirs)) return [{ mark: 'note', what: 'the answer tells no time (Date)' }]
  const seconds = Math.round((clock.now() - theirs) / 1000)
  if (Math.abs(seconds) < 60) return [{ mark: 'ok', what: 'both clocks agree' }]
  const what = `this machine's clock is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} the server's`
  return [{ mark: Math.abs(seconds) < 900 ? 'note' : 'wrong', what }]
}

function judge(probe: Probe, draft: Draft, answer: Answer): readonly Entry[] {
  const { what } = probe
  const code = elementsIn(answer.text, 'Code')[0]
  const isTaken = code === 'NoSuchBucket' || (draft.method === 'HEAD' && answer.status === 404)
  if (isTaken) return [{ mark: 'ok', what }]
  const facts = { status: String(answer.status), ...(code !== undefined && { code }) }
  if (code !== 'SignatureDoesNotMatch') {
    const says = elementsIn(answer.text, 'Message')[0] ?? unlike(answer.status, draft.method)
    return [{ mark: 'wrong', what, says, facts }]
  }
  const computed = elementsIn(answer.text, 'CanonicalRequest').flatMap(canonicalsIn)[0]
  if (computed === undefined) return [{ mark: 'wrong', what, says: noDetail, facts }]
  const differences = explain(draft, computed)
  if (differences.length === 0) return reportOf([], [], []).entries
  return differences.map((one) => ({ ...entryOf(one), what: `${what}: ${entryOf(one).what}` }))
}

const noDetail = 'the server does not say what it computed; its own log may'

function unlike(status: number, method: string): string {
  const isSilent = method === 'HEAD' && (status === 403 || status === 400)
  return isSilent
    ? 'refused, without a reason as with every HEAD; a proxy that turns HEAD into GET does this'
    : 'this is no answer of S3: a proxy or another program gave it'
}
