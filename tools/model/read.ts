/** Reads the schemas of `@aws-sdk/client-s3` (its own machine form, numbers and tuples) into rows of the S3 table. */
import * as client from '@aws-sdk/client-s3'
import {
  elementOrder,
  furtherMembers,
  leftOut,
  leftOutMembers,
  statuses,
  textMembers,
  verbatimMembers,
} from '../../src/model/overlay.ts'
import type {
  Level,
  Member,
  Operation,
  Place,
  Simple,
  Structure,
  Type,
} from '../../src/model/schema.ts'

export interface Model {
  readonly operations: readonly Operation[]
  readonly structures: ReadonlyMap<string, Structure>
}

type Traits = Readonly<Record<string, unknown>>
type Ref = unknown
type StructureSchema = readonly [
  kind: 3 | 4,
  ns: string,
  name: string,
  traits: unknown,
  names: string[],
  types: Ref[],
  required?: number,
]
type OperationSchema = readonly [
  kind: 9,
  ns: string,
  name: string,
  traits: Traits,
  input: () => Ref,
  output: () => Ref,
]

interface MemberSchema {
  /** The structure that holds it. */
  readonly owner: string
  readonly name: string
  readonly ref: Ref
  readonly required: boolean
}

const simple: ReadonlyMap<unknown, Simple> = new Map<unknown, Simple>([
  [0, 'string'],
  [1, 'integer'],
  [2, 'boolean'],
  [5, 'date-time'],
  [6, 'http-date'],
  [21, 'bytes'],
  [42, 'stream'],
])
const labelBit = 1
const payloadBit = 16

/** Traits that name a member on the wire. */
const wireNames = ['httpQuery', 'httpHeader', 'httpPrefixHeaders', 'xmlName']

function word(traits: Traits, name: string): string | undefined {
  const value = traits[name]
  return typeof value === 'string' ? value : undefined
}

function traitsOf(indicator: unknown): Traits {
  if (typeof indicator === 'object' && indicator !== null) return indicator as Traits
  const bits = Number(indicator ?? 0)
  return { ...(bits & labelBit && { httpLabel: 1 }), ...(bits & payloadBit && { httpPayload: 1 }) }
}

/** A member is its type, or a pair of type and traits; a type may be hidden behind a function. */
function unfold(ref: Ref): { schema: unknown; traits: Traits } {
  if (typeof ref === 'function') return unfold((ref as () => Ref)())
  const isPair = Array.isArray(ref) && ref.length === 2
  if (!isPair) return { schema: ref, traits: {} }
  const [inner, indicator] = ref as [Ref, unknown]
  const { schema, traits } = unfold(inner)
  return { schema, traits: { ...traits, ...traitsOf(indicator) } }
}

class Reader {
  readonly structures = new Map<string, Structure>()

  operation(schema: OperationSchema): Operation {
    const [, , name, traits, input, output] = schema
    const [method, uri, status] = traits['http'] as [string, string, number]
    const request = unfold(input).schema as StructureSchema
    const reply = unfold(output).schema
    const outcome = Array.isArray(reply) ? (reply as unknown as StructureSchema) : undefined
    const inputMembers = this.members(request).map(alwaysThere)
    const outputMembers = outcome === undefined ? [] : this.members(outcome)
    const inputRoot = rootOf(request, inputMembers)
    const root = outcome && rootOf(outcome, outputMembers)
    return {
      name,
      method,
      level: levelOf(uri, inputMembers),
      query: literals(uri),
      status: statuses[name] ?? status,
      ...(inputRoot !== undefined && { inputRoot }),
      ...(root !== undefined && { root }),
      input: inputMembers,
      output: outputMembers,
    }
  }

  members(schema: StructureSchema): readonly Member[] {
    const [, , owner, , names, types, required = 0] = schema
    const known = names.flatMap((name, index) =>
      leftOutMembers.includes(name)
        ? []
        : [this.member({ owner, name, ref: types[index], required: index < required })],
    )
    const members = [...known, ...(furtherMembers[owner] ?? [])]
    const order = elementOrder[owner]
    if (order === undefined) return members
    const rank = (member: Member): number => order.indexOf(member.name) + 1 || order.length + 1
    return members.toSorted((one, other) => rank(one) - rank(other))
  }

  member({ owner, name, ref, required }: MemberSchema): Member {
    const { schema, traits } = unfold(ref)
    const place = textMembers[owner] === name ? 'text' : placeOf(traits)
    const verbatim = verbatimMembers.includes(name) && place !== 'element'
    const type = verbatim ? 'string' : this.type(schema, traits, place)
    const namespace = traits['xmlNamespace'] as [string, string] | undefined
    return {
      name,
      type,
      in: place,
      at: nameOnWire(name, schema, traits),
      ...(required && { required }),
      ...(namespace !== undefined && { namespace }),
    }
  }

  type(schema: unknown, traits: Traits, place: Place): Type {
    if (schema === 4) return place === 'header' ? 'http-date' : 'date-time'
    if (schema === 128) return 'map'
    if (typeof schema === 'number' && (schema & 64) !== 0)
      return this.list(schema & ~64, traits, place)
    const known = simple.get(schema)
    if (known !== undefined) return known
    if (!Array.isArray(schema))
      throw new Error(`a type that this tool does not know: ${String(schema)}`)
    const [kind, , name, own, content] = schema as [number, string, string, unknown, Ref, Ref]
    if (kind === 0) return this.type(content, traits, place)
    if (kind === 1) return this.list(content, traits, place)
    if (traitsOf(own)['streaming'] === 1) return 'stream'
    if (kind === 3 || kind === 4) return this.structure(name, schema as unknown as StructureSchema)
    throw new Error(`a kind that this tool does not know: ${kind} ${name}`)
  }

  list(content: Ref, traits: Traits, place: Place): Type {
    const item = unfold(content)
    const list = this.type(item.schema, item.traits, place)
    return traits['xmlFlattened'] === 1 || place !== 'element'
      ? { list }
      : { list, item: word(item.traits, 'xmlName') ?? 'member' }
  }

  structure(name: string, schema: StructureSchema): Type {
    if (!this.structures.has(name)) {
      this.structures.set(name, { members: [] })
      const members = this.members(schema)
      this.structures.set(name, { members, ...(schema[0] === 4 && { union: true }) })
    }
    return { structure: name }
  }
}

/** The element around members that stand in the document itself. */
function rootOf(schema: StructureSchema, members: readonly Member[]): string | undefined {
  const isDocument = members.some((member) => member.in === 'element' || member.in === 'text')
  return isDocument ? (word(traitsOf(schema[3]), 'xmlName') ?? schema[2]) : undefined
}

/** A request always has a body to read, if only an empty one. */
function alwaysThere(member: Member): Member {
  return member.type === 'stream' ? { ...member, required: true } : member
}

function placeOf(traits: Traits): Place {
  if (traits['httpLabel'] === 1) return 'label'
  if (traits['httpQuery'] !== undefined) return 'query'
  if (traits['httpHeader'] !== undefined) return 'header'
  if (traits['httpPrefixHeaders'] !== undefined) return 'headers'
  if (traits['httpPayload'] === 1) return 'payload'
  return traits['xmlAttribute'] === 1 ? 'attribute' : 'element'
}

function nameOnWire(name: string, schema: unknown, traits: Traits): string {
  const bound = wireNames.map((trait) => word(traits, trait)).find((found) => found !== undefined)
  if (bound !== undefined) return bound
  const own =
    traits['httpPayload'] === 1 && Array.isArray(schema)
      ? (schema as unknown as StructureSchema)
      : undefined
  return own === undefined || own[0] !== 3 ? name : (word(traitsOf(own[3]), 'xmlName') ?? own[2])
}

/** The URIs lack the bucket label: a key in the URI means an object, a Bucket among the members a bucket. */
function levelOf(uri: string, members: readonly Member[]): Level {
  if (uri.includes('{Key+}')) return 'object'
  return members.some((member) => member.in === 'label' && member.name === 'Bucket')
    ? 'bucket'
    : 'service'
}

function literals(uri: string): Readonly<Record<string, string>> {
  const found = new URLSearchParams(uri.split('?')[1] ?? '')
  found.delete('x-id')
  return Object.fromEntries(found)
}

export function readModel(): Model {
  const reader = new Reader()
  const schemas = Object.values(client as Record<string, unknown>).filter(
    (value): value is OperationSchema => Array.isArray(value) && value[0] === 9,
  )
  const operations = schemas
    .filter((schema) => !leftOut.includes(schema[2]))
    .map((schema) => reader.operation(schema))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
  const structures = new Map(
    [...reader.structures].toSorted(([one], [other]) => (one < other ? -1 : 1)),
  )
  return { operations, structures }
}
