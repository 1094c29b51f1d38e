/** Signed headers as a client may have signed them before a proxy changed, joined, added or removed them. */
import { headerOf, shown, withHeader, type Alternative, type Scene } from './alternative.ts'
import type { CauseName } from './causes.ts'

type Candidate = readonly [cause: CauseName, value: string]

/** What clients usually send under names that proxies like to change. */
const usual: ReadonlyMap<string, readonly [CauseName, readonly string[]]> = new Map([
  [
    'accept-encoding',
    [
      'accept-encoding-changed',
      [
        'identity',
        'gzip',
        'gzip, deflate',
        'gzip, deflate, br',
        'gzip, deflate, br, zstd',
        '*',
        '',
      ],
    ],
  ],
  [
    'connection',
    ['connection-changed', ['keep-alive', 'Keep-Alive', 'close', 'TE', 'TE, close', '']],
  ],
  ['te', ['te-changed', ['trailers', '']]],
  ['expect', ['expect-removed', ['100-continue', '100-Continue', '']]],
])

/** Values that are no secret and say much; of other headers the name is told. */
const plain = /^(?:accept-encoding|connection|te|expect|content-type|content-length)$/

export function* headerAlternatives(scene: Scene): Generator<Alternative> {
  const { draft } = scene
  for (const [name, arrived] of draft.headers) {
    if (name === 'host') continue
    for (const [cause, value] of candidates(name, arrived, scene)) {
      if (value === arrived) continue
      const values = plain.test(name) ? { signed: shown(value), arrived: shown(arrived) } : {}
      const change: Alternative['change'] = (one) => withHeader(one, name, value)
      yield { cause, facts: { header: name, ...values }, change }
    }
  }
}

function* candidates(name: string, arrived: string, scene: Scene): Generator<Candidate> {
  const [cause, values] = usual.get(name) ?? []
  if (cause !== undefined) for (const value of values ?? []) yield [cause, value]
  if (name === 'content-type') yield* contentTypes(arrived)
  if (name === 'content-length') yield* lengths(scene)
  if (name === 'transfer-encoding') yield ['length-changed', 'chunked']
  if (/^(?:x-forwarded-|x-real-ip|forwarded|via$|cdn-loop)/.test(name)) yield* forwarded(arrived)
  yield* spacing(scene.headers.all(name), arrived)
  if (arrived !== '') yield ['header-added', '']
  else yield* absent(name, scene)
}

function* contentTypes(arrived: string): Generator<Candidate> {
  const cause = 'content-type-changed'
  const [type = ''] = arrived.split(';')
  yield [cause, type.trim()]
  for (const charset of ['utf-8', 'UTF-8']) {
    yield [cause, `${type.trim()}; charset=${charset}`]
    yield [cause, `${type.trim()};charset=${charset}`]
  }
  yield [cause, arrived.toLowerCase()]
  const others = [
    'application/octet-stream',
    'binary/octet-stream',
    'application/xml',
    'text/plain',
  ]
  for (const other of [...others, 'application/x-www-form-urlencoded']) yield [cause, other]
  yield [cause, '']
}

function* lengths({ headers, lengthBytes }: Scene): Generator<Candidate> {
  const known = [String(lengthBytes ?? ''), headers.get('x-amz-decoded-content-length') ?? '', '0']
  for (const value of known) yield ['length-changed', value]
}

/** Each proxy appends itself, or begins anew. */
function* forwarded(arrived: string): Generator<Candidate> {
  const cause = 'forwarded-changed'
  yield [cause, arrived.replace(/,[^,]*$/, '')]
  yield [cause, arrived.replace(/,.*$/, '')]
  for (const value of ['http', 'https', '']) yield [cause, value]
}

function* spacing(values: readonly string[], arrived: string): Generator<Candidate> {
  yield ['spaces-changed', values.join(',')]
  yield ['header-joined', arrived.replaceAll(/, +/g, ',')]
  yield ['header-joined', arrived.replaceAll(/,(?! )/g, ', ')]
  if (values.length > 1) {
    yield ['header-joined', values.toReversed().join(',')]
    for (const value of new Set(values)) yield ['header-joined', value]
  }
}

/** Found again under another header where a proxy keeps what it takes away. */
function* absent(name: string, { headers, draft }: Scene): Generator<Candidate> {
  for (const copy of [`x-original-${name}`, `x-forwarded-${name}`, `x-${name}`]) {
    const value = headers.get(copy)
    if (value !== undefined) yield ['header-removed', value]
  }
  const alike = name.replaceAll('_', '-')
  if (alike !== name) yield ['header-removed', headers.get(alike) ?? headerOf(draft, alike) ?? '']
}
