/** The query as a client may have signed it: in its own order or encoding, or before something was added to it. */
import { operations } from '../../model/operations.gen.ts'
import { percentDecode, percentEncode } from '../../wire/percent.ts'
import type { Alternative, Scene } from './alternative.ts'
import type { CauseName } from './causes.ts'

/** Parameters that are left out one by one. */
const parametersMax = 24

type Candidate = readonly [cause: CauseName, query: string, facts?: Record<string, string>]

export function* queryAlternatives(scene: Scene): Generator<Alternative> {
  for (const [cause, query, facts] of candidates(scene)) {
    if (query === scene.draft.query) continue
    yield { cause, ...(facts && { facts }), change: (draft) => ({ ...draft, query }) }
  }
}

function* candidates({ draft, address }: Scene): Generator<Candidate> {
  const { query } = draft
  yield ['query-plus', query.replaceAll('%2B', '%20')]
  yield ['query-plus', query.replaceAll('%20', '%2B')]
  yield ['query-plus', query.replaceAll('%20', '+')]
  const raw = fieldsOf(address.rawQuery).filter((field) => !field.startsWith('X-Amz-Signature='))
  const canonical = fieldsOf(query)
  const inOrder = raw.map((field) => canonicalField(field))
  yield ['query-order', inOrder.join('&')]
  yield ['query-unencoded', raw.join('&')]
  yield ['query-unencoded', raw.toSorted().join('&')]
  yield ['query-unencoded', canonical.map((field) => field.replace(/=$/, '')).join('&')]
  yield [
    'query-encoded',
    canonical
      .map((field) => again(field))
      .toSorted()
      .join('&'),
  ]
  yield ['query-decoded', canonical.map((field) => field.replaceAll('%', '%25')).join('&')]
  yield* withoutSome(canonical)
  yield* withOperation(draft.method, canonical)
}

/** Each alone, and all that are none of S3's. */
function* withoutSome(fields: readonly string[]): Generator<Candidate> {
  const own = fields.filter((field) => !known.has(nameOf(field)))
  if (own.length > 0) {
    const rest = fields.filter((field) => known.has(nameOf(field)))
    yield ['query-added', rest.join('&'), { added: own.map(nameOf).join(', ').slice(0, 200) }]
  }
  for (const field of fields.slice(0, parametersMax)) {
    const rest = fields.filter((other) => other !== field)
    yield ['query-added', rest.join('&'), { added: nameOf(field).slice(0, 200) }]
  }
}

/** The SDK for JavaScript says the operation's name in `x-id`, which means nothing to S3 and so seems needless to others. */
function* withOperation(method: string, fields: readonly string[]): Generator<Candidate> {
  if (fields.some((field) => nameOf(field) === 'x-id')) return
  for (const { name } of rows.filter((row) => row.method === method)) {
    const more = [...fields, `x-id=${name}`].toSorted()
    yield ['query-removed', more.join('&'), { removed: 'x-id' }]
  }
}

const rows = Object.values(operations).filter((row) => row.level === 'object')

/** What S3 knows, by name. */
const known: ReadonlySet<string> = new Set([
  'x-id',
  ...Object.values(operations).flatMap((row) => [
    ...Object.keys(row.query),
    ...row.input.filter((member) => member.in === 'query').map(({ at }) => at),
  ]),
  ...['Algorithm', 'Credential', 'Date', 'Expires', 'SignedHeaders', 'Security-Token'].map(
    (name) => `X-Amz-${name}`,
  ),
  'X-Amz-Content-Sha256',
])

function fieldsOf(query: string): readonly string[] {
  return query === '' ? [] : query.split('&')
}

function nameOf(field: string): string {
  return field.replace(/=.*/s, '')
}

function canonicalField(field: string): string {
  const [name = '', ...value] = field.split('=')
  const texts = [name, value.join('=')].map((text) => text.replaceAll('+', ' '))
  return texts.map((text) => percentEncode(decoded(text))).join('=')
}

/** One escape fewer. */
function again(field: string): string {
  const [name = '', ...value] = field.split('=')
  return [name, value.join('=')].map((text) => percentEncode(decoded(decoded(text)))).join('=')
}

function decoded(text: string): string {
  try {
    return percentDecode(text)
  } catch {
    return text
  }
}
