/** One header or query value as the type that the table gives it, or the error that S3 has for it. */
import { partNumberMax } from '../base/limits.ts'
import { S3Error } from '../model/errors.ts'
import { ignorableDates, integerTexts } from '../model/overlay.ts'
import type { Member, Simple } from '../model/schema.ts'
import { readBoolean, readInteger, readTimestamp } from './scalars.ts'

/** Throws InvalidArgument, in S3's words where they are known. */
export type ReadParameter = (text: string) => unknown

const int32Max = 2_147_483_647

function invalid(name: string, value: string, message?: string): S3Error {
  return new S3Error('InvalidArgument', { ArgumentName: name, ArgumentValue: value }, message)
}

function outOfRange(name: string, text: string): S3Error {
  return invalid(name, text, `Provided ${name} not an integer or within integer range`)
}

function partNumber(name: string): ReadParameter {
  return (text) => {
    const value = readInteger(text)
    if (value !== undefined && value >= 1 && value <= partNumberMax) return value
    const message = `Part number must be an integer between 1 and ${partNumberMax}, inclusive`
    throw invalid(name, text, message)
  }
}

/** `max-keys`, `max-parts`, `max-uploads`, `max-buckets`: what is beyond a page is cut down by the operation. */
function count(name: string): ReadParameter {
  const camel = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  return (text) => {
    const value = readInteger(text)
    if (value === undefined || value > int32Max) throw outOfRange(name, text)
    if (value >= 0) return value
    throw invalid(camel, text, `Argument ${camel} must be an integer between 0 and ${int32Max}`)
  }
}

/** `x-amz-mp-object-size`. */
function objectSize(name: string): ReadParameter {
  return (text) => {
    const value = readInteger(text)
    if (value !== undefined && value >= 0) return value
    const fault = value === undefined ? 'invalid' : 'less than zero'
    throw new S3Error('InvalidRequest', {}, `Value for ${name} header is ${fault}: '${text}'`)
  }
}

function encodingType(name: string): ReadParameter {
  return (text) => {
    if (text === 'url') return text
    throw invalid(name, text, 'Invalid Encoding Method specified in Request')
  }
}

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const unfitForHeader = /[\0-\x08\x0a-\x1f\x7f]/

/** `response-*`: comes back as a header, so it must be able to be one. */
function headerToBe(name: string): ReadParameter {
  return (text) => {
    if (unfitForHeader.test(text)) throw invalid(name, text)
    return text
  }
}

function integerText(name: string): ReadParameter {
  return (text) => {
    const value = readInteger(text)
    if (value === undefined || value < 0 || value > int32Max) throw outOfRange(name, text)
    return text
  }
}

function timestamp(name: string): ReadParameter {
  const ignorable = ignorableDates.includes(name)
  return (text) => {
    const value = readTimestamp(text)
    if (value === undefined && !ignorable) throw invalid(name, text)
    return value
  }
}

function scalar(name: string, read: ReadParameter): ReadParameter {
  return (text) => {
    const value = read(text)
    if (value === undefined) throw invalid(name, text)
    return value
  }
}

const byName: Readonly<Record<string, (name: string) => ReadParameter>> = {
  partNumber,
  'max-buckets': count,
  'max-keys': count,
  'max-parts': count,
  'max-uploads': count,
  'x-amz-max-parts': count,
  'x-amz-mp-object-size': objectSize,
  'encoding-type': encodingType,
}

const byType: { readonly [Kind in Simple]?: (name: string) => ReadParameter } = {
  integer: (name) => scalar(name, readInteger),
  boolean: (name) => scalar(name, readBoolean),
  'http-date': timestamp,
  'date-time': timestamp,
}

function words(text: string): readonly string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

function asItIs(text: string): string {
  return text
}

export function parameterReader({ at, type }: Member): ReadParameter {
  const special = byName[at]
  if (special !== undefined) return special(at)
  if (integerTexts.includes(at)) return integerText(at)
  if (at.startsWith('response-')) return headerToBe(at)
  if (typeof type !== 'string') return words
  return byType[type]?.(at) ?? asItIs
}
