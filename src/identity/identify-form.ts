/** Who posts a browser's form: whoever signed its policy, with SigV4 or SigV2. The policy is believed, and parsed, only after this. */
import { S3Error } from '../model/errors.ts'
import type { Exchange } from '../wire/exchange.ts'
import type { Query } from '../wire/address.ts'
import { anonymous, type Account } from './account.ts'
import { yandexTokenHeader } from './bearer.ts'
import { findKey, type Named } from './find-key.ts'
import { severalMechanisms } from './identify.ts'
import { mismatch } from './mismatch.ts'
import { checkAlgorithm, isPresigned, scopeOf } from './presigned-query.ts'
import { signV2 } from './proof.ts'
import type { Realm } from './realm.ts'
import { isSame } from './same.ts'
import type { Complaint, Scope } from './scope.ts'
import { sign, signingKey } from './signing-key.ts'
import { isPresignedV2 } from './v2-claims.ts'

export interface FormIdentity {
  readonly account: Account
  /** None for the anonymous. */
  readonly accessKeyId: string | undefined
  /** Signed: in base64, as it was sent. The anonymous have none, and the bucket alone decides. */
  readonly policy: string | undefined
}

/** By lower-case name, one char per byte. */
type Fields = ReadonlyMap<string, string>

/**
 * A form with neither signature nor policy is the anonymous one's. Throws InvalidArgument for one with a part of them, and like
 * `identify` InvalidAccessKeyId, InvalidToken, SignatureDoesNotMatch.
 */
export function identifyForm(fields: Fields, realm: Realm): FormIdentity {
  const claim = readClaim(fields, realm)
  if (claim === undefined) return { account: anonymous, accessKeyId: undefined, policy: undefined }
  const key = findKey(claim, realm)
  const { policy, signature, scope } = claim
  const made =
    scope === undefined ? signV2(key, policy) : sign(signingKey(key.secretAccessKey, scope), policy)
  if (!isSame(signature, made)) throw mismatch({ ...claim, stringToSign: policy })
  return { account: key.account, accessKeyId: key.accessKeyId, policy }
}

/** A form brings its own proof: another one beside it would leave open whose request this is. */
export function refuseOtherProof({ headers }: Pick<Exchange, 'headers'>, query: Query): void {
  const authorization = headers.get('authorization') ?? headers.get(yandexTokenHeader)
  if (authorization === undefined && !isPresigned(query) && !isPresignedV2(query)) return
  throw severalMechanisms(authorization)
}

interface FormClaim extends Named {
  readonly policy: string
  readonly signature: string
  /** SigV4 has one. */
  readonly scope: Scope | undefined
}

function readClaim(fields: Fields, realm: Realm): FormClaim | undefined {
  const isV4 = ['x-amz-algorithm', 'x-amz-credential', 'x-amz-signature'].some(has, fields)
  const isV2 = ['awsaccesskeyid', 'signature'].some(has, fields)
  if (isV4 && isV2) throw severalMechanisms(undefined)
  if (isV4) return claimV4(fields, realm)
  return isV2 || fields.has('policy') ? claimV2(fields) : undefined
}

function has(this: Fields, name: string): boolean {
  return this.has(name)
}

function claimV4(fields: Fields, realm: Realm): FormClaim {
  const algorithm = required(fields, 'X-Amz-Algorithm')
  const credential = required(fields, 'X-Amz-Credential')
  const date = required(fields, 'X-Amz-Date')
  const signature = required(fields, 'X-Amz-Signature')
  const policy = required(fields, 'Policy')
  const complainOfAlgorithm = complaintOf('X-Amz-Algorithm', algorithm)
  checkAlgorithm(algorithm, () =>
    complainOfAlgorithm({ says: 'Only AWS4-HMAC-SHA256 is supported' }),
  )
  const complaints = {
    credential: complaintOf('X-Amz-Credential', credential),
    date: complaintOf('X-Amz-Date', date),
  }
  const { accessKeyId, scope } = scopeOf({ credential, date }, realm, complaints)
  return { accessKeyId, sessionToken: fields.get(token), policy, signature, scope }
}

function claimV2(fields: Fields): FormClaim {
  const accessKeyId = required(fields, 'AWSAccessKeyId')
  const signature = required(fields, 'Signature')
  const policy = required(fields, 'Policy')
  return { accessKeyId, sessionToken: fields.get(token), policy, signature, scope: undefined }
}

/** S3 was recorded to complain of a form's fields as it does of any argument, and not as of a presigned URL's. */
function complaintOf(name: string, value: string): Complaint {
  const detail = { ArgumentName: name, ArgumentValue: value }
  return ({ says, region }) =>
    new S3Error(
      'InvalidArgument',
      region === undefined ? detail : { ...detail, Region: region },
      says,
    )
}

const token = 'x-amz-security-token'

function required(fields: Fields, name: string): string {
  const value = fields.get(name.toLowerCase())
  if (value !== undefined) return value
  throw missingField(name)
}

/** In S3's words. */
export function missingField(name: string): S3Error {
  const says = `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`
  return new S3Error('InvalidArgument', { ArgumentName: name, ArgumentValue: '' }, says)
}
