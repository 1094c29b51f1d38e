/**
 * Every operation that is offered, asked by everybody, of buckets and objects shared in every way. What is not said here to
 * be allowed must be refused; the owner's requests are the control that each route is really there.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { operations, type OperationName } from '../../src/model/operations.gen.ts'
import type { Operation } from '../../src/model/schema.ts'
import { operations as registry } from '../../src/operations/index.ts'
import type { RequestPlan } from '../harness/sign.ts'
import { openPeople, type People, type Person } from './people.ts'

type Allowed = ReadonlySet<OperationName>

const listing = names(
  'HeadBucket ListObjects ListObjectsV2 ListObjectVersions ListMultipartUploads',
)
const reading = names('GetObject HeadObject GetObjectAttributes')
const anyonesWrites = names('PutObject DeleteObject DeleteObjects')
/** An upload that is not there is all that they can find: none is begun by the anonymous. */
const uploading = names('CompleteMultipartUpload UploadPart')
const writing = union(anyonesWrites, uploading, names('CreateMultipartUpload UploadPartCopy'))
const nothing: Allowed = new Set()

interface Sharing {
  readonly bucket?: RequestPlan['headers']
  readonly object?: RequestPlan['headers']
  /** Put to the bucket when all is made. */
  readonly block?: readonly string[]
  readonly enforced?: boolean
  readonly other: Allowed
  readonly anonymous: Allowed
}

const toOther = { 'x-amz-grant-full-control': `id=${'b'.repeat(64)}` }
const canned = (name: string): Readonly<Record<string, string>> => ({ 'x-amz-acl': name })
const acp = (...levels: ReadonlyArray<'Bucket' | 'Object'>): Allowed =>
  names(levels.flatMap((level) => [`Get${level}Acl`, `Put${level}Acl`]).join(' '))

const sharings: Readonly<Record<string, Sharing>> = {
  'nothing is shared': { other: nothing, anonymous: nothing },
  'the bucket is public-read': {
    bucket: canned('public-read'),
    other: listing,
    anonymous: listing,
  },
  'the bucket is public-read-write': {
    bucket: canned('public-read-write'),
    other: union(listing, writing),
    anonymous: union(listing, anyonesWrites, uploading),
  },
  'the bucket is authenticated-read': {
    bucket: canned('authenticated-read'),
    other: listing,
    anonymous: nothing,
  },
  'the bucket is for the delivery of logs': {
    bucket: canned('log-delivery-write'),
    other: nothing,
    anonymous: nothing,
  },
  'the bucket is the other one’s too': {
    bucket: toOther,
    other: union(listing, writing, acp('Bucket')),
    anonymous: nothing,
  },
  'the object is public-read': {
    object: canned('public-read'),
    other: reading,
    anonymous: reading,
  },
  'the object is authenticated-read': {
    object: canned('authenticated-read'),
    other: reading,
    anonymous: nothing,
  },
  'the object is the other one’s too': {
    object: toOther,
    other: union(reading, acp('Object')),
    anonymous: nothing,
  },
  'all is shared and public ACLs are ignored': {
    bucket: canned('public-read-write'),
    object: canned('public-read'),
    block: ['IgnorePublicAcls'],
    other: nothing,
    anonymous: nothing,
  },
  'grants to one account are no public ones': {
    bucket: toOther,
    object: toOther,
    block: ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'],
    other: union(listing, writing, reading, acp('Bucket', 'Object'), names('CopyObject')),
    anonymous: nothing,
  },
  'the object was shared before ACLs were turned off': {
    object: canned('public-read'),
    enforced: true,
    other: nothing,
    anonymous: nothing,
  },
}

let people: People
before(async () => {
  people = await openPeople()
})
after(async () => await people[Symbol.asyncDispose]())

Object.entries(sharings).forEach(([title, sharing], index) => {
  test(`where ${title}, that is allowed and nothing else`, async () => {
    const bucket = `matrix-${index}`
    await prepare(bucket, sharing)
    // The owner comes last, and removes what shares and closes the bucket.
    for (const who of ['other', 'anonymous', 'owner'] as const) {
      for (const operation of inQuestion()) {
        const allowed = who === 'owner' || sharing[who].has(operation.name)
        await checkOne({ operation, who, bucket, allowed })
      }
    }
  })
})

test('what concerns no bucket that is there takes an account', async () => {
  for (const who of ['owner', 'other', 'anonymous'] as const) {
    const list = await people.ask(who, { path: '/' })
    const create = await people.ask(who, { method: 'PUT', path: `/made-by-${who}` })
    const expected = who === 'anonymous' ? ['AccessDenied', 'AccessDenied'] : [undefined, undefined]
    assert.deepEqual([list.code, create.code], expected, who)
  }
})

type Asked = Operation<OperationName>

interface Case {
  readonly operation: Asked
  readonly who: Person
  readonly bucket: string
  readonly allowed: boolean
}

async function checkOne({ operation, who, bucket, allowed }: Case): Promise<void> {
  const plan = planOf(operation, who, bucket)
  const answer = await people.ask(who, plan)
  const isRefused = answer.status === 403
  const said = `${who} ${operation.name}: ${answer.status} ${answer.text}`
  assert.equal(isRefused, !allowed, said)
  if (isRefused && operation.method !== 'HEAD') assert.equal(answer.code, 'AccessDenied', said)
}

/** All that are offered for a bucket that is there. */
function inQuestion(): readonly Asked[] {
  const all: readonly Asked[] = Object.values(operations)
  return all.filter(
    ({ name }) => registry[name].run !== undefined && !/^(CreateBucket|ListBuckets)$/.test(name),
  )
}

/**
 * The least that names the operation. Bodies are empty and uploads are not there, so that it fails when it is allowed and
 * nothing changes for the next; what is written goes to a key of its own.
 */
function planOf(operation: Asked, who: Person, bucket: string): RequestPlan {
  const { name, method, level, query } = operation
  const isWrite = writing.has(name) || name === 'CopyObject'
  const key = isWrite ? `${name}-${who}` : 'k'
  const required = operation.input.filter((member) => member.required && member.in === 'query')
  return {
    method,
    path: level === 'object' ? `/${bucket}/${key}` : `/${bucket}`,
    query: {
      ...query,
      ...Object.fromEntries(required.map(({ at }) => [at, '1'])),
    },
    headers: {
      ...(name.includes('Copy') ? { 'x-amz-copy-source': `/${bucket}/k` } : {}),
      ...(name === 'GetObjectAttributes' ? { 'x-amz-object-attributes': 'ETag' } : {}),
    },
    body: '',
  }
}

async function prepare(
  bucket: string,
  { bucket: acl = {}, object = {}, ...more }: Sharing,
): Promise<void> {
  await people.must('owner', { method: 'PUT', path: `/${bucket}`, headers: acl })
  await people.must('owner', { path: `/${bucket}/k`, body: 'bytes', headers: object })
  if (more.block !== undefined) {
    const lines = more.block.map((name) => `<${name}>true</${name}>`).join('')
    const body = `<PublicAccessBlockConfiguration>${lines}</PublicAccessBlockConfiguration>`
    await people.must('owner', { path: `/${bucket}`, query: { publicAccessBlock: '' }, body })
  }
  if (more.enforced !== true) return
  const rule = '<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>'
  const body = `<OwnershipControls>${rule}</OwnershipControls>`
  await people.must('owner', { path: `/${bucket}`, query: { ownershipControls: '' }, body })
}

function names(text: string): Allowed {
  return new Set(text.split(' ') as OperationName[])
}

function union(...sets: readonly Allowed[]): Allowed {
  return new Set(sets.flatMap((set) => [...set]))
}
