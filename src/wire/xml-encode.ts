/** A structure as XML elements, in the table's order. Each structure is compiled once, into a list of writers. */
import { assert } from '../base/assert.ts'
import { structures } from '../model/operations.gen.ts'
import type { Member, Simple, Type } from '../model/schema.ts'
import { writeHttpDate, writeIsoDate } from './scalars.ts'
import { escapeXml } from './xml-write.ts'

/** Text of a value, markup included, without the element around it. */
type WriteValue = (value: unknown) => string
/** The element of one member, with its tags; '' when the member is undefined. */
export type WriteMember = (structure: object) => string

interface Writer {
  readonly content: WriteMember
  /** Attributes as they follow the name of the element, each with a leading space. */
  readonly attributes: WriteMember
}

const compiled = new Map<string, Writer>()

function structureWriter(name: string): Writer {
  const known = compiled.get(name)
  if (known !== undefined) return known
  const structure = structures[name]
  assert(structure !== undefined, `the table has the structure ${name}`)
  const attributes = structure.members.filter((member) => member.in === 'attribute')
  const writer = {
    content: contentWriter(structure.members),
    attributes: joined(attributes.map(attributeWriter)),
  }
  compiled.set(name, writer)
  return writer
}

/** Writes the `element` members of a structure, one after the other. */
export function contentWriter(members: readonly Member[]): WriteMember {
  return joined(members.filter((member) => member.in === 'element').map(memberWriter))
}

function joined(writers: readonly WriteMember[]): WriteMember {
  return (structure) => {
    let text = ''
    for (const write of writers) text += write(structure)
    return text
  }
}

export function memberOf(structure: object, name: string): unknown {
  return (structure as Readonly<Record<string, unknown>>)[name]
}

function attributeWriter({ name, at }: Member): WriteMember {
  return (structure) => {
    const value = memberOf(structure, name)
    return typeof value === 'string' ? ` ${at}="${escapeXml(value)}"` : ''
  }
}

function memberWriter(member: Member): WriteMember {
  const { name, type } = member
  const isFlat = typeof type === 'object' && 'list' in type && type.item === undefined
  const write = isFlat ? repeated(elementWriter(member, type.list)) : elementWriter(member, type)
  return (structure) => {
    const value = memberOf(structure, name)
    return value === undefined ? '' : write(value)
  }
}

function repeated(write: WriteValue): WriteValue {
  return (value) => {
    assert(Array.isArray(value), 'a list is an array')
    let text = ''
    for (const item of value) text += write(item)
    return text
  }
}

function elementWriter(
  { at, namespace }: Pick<Member, 'at' | 'namespace'>,
  type: Type,
): WriteValue {
  const close = `</${at}>`
  if (typeof type === 'object' && 'structure' in type) {
    const { content, attributes } = structureWriter(type.structure)
    const declared = namespace === undefined ? '' : ` xmlns:${namespace[0]}="${namespace[1]}"`
    const begin = `<${at}${declared}`
    return (value) => {
      assert(typeof value === 'object' && value !== null, `${at} is a structure`)
      return `${begin}${attributes(value)}>${content(value)}${close}`
    }
  }
  const open = `<${at}>`
  const write = valueWriter(type)
  return (value) => open + write(value) + close
}

function valueWriter(type: Type): WriteValue {
  if (typeof type === 'string') return scalarWriter(type)
  assert('list' in type && type.item !== undefined, 'a list that is not flat names its items')
  return repeated(elementWriter({ at: type.item }, type.list))
}

function scalarWriter(type: Simple): WriteValue {
  if (type === 'date-time') return (value) => writeIsoDate(asDate(value))
  if (type === 'http-date') return (value) => writeHttpDate(asDate(value))
  if (type === 'string') return (value) => escapeXml(String(value))
  return String
}

export function asDate(value: unknown): Date {
  assert(value instanceof Date, 'a timestamp is a Date')
  return value
}
