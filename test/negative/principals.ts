/** Who may ask, and how: one line for each, which the matrix crosses with every operation. */
import type { ErrorCode } from '../../src/model/errors.ts'
import type { OperationName } from '../../src/model/operations.gen.ts'
import { header } from './changes.ts'
import { signed, signedV2, type Ask } from './case.ts'
import type { Scene } from './scene.ts'

/** A request that is not signed yet. */
export interface Call {
  readonly operation: OperationName
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** A code, or 'allowed': whatever the operation then says, it is not about who asks. */
type Outcome = Said | ((call: Call) => Said)
type Said = ErrorCode | 'allowed'

export interface Principal {
  readonly name: string
  readonly ask: (call: Call) => Ask
  readonly outcome: Outcome
}

type Keys = Scene['server']['keys']
type Choose = (scene: Scene) => Keys

const owner: Choose = ({ server }) => server.keys
const guest: Choose = (scene) => scene.guest
const badSecret: Choose = ({ server }) => ({ ...server.keys, secretAccessKey: 'not the secret' })
const temporary: Choose = (scene) => scene.temporary
const expired: Choose = (scene) => scene.expired
const unknown: Choose = ({ server }) => ({ ...server.keys, accessKeyId: 'AKIAUNKNOWN' })

const hour = 3_600_000
const minute = 60_000

/** Signed `ago` milliseconds ago, and presigned for a minute. */
interface How {
  readonly presigned?: boolean
  readonly ago?: number
}

function v4(choose: Choose, { presigned = false, ago = 0 }: How = {}): (call: Call) => Ask {
  return (call) =>
    signed((scene) => ({
      ...call,
      keys: choose(scene),
      date: new Date(Date.now() - ago),
      ...(presigned && { presign: 60 }),
    }))
}

function v2(choose: Choose, { presigned = false, ago = 0 }: How = {}): (call: Call) => Ask {
  return ({ method, path, query, headers, body }) =>
    (scene) => {
      const fields = Object.entries(query).map(([name, value]) =>
        value === '' ? name : `${name}=${encodeURIComponent(value)}`,
      )
      const then = Date.now() - ago
      const date = new Date(then)
      return signedV2({
        method,
        target: fields.length === 0 ? path : `${path}?${fields.join('&')}`,
        headers: Object.entries(headers),
        keys: choose(scene),
        subresources: Object.keys(query).filter((name) => !unsigned.includes(name)),
        ...(body !== undefined && { body: Buffer.from(body) }),
        ...(presigned ? { expires: Math.floor((then + minute) / 1000) } : { date }),
      })(scene)
    }
}

/** Parameters that are no subresources: SigV2 does not cover them. */
const unsigned: readonly string[] = ['annotationName', 'id', 'list-type']

/** Nobody has signed it. */
function anonymous(call: Call): Ask {
  return signed({ ...call, payload: 'unsigned', alter: header('authorization', undefined) })
}

/** Another account has its own list of buckets, and cannot make a bucket whose name is taken. */
function ofAnother({ operation }: Call): Said {
  if (operation === 'ListBuckets') return 'allowed'
  return operation === 'CreateBucket' ? 'BucketAlreadyExists' : 'AccessDenied'
}

export const principals: readonly Principal[] = [
  { name: 'nobody', ask: anonymous, outcome: 'AccessDenied' },
  { name: 'V4, a wrong secret', ask: v4(badSecret), outcome: 'SignatureDoesNotMatch' },
  {
    name: 'V4 in the query, a wrong secret',
    ask: v4(badSecret, { presigned: true }),
    outcome: 'SignatureDoesNotMatch',
  },
  { name: 'V2, a wrong secret', ask: v2(badSecret), outcome: 'SignatureDoesNotMatch' },
  {
    name: 'V2 in the query, a wrong secret',
    ask: v2(badSecret, { presigned: true }),
    outcome: 'SignatureDoesNotMatch',
  },
  { name: 'V4, an unknown key', ask: v4(unknown), outcome: 'InvalidAccessKeyId' },
  {
    name: 'V4 in the query, an unknown key',
    ask: v4(unknown, { presigned: true }),
    outcome: 'InvalidAccessKeyId',
  },
  { name: 'V2, an unknown key', ask: v2(unknown), outcome: 'InvalidAccessKeyId' },
  {
    name: 'V2 in the query, an unknown key',
    ask: v2(unknown, { presigned: true }),
    outcome: 'InvalidAccessKeyId',
  },
  { name: 'V4, an hour ago', ask: v4(owner, { ago: hour }), outcome: 'RequestTimeTooSkewed' },
  { name: 'V2, an hour ago', ask: v2(owner, { ago: hour }), outcome: 'RequestTimeTooSkewed' },
  {
    name: 'V4 in the query, expired',
    ask: v4(owner, { presigned: true, ago: hour }),
    outcome: 'AccessDenied',
  },
  {
    name: 'V2 in the query, expired',
    ask: v2(owner, { presigned: true, ago: hour }),
    outcome: 'AccessDenied',
  },
  { name: 'V4, an expired token', ask: v4(expired), outcome: 'ExpiredToken' },
  {
    name: 'V4 in the query, an expired token',
    ask: v4(expired, { presigned: true }),
    outcome: 'ExpiredToken',
  },
  { name: 'V2, an expired token', ask: v2(expired), outcome: 'ExpiredToken' },
  { name: 'V4, a temporary key of another account', ask: v4(temporary), outcome: ofAnother },
  { name: 'V4, another account', ask: v4(guest), outcome: ofAnother },
  {
    name: 'V4 in the query, another account',
    ask: v4(guest, { presigned: true }),
    outcome: ofAnother,
  },
  { name: 'V2, another account', ask: v2(guest), outcome: ofAnother },
  {
    name: 'V2 in the query, another account',
    ask: v2(guest, { presigned: true }),
    outcome: ofAnother,
  },
  { name: 'V4, the owner', ask: v4(owner), outcome: 'allowed' },
  { name: 'V4 in the query, the owner', ask: v4(owner, { presigned: true }), outcome: 'allowed' },
  { name: 'V2, the owner', ask: v2(owner), outcome: 'allowed' },
  { name: 'V2 in the query, the owner', ask: v2(owner, { presigned: true }), outcome: 'allowed' },
]

export function outcomeOf({ outcome }: Principal, call: Call): Said {
  return typeof outcome === 'function' ? outcome(call) : outcome
}
