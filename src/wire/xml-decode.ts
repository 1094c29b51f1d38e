/**
 * An XML document as the structure that the table says it is. Each structure is compiled once, into a look-up by element
 * name. Elements that S3 does not know are passed over; a wrong root, a value of the wrong type, a missing required member or
 * a member given twice is MalformedXML.
 */
import { assert } from '../base/assert.ts'
import { structures } from '../model/operations.gen.ts'
import type { ListType, Member, Simple, Structure, Type } from '../model/schema.ts'
import { readBoolean, readInteger, readTimestamp } from './scalars.ts'
import { XmlReader, type XmlRules } from './xml-read.ts'

/** Reads the element that was just entered and leaves it. */
type ReadValue = (reader: XmlReader) => unknown
/** A structure under construction; its names come from the table, never from the document. */
type Draft = Record<string, unknown>

interface Field {
  readonly name: string
  readonly read: ReadValue
  /** The element may repeat; each one is an item. */
  readonly repeats: boolean
}

/** The value of a text. */
type TakeText = (text: string, reader: XmlReader) => unknown

/** A member that repeats, each time a structure of nothing but texts. */
interface Items {
  readonly name: string
  readonly element: string
  /** Of an item's texts: names and texts in turn. */
  readonly take: (pairs: readonly string[], reader: XmlReader) => Draft
}

const compiled = new Map<string, ReadValue>()

function structureReader(name: string): ReadValue {
  const known = compiled.get(name)
  if (known !== undefined) return known
  const structure = structures[name]
  assert(structure !== undefined, `the table has the structure ${name}`)
  const read = compileStructure(structure)
  compiled.set(name, read)
  return read
}

function compileStructure(structure: Structure): ReadValue {
  const { members, union = false } = structure
  const elements = members.filter((member) => member.in === 'element')
  const fields = new Map(elements.map((member) => [localName(member.at), fieldOf(member)]))
  const attributes = members.filter((member) => member.in === 'attribute')
  const items = itemsOf(elements)
  const isWhole = wholeness(members)
  return (reader) => {
    const draft: Draft = {}
    for (const { name, at } of attributes) draft[name] = reader.attributes.get(localName(at))
    if (items !== undefined) readItems(reader, items, draft)
    readFields(reader, fields, draft)
    if (!isWhole(draft)) throw reader.malformed()
    if (union && Object.keys(draft).length > 1) throw reader.malformed()
    return draft
  }
}

/** Whether no required member is missing. */
function wholeness(members: readonly Member[]): (draft: Draft) => boolean {
  const required = members.filter((member) => member.required).map((member) => member.name)
  return (draft) => required.every((name) => draft[name] !== undefined)
}

/** The first member of that kind whose items have no attributes. */
function itemsOf(elements: readonly Member[]): Items | undefined {
  for (const { name, at, type } of elements) {
    const isFlat = typeof type === 'object' && 'list' in type && type.item === undefined
    const held = isFlat && typeof type.list === 'object' && 'structure' in type.list
    const structure = held ? structures[type.list.structure] : undefined
    const take = structure && textsTaker(structure)
    if (take !== undefined) return { name, element: localName(at), take }
  }
  return undefined
}

/** Undefined where a member is more than a text. */
function textsTaker({ members, union = false }: Structure): Items['take'] | undefined {
  const texts = new Map<string, { readonly name: string; readonly take: TakeText }>()
  for (const { name, at, type, in: place } of members) {
    if (typeof type !== 'string' || place !== 'element' || union) return undefined
    texts.set(localName(at), { name, take: textTaker(type) })
  }
  const isWhole = wholeness(members)
  return (pairs, reader) => {
    const draft: Draft = {}
    for (let at = 0; at < pairs.length; at += 2) {
      const text = texts.get(pairs[at] ?? '')
      if (text === undefined) continue
      if (draft[text.name] !== undefined) throw reader.malformed()
      draft[text.name] = text.take(pairs[at + 1] ?? '', reader)
    }
    if (!isWhole(draft)) throw reader.malformed()
    return draft
  }
}

/** Those that stand first and are of nothing but texts; whatever follows is read element by element. */
function readItems(reader: XmlReader, { name, element, take }: Items, draft: Draft): void {
  const found: unknown[] = []
  for (;;) {
    const pairs = reader.plainChild(element)
    if (pairs === undefined) break
    found.push(take(pairs, reader))
  }
  if (found.length > 0) draft[name] = found
}

function readFields(reader: XmlReader, fields: ReadonlyMap<string, Field>, draft: Draft): void {
  for (let name = reader.child(); name !== undefined; name = reader.child()) {
    const field = fields.get(name)
    if (field === undefined) reader.skip()
    else readField(reader, field, draft)
  }
}

function readField(reader: XmlReader, field: Field, draft: Draft): void {
  const earlier = draft[field.name]
  if (!field.repeats && earlier !== undefined) throw reader.malformed()
  const value = field.read(reader)
  if (!field.repeats) draft[field.name] = value
  else if (Array.isArray(earlier)) earlier.push(value)
  else draft[field.name] = [value]
}

function fieldOf(member: Member): Field {
  const { name, type } = member
  const isFlat = typeof type === 'object' && 'list' in type && type.item === undefined
  return { name, read: valueReader(isFlat ? type.list : type), repeats: isFlat }
}

function valueReader(type: Type): ReadValue {
  if (typeof type === 'string') return scalarReader(type)
  if ('structure' in type) return structureReader(type.structure)
  return listReader(type)
}

function listReader({ list, item }: ListType): ReadValue {
  const read = valueReader(list)
  return (reader) => {
    const items: unknown[] = []
    for (let name = reader.child(); name !== undefined; name = reader.child()) {
      if (name === item) items.push(read(reader))
      else reader.skip()
    }
    return items
  }
}

const scalars: { readonly [Kind in Simple]?: (text: string) => unknown } = {
  integer: (text) => readInteger(text.trim()),
  boolean: (text) => readBoolean(text.trim()),
  'date-time': (text) => readTimestamp(text.trim()),
  'http-date': (text) => readTimestamp(text.trim()),
}

function scalarReader(type: Simple): ReadValue {
  const take = textTaker(type)
  return (reader) => take(reader.text(), reader)
}

function textTaker(type: Simple): TakeText {
  const read = scalars[type]
  if (read === undefined) return (text) => text
  return (text, reader) => {
    const value = read(text)
    if (value === undefined) throw reader.malformed()
    return value
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

/** A function that reads whole documents with this root. It throws MalformedXML, or what the rules say. */
export function documentReader(
  root: string,
  structure: string | Structure,
  rules?: XmlRules,
): (bytes: Uint8Array) => unknown {
  const read =
    typeof structure === 'string' ? structureReader(structure) : compileStructure(structure)
  return (bytes) => {
    const reader = new XmlReader(bytes, rules)
    if (reader.root() !== root) throw reader.malformed()
    const value = read(reader)
    reader.end()
    return value
  }
}
