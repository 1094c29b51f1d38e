/** What is not in the request's text: its method, its payload's hash, its time, and the key that signed it. */
import { hash } from 'node:crypto'
import { bodyHashHeader } from '../payload-hash.ts'
import { basicTime, readBasicTime, readDateHeader } from '../timestamp.ts'
import { headerOf, withHeader, type Alternative, type Draft, type Scene } from './alternative.ts'
import type { CauseName } from './causes.ts'

export function* otherAlternatives(scene: Scene): Generator<Alternative> {
  const { method } = scene.draft
  for (const other of turned.get(method) ?? []) {
    const facts = { signedMethod: other, arrivedMethod: method }
    yield { cause: 'method-changed', facts, change: (draft) => ({ ...draft, method: other }) }
  }
  yield* payloads(scene)
  yield* times(scene)
}

export function* keyAlternatives(scene: Scene): Generator<Alternative> {
  yield* secrets(scene.draft)
  yield* keyScopes(scene)
}

const turned: ReadonlyMap<string, readonly string[]> = new Map([
  ['GET', ['HEAD']],
  ['HEAD', ['GET']],
  ['PUT', ['POST']],
  ['POST', ['PUT']],
])

const payloadValues = [
  'UNSIGNED-PAYLOAD',
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
  hash('sha256', '', 'hex'),
]

/** At the end, in the header too, or in neither alike. */
function* payloads({ draft }: Scene): Generator<Alternative> {
  const cause = 'payload-changed'
  const sent = headerOf(draft, bodyHashHeader)
  for (const payload of [
    ...payloadValues,
    draft.payload.toLowerCase(),
    draft.payload.toUpperCase(),
  ]) {
    if (payload === draft.payload) continue
    yield { cause, change: (one) => ({ ...one, payload }) }
    if (sent === undefined) continue
    yield { cause, change: (one) => ({ ...withHeader(one, bodyHashHeader, payload), payload }) }
    yield { cause, change: (one) => withHeader(one, bodyHashHeader, payload) }
  }
}

function* times({ draft, headers }: Scene): Generator<Alternative> {
  for (const name of ['date', 'x-amz-date']) {
    const text = readDateHeader(headers.get(name) ?? '')?.text
    if (text === undefined || text === draft.timestamp) continue
    const facts = { signedTime: text, arrivedTime: draft.timestamp }
    yield { cause: 'date-changed', facts, change: (one) => ({ ...one, timestamp: text }) }
  }
}

type SecretCandidate = readonly [cause: CauseName, secret: string]

/** What it was read as instead is told by the cause: nothing of it may be written down. */
function* secrets({ secret }: Draft): Generator<Alternative> {
  for (const [cause, other] of secretCandidates(secret)) {
    yield { cause, change: (draft) => ({ ...draft, secret: other }) }
  }
}

function* secretCandidates(secret: string): Generator<SecretCandidate> {
  for (const space of ['\n', '\r\n', ' ', '\r', '\t']) {
    yield ['secret-white-space', secret + space]
    yield ['secret-white-space', space + secret]
  }
  yield ['secret-white-space', secret.trim()]
  for (const quote of ['"', "'"]) yield ['secret-quoted', quote + secret + quote]
  yield ['secret-quoted', secret.replaceAll(/^["']|["']$/g, '')]
  yield ['secret-encoded', encodeURIComponent(secret.toWellFormed())]
  yield ['secret-encoded', secret.replaceAll('+', ' ')]
  yield ['secret-encoded', secret.replaceAll(' ', '+')]
  if (/%[0-9a-f]{2}/i.test(secret)) yield ['secret-encoded', unescape(secret)]
}

/** Each escape by itself, so that none that is wrong stops it. */
function unescape(secret: string): string {
  return secret.replaceAll(/%[0-9a-f]{2}/gi, (text) =>
    String.fromCharCode(Number.parseInt(text.slice(1), 16)),
  )
}

const dayMs = 86_400_000

function* keyScopes({ draft, server }: Scene): Generator<Alternative> {
  const { region } = draft.scope
  for (const other of [server.region, 'us-east-1', 'aws-global', 'auto', '']) {
    if (other !== region) yield keyOf('key-of-another-region', { region: other })
  }
  for (const service of ['execute-api', 's3-object-lambda', 's3express', 'S3', '']) {
    yield keyOf('key-of-another-service', { service })
  }
  const noon = readBasicTime(`${draft.scope.date}T120000Z`)?.instant
  for (const days of noon === undefined ? [] : [-1, 1]) {
    const date = basicTime((noon ?? 0) + days * dayMs).slice(0, 8)
    yield keyOf('key-of-another-day', { date })
  }
}

function keyOf(cause: CauseName, other: Partial<Draft['keyScope']>): Alternative {
  const facts = Object.fromEntries(
    Object.entries(other).map(([name, value]) => [`key-${name}`, value]),
  )
  const change: Alternative['change'] = (draft) => ({
    ...draft,
    keyScope: { ...draft.scope, ...other },
  })
  return { cause, facts, change }
}
