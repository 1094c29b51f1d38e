/** What a bucket's CORS configuration may say. Which of its rules a request meets is the affair of sharing.ts. */
import { S3Error } from '../model/errors.ts'
import type { CORSConfiguration, CORSRule } from '../model/types.gen.ts'

/** S3 user guide, "Elements of a CORS configuration". */
const rulesMax = 100
const idLengthMax = 255
/** What a rule may allow. */
export const sharedMethods: readonly string[] = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD']

/** Origins and header names go out in header fields: nothing may end the line there. */
const originText = /^[\x21-\x7e]+$/
/** A field name (RFC 9110 §5.1); '*' is among its characters. */
export const fieldName: RegExp = /^[\w!#$%&'*+.^`|~-]+$/
const controls = /\p{Cc}/u

/** The configuration as it will be kept. Throws InvalidRequest, InvalidArgument and MalformedXML. */
export function checkedCors({ CORSRules: rules }: CORSConfiguration): CORSConfiguration {
  if (rules.length > rulesMax) {
    const sentence = `The number of CORS rules should not exceed allowed limit of ${rulesMax} rules.`
    throw invalid(sentence)
  }
  for (const rule of rules) checkRule(rule)
  return { CORSRules: rules }
}

function checkRule(rule: CORSRule): void {
  const unsupported = rule.AllowedMethods.find((method) => !sharedMethods.includes(method))
  if (unsupported !== undefined) {
    const sentence = `Found unsupported HTTP method in CORS config. Unsupported method is ${unsupported}`
    throw invalid(sentence)
  }
  for (const origin of rule.AllowedOrigins) checkPattern('AllowedOrigin', origin, originText)
  for (const name of rule.AllowedHeaders ?? []) checkPattern('AllowedHeader', name, fieldName)
  for (const name of rule.ExposeHeaders ?? []) checkExposed(name)
  if (rule.ID !== undefined) checkId(rule.ID)
}

function checkPattern(element: string, value: string, shape: RegExp): void {
  if (!shape.test(value)) throw invalid(`${element} is not valid`)
  if (value.split('*').length > 2) {
    throw invalid(`${element} "${value}" can not have more than one wildcard.`)
  }
}

function checkExposed(name: string): void {
  if (!fieldName.test(name)) throw invalid('ExposeHeader is not valid')
  if (!name.includes('*')) return
  const sentence = `ExposeHeader "${name}" contains wildcard. We currently do not support wildcard for ExposeHeader.`
  throw invalid(sentence)
}

function checkId(id: string): void {
  if (id.length <= idLengthMax && !controls.test(id)) return
  const sentence = `ID length should not exceed allowed limit of ${idLengthMax}`
  throw new S3Error('InvalidArgument', { ArgumentName: 'ID', ArgumentValue: id }, sentence)
}

function invalid(sentence: string): S3Error {
  return new S3Error('InvalidRequest', {}, sentence)
}
