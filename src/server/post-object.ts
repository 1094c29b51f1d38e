/**
 * A browser's form, from its fields to its answer: a PutObject whose headers are the form's fields and whose sender brings a
 * policy that somebody else signed, or nothing, where the bucket takes that. Like the gateway's own line, to be read from top to bottom: nothing in a policy is looked at
 * before its signature is true, and of the file nothing is read before the policy allows it.
 */
import { authorize } from '../access/authorize.ts'
import { checkPolicy, type Sizes } from '../access/form-policy.ts'
import { identifyForm, missingField, refuseOtherProof } from '../identity/identify-form.ts'
import { S3Error } from '../model/errors.ts'
import { operations } from '../model/operations.gen.ts'
import { within } from '../payload/within.ts'
import { addressOfKey, type Address } from '../wire/address.ts'
import { openBody, requireLength } from '../wire/body.ts'
import type { Exchange, Reply } from '../wire/exchange.ts'
import { refuseReservedName } from '../wire/foreign-names.ts'
import { readForm } from '../wire/form.ts'
import { formHeaders } from '../wire/form-headers.ts'
import { readHeaderText } from '../wire/header-text.ts'
import type { Composed } from './compose.ts'
import { answerForm } from './form-answer.ts'
import { heard } from './dialect.ts'
import { perform } from './perform.ts'
import { tellAddress, type Told } from './told.ts'

export interface Posting {
  readonly exchange: Exchange
  /** The bucket that is posted to. */
  readonly sent: Address
  readonly story: Told
}

/** Throws what each step throws. */
export async function postObject({ exchange, sent, story }: Posting, s3: Composed): Promise<Reply> {
  story.operation = 'PostObject'
  refuseReservedName(sent.bucket ?? '')
  refuseOtherProof(exchange, sent.query)
  requireLength(exchange)
  await using form = await readForm(exchange.headers, openBody(exchange, { kind: 'unsigned' }))
  const { account, accessKeyId, policy } = identifyForm(form.fields, s3.realm(exchange.arrived))
  const fields = textsOf(form.fields)
  const address = addressOfKey(sent, keyOf(fields))
  story.accessKeyId = accessKeyId
  tellAddress(story, address)
  const bucketName = address.bucket ?? ''
  const posted = { fields, bucket: bucketName, now: exchange.arrived }
  const sizes = policy === undefined ? anySize : checkPolicy(policy, posted)
  const asked = { operation: 'PutObject', caller: account, bucket: bucketName } as const
  const permit = await authorize(asked, s3.metadata)
  // A policy that was signed with SigV2 will do: what AWS says of such a form is not known, and ceph/s3-tests posts one.
  const mayUseKms = policy !== undefined
  const service = s3.serviceFor({ caller: account, mayUseKms, permit, exchange })
  const put = heard(
    { exchange: { headers: formHeaders(form.fields), body: exchange.body }, address },
    s3.dialect,
  )
  const body = within(form.file, sizes)
  const reply = await perform(operations.PutObject, { ...put, body }, service)
  return answerForm(reply, { fields, address, exchange })
}

/** Where no policy says less. */
const anySize: Sizes = { minBytes: 0, maxBytes: Infinity }

function textsOf(fields: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map(Array.from(fields, ([name, value]) => [name, readHeaderText(value)]))
}

function keyOf(fields: ReadonlyMap<string, string>): string {
  const key = fields.get('key')
  if (key === undefined) throw missingField('key')
  if (key !== '') return key
  const says = 'User key must have a length greater than 0.'
  throw new S3Error('InvalidArgument', { ArgumentName: 'key', ArgumentValue: '' }, says)
}
