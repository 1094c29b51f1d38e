/**
 * Which operation a request means, derived from the table. Within one method and level an operation is told from the others
 * by what its URI and its required members ask for; the one with most of it present wins. A subresource that the winner does
 * not use is refused: falling through would turn `PUT /b/k?cors` into an overwrite and `DELETE /b?cors` into a deleted bucket.
 */
import { S3Error } from '../model/errors.ts'
import { operations, type OperationName } from '../model/operations.gen.ts'
import { foreignSubresources, keyNotExpected, plainParameters } from '../model/overlay.ts'
import type { Level, Operation } from '../model/schema.ts'
import type { Address, Query } from './address.ts'
import type { Exchange, Headers } from './exchange.ts'
import { withHoisted } from './hoisted.ts'

type Row = Operation<OperationName>
type Asking = Pick<Exchange, 'method' | 'headers'>
type Target = Pick<Address, 'bucket' | 'key' | 'query'>

interface Candidate {
  readonly operation: Row
  readonly literals: ReadonlyArray<readonly [name: string, value: string]>
  readonly parameters: readonly string[]
  readonly headers: readonly string[]
  /** Every query parameter that means something to the operation. */
  readonly uses: ReadonlySet<string>
}

const rows: readonly Row[] = Object.values(operations)

/** Members without which the request would be another operation, or none: where the literals alone do not say which. */
function requiredNames(row: Row, place: 'query' | 'header'): readonly string[] {
  const literals = JSON.stringify(row.query)
  const alone = !rows.some(
    (other) =>
      other !== row &&
      other.method === row.method &&
      other.level === row.level &&
      JSON.stringify(other.query) === literals,
  )
  if (alone && literals !== '{}') return []
  return row.input.filter((member) => member.required && member.in === place).map(({ at }) => at)
}

function candidateOf(operation: Row): Candidate {
  const members = operation.input.filter((member) => member.in === 'query').map(({ at }) => at)
  return {
    operation,
    literals: Object.entries(operation.query),
    parameters: requiredNames(operation, 'query'),
    headers: requiredNames(operation, 'header').map((name) => name.toLowerCase()),
    uses: new Set([...Object.keys(operation.query), ...members]),
  }
}

function weight(candidate: Candidate): number {
  return candidate.literals.length + candidate.parameters.length + candidate.headers.length
}

const groups: ReadonlyMap<string, readonly Candidate[]> = new Map(
  [
    ...Map.groupBy(
      rows.map(candidateOf),
      ({ operation }) => `${operation.method} ${operation.level}`,
    ),
  ].map(([group, candidates]) => [
    group,
    candidates.toSorted((one, other) => weight(other) - weight(one)),
  ]),
)

/** Query parameters that name another thing than the plain bucket or object. */
export const subresources: ReadonlySet<string> = new Set(
  [
    ...foreignSubresources,
    ...[...groups.values()]
      .flat()
      .flatMap(({ literals, parameters }) => [...literals.map(([name]) => name), ...parameters]),
  ].filter((name) => !plainParameters.includes(name)),
)

function matches(candidate: Candidate, headers: Headers, query: Query): boolean {
  for (const literal of candidate.literals) {
    const [name, value] = literal
    if (value === '' ? !query.has(name) : query.get(name) !== value) return false
  }
  for (const name of candidate.parameters) if (!query.has(name)) return false
  for (const name of candidate.headers) if (headers.get(name) === undefined) return false
  return true
}

function levelOf(target: Target): Level {
  if (target.bucket === undefined) return 'service'
  return target.key === undefined ? 'bucket' : 'object'
}

/**
 * The operation that a request asks for. Throws NotImplemented or MethodNotAllowed for what matches none, InvalidArgument
 * for half of an UploadPart and a write to a version. A CORS preflight is no operation and never comes here.
 */
export function findOperation(asking: Asking, target: Target): Row {
  const level = levelOf(target)
  const candidates = groups.get(`${asking.method} ${level}`)
  const headers = withHoisted(asking.headers, target.query)
  const found = candidates?.find((candidate) => matches(candidate, headers, target.query))
  for (const [name] of target.query.entries()) {
    if (subresources.has(name) && !found?.uses.has(name)) {
      throw unused(name, found, { asking, level, query: target.query })
    }
  }
  if (found === undefined) throw unmatched(asking, level)
  const isWrite = level === 'object' && (asking.method === 'PUT' || asking.method === 'POST')
  if (isWrite && target.query.has('versionId') && !found.uses.has('versionId')) {
    throw writeToVersion(target.query)
  }
  return found.operation
}

interface Refused {
  readonly asking: Asking
  readonly level: Level
  readonly query: Query
}

/** Why a subresource that the found operation does not use is refused. */
function unused(name: string, found: Candidate | undefined, refused: Refused): S3Error {
  const { asking, level, query } = refused
  const isPut = asking.method === 'PUT' && level === 'object'
  if (isPut && name === 'uploadId' && !query.has('partNumber')) return halfPart('uploadId', query)
  if (isPut && name === 'partNumber' && !query.has('uploadId')) return halfPart('partNumber', query)
  const conflict =
    found && [...found.uses].find((used) => subresources.has(used) && query.has(used))
  if (conflict !== undefined) return conflicting(conflict, name)
  const message = level === 'object' ? keyNotExpected[`${asking.method} ${name}`] : undefined
  if (message !== undefined) return new S3Error('InvalidRequest', {}, message)
  const elsewhere = rows.some(
    (row) => row.level === level && row.method !== asking.method && asksFor(row, name),
  )
  return elsewhere
    ? notAllowed(asking.method, name)
    : new S3Error('NotImplemented', { Method: asking.method, ResourceType: resourceType(name) })
}

function asksFor(row: Row, name: string): boolean {
  return (
    name in row.query || row.input.some(({ in: place, at }) => place === 'query' && at === name)
  )
}

/** `PUT /b/k?uploadId=…` alone would overwrite the object with one part. */
function halfPart(given: 'partNumber' | 'uploadId', query: Query): S3Error {
  const missing = given === 'partNumber' ? 'uploadId' : 'partNumber'
  return new S3Error(
    'InvalidArgument',
    { ArgumentName: given, ArgumentValue: query.get(given) ?? '' },
    `This operation does not accept ${given} without ${missing}`,
  )
}

/** A write makes a version; it never goes to one that exists. */
function writeToVersion(query: Query): S3Error {
  return new S3Error(
    'InvalidArgument',
    { ArgumentName: 'versionId', ArgumentValue: query.get('versionId') ?? '' },
    'This operation does not accept a version-id.',
  )
}

function conflicting(used: string, name: string): S3Error {
  return new S3Error(
    'InvalidArgument',
    { ArgumentName: 'ResourceType', ArgumentValue: used },
    `Conflicting query string parameters: ${[used, name].toSorted().join(', ')}`,
  )
}

function notAllowed(method: string, resource: string): S3Error {
  return new S3Error('MethodNotAllowed', { Method: method, ResourceType: resourceType(resource) })
}

function resourceType(name: string): string {
  return name.replaceAll('-', '_').toUpperCase()
}

function unmatched({ method }: Asking, level: Level): S3Error {
  if (method !== 'POST' || level !== 'bucket') return notAllowed(method, level)
  // A form is no operation either (wire/form.ts).
  const condition = 'Bucket POST must be of the enclosure-type multipart/form-data'
  return new S3Error('PreconditionFailed', { Condition: condition })
}
