/** Whose an object is that another account wrote, and what that account may still do with it. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Answer } from '../harness/raw.ts'
import type { RequestPlan } from '../harness/sign.ts'
import { openPeople, type People } from './people.ts'

let people: People
before(async () => {
  people = await openPeople()
})
after(async () => await people[Symbol.asyncDispose]())

type Ownership = 'BucketOwnerPreferred' | 'ObjectWriter' | 'BucketOwnerEnforced'

async function make(bucket: string, ownership: Ownership): Promise<void> {
  const acl = ownership === 'BucketOwnerEnforced' ? 'private' : 'public-read-write'
  const headers = { 'x-amz-object-ownership': ownership, 'x-amz-acl': acl }
  await people.must('owner', { method: 'PUT', path: `/${bucket}`, headers })
}

/** The id in the first <Owner>: the first letter tells which. */
function ownerIn({ text }: Answer): string | undefined {
  return /<Owner><ID>(\w)\1*</.exec(text)?.[1]
}

const [owner, other] = ['a', 'b']

const shared: RequestPlan['headers'] = { 'x-amz-acl': 'bucket-owner-full-control' }

for (const [ownership, plain, given] of [
  ['ObjectWriter', other, other],
  ['BucketOwnerPreferred', other, owner],
] as const) {
  test(`${ownership}: put, copied and completed objects belong to whom they should`, async () => {
    const bucket = ownership.toLowerCase()
    await make(bucket, ownership)
    for (const [headers, expected] of [
      [{}, plain],
      [shared, given],
      [{ 'x-amz-acl': 'public-read' }, plain],
    ] as const) {
      await people.must('other', { path: `/${bucket}/put`, body: 'b', headers })
      const source = { 'x-amz-copy-source': `/${bucket}/source`, ...headers }
      await people.must('other', { path: `/${bucket}/source`, body: 'b' })
      await people.must('other', { method: 'PUT', path: `/${bucket}/copy`, headers: source })
      const upload = await uploaded(`/${bucket}/parts`, headers)
      for (const key of ['put', 'copy', 'parts']) {
        const path = `/${bucket}/${key}`
        const acl = await people
          .must('other', { path, query: { acl: '' } })
          .catch(async () => await people.must('owner', { path, query: { acl: '' } }))
        assert.equal(ownerIn(acl), expected, `${key} ${JSON.stringify(headers)}`)
      }
      assert.equal(ownerIn(upload), expected)
    }
    const list = await people.must('owner', { path: `/${bucket}`, query: { prefix: 'source' } })
    assert.equal(ownerIn(list), other)
    const rule = '<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>'
    await people.must('owner', {
      path: `/${bucket}`,
      query: { acl: '' },
      body: '',
      headers: { 'x-amz-acl': 'private' },
    })
    const body = `<OwnershipControls>${rule}</OwnershipControls>`
    await people.must('owner', { path: `/${bucket}`, query: { ownershipControls: '' }, body })
    const enforced = await people.must('owner', { path: `/${bucket}`, query: { prefix: 'source' } })
    assert.equal(ownerIn(enforced), owner, 'all is the bucket’s owner’s')
    assert.equal((await people.must('owner', { path: `/${bucket}/source` })).text, 'b')
    assert.equal((await people.ask('other', { path: `/${bucket}/source` })).code, 'AccessDenied')
  })
}

/** Completes an upload of one part; answers its ListParts from before. */
async function uploaded(path: string, headers: RequestPlan['headers']): Promise<Answer> {
  const begun = await people.must('other', {
    method: 'POST',
    path,
    query: { uploads: '' },
    headers: headers ?? {},
  })
  const uploadId = /<UploadId>([^<]*)/.exec(begun.text)?.[1] ?? ''
  const part = await people.must('other', { path, query: { uploadId, partNumber: '1' }, body: 'b' })
  const parts = await people.must('other', { path, query: { uploadId } })
  const etag = part.headers['etag'] ?? ''
  const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`
  await people.must('other', { method: 'POST', path, query: { uploadId }, body })
  return parts
}

test('whoever writes an object alone may read it, until it is shared', async () => {
  await make('shared', 'ObjectWriter')
  const path = '/shared/k'
  const read = async (): Promise<unknown> => (await people.ask('owner', { path })).status
  await people.must('other', { path, body: 'b' })
  assert.equal(await read(), 403)
  const acl = { path, query: { acl: '' }, body: '', headers: { 'x-amz-acl': 'bucket-owner-read' } }
  assert.equal((await people.ask('owner', acl)).code, 'AccessDenied')
  const before = await people.must('other', { method: 'HEAD', path })
  await people.must('other', { ...acl, query: { acl: '', versionId: 'null' } })
  assert.equal(await read(), 200)
  const { headers } = await people.must('other', { method: 'HEAD', path })
  for (const name of ['etag', 'last-modified', 'content-type']) {
    assert.equal(headers[name], before.headers[name])
  }
  await people.server.restart()
  assert.equal(await read(), 200, 'ACLs outlive the process')
  await people.must('other', { path, body: 'again' })
  assert.equal(await read(), 403, 'an object that is put again begins anew')
})

test('where ACLs are off, `private` is what the bucket’s owner may say of an object', async () => {
  await make('off', 'BucketOwnerEnforced')
  const headers = { 'x-amz-acl': 'private' }
  for (const plan of [{ path: '/off/k' }, { path: '/off/k', query: { acl: '' } }]) {
    await people.must('owner', { ...plan, body: '', headers })
  }
  const open = { path: '/off/k', body: '', headers: { 'x-amz-acl': 'public-read' } }
  assert.equal((await people.ask('owner', open)).code, 'AccessControlListNotSupported')
})

test('a copy has the ACL that its request asks for, never its source’s', async () => {
  await make('copies', 'ObjectWriter')
  const open = { 'x-amz-acl': 'public-read' }
  await people.must('owner', { path: '/copies/open', body: 'b', headers: open })
  const copy = async (headers: Readonly<Record<string, string>>): Promise<number> => {
    const source = { 'x-amz-copy-source': '/copies/open', ...headers }
    await people.must('owner', { method: 'PUT', path: '/copies/copy', headers: source })
    return (await people.ask('anonymous', { path: '/copies/copy' })).status
  }
  assert.equal(await copy({}), 403)
  assert.equal(await copy(open), 200)
})

test('B01: nobody copies what they may not read, whole or as a part', async () => {
  await make('source', 'ObjectWriter')
  await people.must('other', { method: 'PUT', path: '/target' })
  await people.must('owner', { path: '/source/k', body: 'secret' })
  const begun = await people.must('other', {
    method: 'POST',
    path: '/target/p',
    query: { uploads: '' },
  })
  const uploadId = /<UploadId>([^<]*)/.exec(begun.text)?.[1] ?? ''
  const copy = async (key: string, query = {}): Promise<Answer> =>
    await people.ask('other', {
      method: 'PUT',
      path: '/target/p',
      query,
      headers: { 'x-amz-copy-source': `/source/${key}` },
    })
  const part = { uploadId, partNumber: '1' }
  for (const query of [{}, part]) {
    assert.equal((await copy('k', query)).code, 'AccessDenied')
    assert.equal((await copy('k?versionId=null', query)).code, 'AccessDenied')
  }
  const parts = await people.must('other', { path: '/target/p', query: { uploadId } })
  assert.doesNotMatch(parts.text, /<Part>/)
  await people.must('owner', {
    path: '/source/k',
    query: { acl: '' },
    body: '',
    headers: { 'x-amz-grant-read': `id=${people.ids.other}` },
  })
  assert.equal((await copy('k', part)).status, 200)
  assert.equal((await copy('k')).status, 200)
  assert.equal((await copy('none')).code, 'NoSuchKey', 'for everybody may list that bucket')
  await people.must('owner', {
    path: '/source',
    query: { acl: '' },
    body: '',
    headers: { 'x-amz-acl': 'private' },
  })
  assert.equal((await copy('none')).code, 'AccessDenied')
})

test('WRITE removes what is one’s own, and nothing else', async () => {
  await make('removed', 'ObjectWriter')
  for (const who of ['owner', 'other'] as const) {
    await people.must(who, { path: `/removed/of-${who}`, body: 'b' })
  }
  const remove = async (key: string): Promise<Answer> =>
    await people.ask('other', { method: 'DELETE', path: `/removed/${key}` })
  assert.equal((await remove('of-owner')).code, 'AccessDenied')
  assert.equal((await remove('never-there')).status, 204)
  const object = (key: string): string => `<Object><Key>${key}</Key></Object>`
  const body = `<Delete>${['of-owner', 'of-other', 'never-there'].map(object).join('')}</Delete>`
  const digest = (await import('node:crypto')).createHash('md5').update(body).digest('base64')
  const many = {
    method: 'POST',
    path: '/removed',
    query: { delete: '' },
    body,
    headers: { 'content-md5': digest },
  }
  const answer = await people.must('other', many)
  assert.match(answer.text, /<Error><Key>of-owner<\/Key><Code>AccessDenied</)
  assert.equal(answer.text.match(/<Deleted>/g)?.length, 2)
  assert.equal((await people.must('owner', { path: '/removed/of-owner' })).text, 'b')
  assert.equal((await people.ask('owner', { path: '/removed/of-other' })).code, 'NoSuchKey')
  await people.must('other', { path: '/removed/of-other', body: 'b' })
  await people.must('owner', { method: 'DELETE', path: '/removed/of-other' })
})

test('an upload is its initiator’s and the bucket’s owner’s', async () => {
  await make('uploads', 'ObjectWriter')
  const path = '/uploads/k'
  const begin = async (who: 'owner' | 'other'): Promise<string> => {
    const begun = await people.must(who, { method: 'POST', path, query: { uploads: '' } })
    return /<UploadId>([^<]*)/.exec(begun.text)?.[1] ?? ''
  }
  const [owners, others] = [await begin('owner'), await begin('other')]
  const complete =
    '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"x"</ETag></Part></CompleteMultipartUpload>'
  const plans = (uploadId: string): readonly RequestPlan[] => [
    { path, query: { uploadId, partNumber: '1' }, body: 'b' },
    { path, query: { uploadId } },
    { method: 'POST', path, query: { uploadId }, body: complete },
    { method: 'DELETE', path, query: { uploadId } },
  ]
  for (const who of ['other', 'anonymous'] as const) {
    for (const plan of plans(owners)) {
      assert.equal((await people.ask(who, plan)).code, 'AccessDenied', JSON.stringify(plan))
    }
  }
  for (const plan of plans(others)) {
    assert.notEqual((await people.ask('owner', plan)).status, 403, JSON.stringify(plan))
  }
})
