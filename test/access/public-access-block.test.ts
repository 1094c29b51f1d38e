/** What a bucket refuses to be made public by, and what a server lets new buckets be. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RequestPlan } from '../harness/sign.ts'
import { openPeople, type People } from './people.ts'

const everybody = 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'
const publicAcls: ReadonlyArray<Readonly<Record<string, string>>> = [
  { 'x-amz-acl': 'public-read' },
  { 'x-amz-acl': 'public-read-write' },
  { 'x-amz-acl': 'authenticated-read' },
  { 'x-amz-grant-read': everybody },
  { 'x-amz-grant-read-acp': everybody },
]

/** Each way to bring an ACL. */
function plansOf(bucket: string): readonly RequestPlan[] {
  const key = `/${bucket}/k`
  return [
    { path: `/${bucket}`, query: { acl: '' }, body: '' },
    { path: key, query: { acl: '' }, body: '' },
    { path: key, body: 'bytes' },
    { method: 'PUT', path: `/${bucket}/copy`, headers: { 'x-amz-copy-source': key } },
    { method: 'POST', path: key, query: { uploads: '' } },
  ]
}

async function codes(
  people: People,
  bucket: string,
  acl: RequestPlan['headers'],
): Promise<unknown[]> {
  const asked = plansOf(bucket).map((plan) =>
    people.ask('owner', { ...plan, headers: { ...plan.headers, ...acl } }),
  )
  return (await Promise.all(asked)).map(({ code }) => code)
}

test('BlockPublicAcls refuses public ACLs and takes all others', async () => {
  await using people = await openPeople()
  await people.must('owner', { method: 'PUT', path: '/bbb' })
  await people.must('owner', { path: '/bbb/k', body: 'bytes' })
  const block =
    '<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>'
  const setting = { path: '/bbb', query: { publicAccessBlock: '' } }
  const open = Array.from({ length: 5 }, () => undefined)
  for (const acl of publicAcls) assert.deepEqual(await codes(people, 'bbb', acl), open)
  await people.must('owner', { ...setting, body: block })
  const closed = open.map(() => 'AccessDenied')
  for (const acl of publicAcls) assert.deepEqual(await codes(people, 'bbb', acl), closed)
  for (const acl of [
    { 'x-amz-acl': 'private' },
    { 'x-amz-grant-read': `id=${people.ids.other}` },
  ]) {
    assert.deepEqual(await codes(people, 'bbb', acl), open)
  }
})

test('a server is as AWS is today unless it is told otherwise', async () => {
  await using people = await openPeople([])
  const make = async (name: string, headers: Record<string, string>): Promise<unknown> =>
    (await people.ask('owner', { method: 'PUT', path: `/${name}`, headers })).code
  const off = 'InvalidBucketAclWithObjectOwnership'
  assert.equal(await make('bbb', { 'x-amz-acl': 'public-read' }), off)
  assert.equal(await make('bbb', { 'x-amz-grant-read': `id=${people.ids.other}` }), off)
  const writer = { 'x-amz-object-ownership': 'ObjectWriter' }
  const blocked = 'InvalidBucketAclWithBlockPublicAccessError'
  assert.equal(await make('bbb', { ...writer, 'x-amz-acl': 'public-read' }), blocked)
  assert.equal(await make('bbb', { 'x-amz-object-ownership': 'Nobody' }), 'InvalidArgument')
  assert.equal(await make('bbb', { 'x-amz-acl': 'public' }), 'InvalidArgument')
  assert.equal(await make('bbb', { 'x-amz-acl': 'private' }), undefined)
  await people.must('owner', { path: '/bbb/k', body: 'bytes' })
  const refused = 'AccessControlListNotSupported'
  for (const acl of publicAcls) {
    assert.deepEqual(
      await codes(people, 'bbb', acl),
      plansOf('bbb').map(() => refused),
    )
  }
  const granted = { 'x-amz-grant-full-control': `id=${people.ids.other}` }
  assert.equal(
    await make('ccc', { ...writer, ...granted }),
    undefined,
    'one account is not the public',
  )
  assert.equal((await people.ask('other', { path: '/ccc' })).status, 200)
})

test('BucketOwnerPreferred may be a server’s default too', async () => {
  await using people = await openPeople(['--default-object-ownership=BucketOwnerPreferred'])
  await people.must('owner', { method: 'PUT', path: '/bbb' })
  const { text } = await people.must('owner', { path: '/bbb', query: { ownershipControls: '' } })
  assert.match(text, /<ObjectOwnership>BucketOwnerPreferred</)
})
