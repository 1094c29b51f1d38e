/** Forms that a real server takes and refuses: what becomes of the object, and what the browser is told. (A04, B03) */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { boundary, formRequest, policyFields, type Field, type FormPlan } from '../harness/form.ts'
import { sendRequest, type Answer } from '../harness/raw.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { signedRequest } from '../harness/sign.ts'

let server: TestServer
const bucket = 'forms'

before(async () => {
  server = await startServer()
  await signedRequest(server, { method: 'PUT', path: `/${bucket}` })
  await signedRequest(server, { method: 'PUT', path: '/elsewhere' })
})
after(() => server.stop())

interface Asked extends Partial<FormPlan> {
  readonly version?: 2 | 4
  readonly conditions?: readonly unknown[]
  readonly life?: number
  readonly document?: string
}

const usual = [['key', 'user/k'] as const, ['Content-Type', 'text/plain'] as const]
const allowed: readonly unknown[] = [
  { bucket },
  ['starts-with', '$key', 'user/'],
  ['starts-with', '$Content-Type', 'text/'],
]

async function post(asked: Asked): Promise<Answer> {
  const { version = 4, conditions = allowed, fields = usual, ...plan } = asked
  const { keys, region } = server
  const policy = { ...plan, version, conditions, keys, region, now: new Date() }
  const proof = policyFields(policy)
  const file = { name: 'photo.txt', bytes: 'some bytes' }
  const whole = { path: `/${bucket}`, host: `${server.host}:${server.port}`, file, ...plan }
  return sendRequest(server, formRequest({ ...whole, fields: [...fields, ...proof] }))
}

async function get(key: string, query: Record<string, string> = {}): Promise<Answer> {
  return signedRequest(server, { path: `/${bucket}/${key}`, query })
}

for (const version of [2, 4] as const) {
  test(`SigV${version}: a form makes an object`, async () => {
    const key = `user/v${version}`
    const answer = await post({
      version,
      fields: [
        ['key', key],
        ['Content-Type', 'text/plain'],
      ],
    })
    assert.equal(answer.status, 204, answer.text)
    assert.equal(answer.body.length, 0)
    const etag = `"${createHash('md5').update('some bytes').digest('hex')}"`
    assert.equal(answer.headers['etag'], etag)
    assert.equal(answer.headers['location'], `${server.endpoint}/${bucket}/${key}`)
    const object = await get(key)
    assert.deepEqual([object.text, object.headers['content-type']], ['some bytes', 'text/plain'])
  })
}

test('the fields of a form are the headers of the object', async () => {
  const tagging =
    '<Tagging><TagSet><Tag><Key>a b</Key><Value>1</Value></Tag><Tag><Key>c</Key><Value>d=e</Value></Tag></TagSet></Tagging>'
  const fields: Field[] = [
    ...usual,
    ['ACL', 'private'],
    ['Cache-Control', 'no-cache'],
    ['Content-Disposition', 'attachment'],
    ['X-Amz-Meta-Colour', 'rouge é'],
    ['x-amz-storage-class', 'STANDARD_IA'],
    ['x-amz-checksum-sha256', createHash('sha256').update('some bytes').digest('base64')],
    ['tagging', tagging],
    ['x-ignore-submit', 'a\r\nb'],
  ]
  const names = ['acl', 'cache-control', 'content-disposition', 'x-amz-meta-colour', 'tagging']
  const others = [...names, 'x-amz-storage-class', 'x-amz-checksum-sha256']
  const any = others.map((name) => ['starts-with', `$${name}`, ''])
  const answer = await post({ fields, conditions: [...allowed, ...any], more: [['late', 'x']] })
  assert.equal(answer.status, 204, answer.text)
  const { headers } = await get('user/k')
  assert.equal(headers['cache-control'], 'no-cache')
  assert.equal(headers['content-disposition'], 'attachment')
  assert.equal(headers['x-amz-meta-colour'], '=?UTF-8?B?cm91Z2Ugw6k=?=')
  assert.equal(headers['x-amz-storage-class'], 'STANDARD_IA')
  assert.equal(headers['x-amz-tagging-count'], '2')
})

test('what S3 tells whom: 200, 201 with a document, 204 for any other, and where to go next', async () => {
  const answered = async (name: string, value: string): Promise<Answer> =>
    post({
      fields: [
        ['key', 'user/${filename}'],
        [name, value],
      ],
      file: { name: 'a&b é.txt', bytes: 'x' },
      conditions: [{ bucket }, ['starts-with', '$key', ''], ['starts-with', `$${name}`, '']],
    })
  const status = 'success_action_status'
  for (const [value, expected] of [
    ['200', 200],
    ['204', 204],
    ['404', 204],
  ] as const) {
    const answer = await answered(status, value)
    assert.deepEqual([answer.status, answer.body.length], [expected, 0])
  }
  const location = `${server.endpoint}/${bucket}/user/a%26b%20%C3%A9.txt`
  const etag = '9dd4e461268c8034f5c8564e155c67a6'
  const made = await answered(status, '201')
  assert.equal(made.status, 201)
  assert.equal(
    made.text,
    `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse><Location>${location}</Location><Bucket>${bucket}</Bucket><Key>user/a&amp;b é.txt</Key><ETag>&quot;${etag}&quot;</ETag></PostResponse>`,
  )
  const redirect = 'success_action_redirect'
  const query = `bucket=${bucket}&key=user%2Fa%26b%20%C3%A9.txt&etag=%22${etag}%22`
  for (const [url, next] of [
    ['https://example.com/done', `https://example.com/done?${query}`],
    ['https://example.com/done?a=b#c', `https://example.com/done?a=b&${query}#c`],
  ] as const) {
    const answer = await answered(redirect, url)
    assert.deepEqual([answer.status, answer.headers['location']], [303, next])
  }
  for (const wrong of ['/relative', 'javascript:alert(1)', '']) {
    assert.equal((await answered(redirect, wrong)).status, 204)
  }
})

const other = [
  ['key', 'other/k'],
  ['Content-Type', 'text/plain'],
] as const
const ranged = [...allowed, ['content-length-range', 5, 9]]
const refused: ReadonlyArray<readonly [string, Asked, number, string]> = [
  ['the policy of another bucket', { path: '/elsewhere' }, 403, 'AccessDenied'],
  [
    'that bucket in a field',
    { path: '/elsewhere', fields: [...usual, ['bucket', bucket]] },
    403,
    'AccessDenied',
  ],
  ['a key outside the prefix', { fields: other }, 403, 'AccessDenied'],
  ['a field too many', { fields: [...usual, ['x-amz-meta-a', 'b']] }, 403, 'AccessDenied'],
  [
    'a checksum too many',
    { fields: [...usual, ['x-amz-checksum-crc32', 'AAAAAA==']] },
    403,
    'AccessDenied',
  ],
  ['an expired policy', { life: 0 }, 403, 'AccessDenied'],
  ['a policy without its bucket', { conditions: allowed.slice(1) }, 403, 'AccessDenied'],
  ['an empty policy', { document: '' }, 400, 'InvalidPolicyDocument'],
  ['a policy that is none', { document: '{}' }, 400, 'InvalidPolicyDocument'],
  ['a file too large', { conditions: ranged }, 400, 'EntityTooLarge'],
  ['a file too small', { conditions: ranged, file: { bytes: 'tiny' } }, 400, 'EntityTooSmall'],
  ['no key', { fields: [], conditions: [{ bucket }] }, 400, 'InvalidArgument'],
  [
    'an empty key',
    { fields: [['key', '']], conditions: [{ bucket }, { key: '' }] },
    400,
    'InvalidArgument',
  ],
  ['a key with NUL', { fields: [['key', 'user/\0']], conditions: allowed }, 400, 'InvalidURI'],
  [
    'a key that climbs',
    { fields: [['key', 'user/../../k']], conditions: allowed },
    400,
    'InvalidURI',
  ],
  ['a key too long', { fields: [['key', `user/${'k'.repeat(1024)}`]] }, 400, 'KeyTooLongError'],
  ['no file', { file: undefined }, 400, 'InvalidArgument'],
  ['two proofs', { headers: [['Authorization', 'AWS a:b']] }, 400, 'InvalidArgument'],
  [
    'no such bucket',
    { path: '/missing', conditions: [{ bucket: 'missing' }, ...allowed.slice(1)] },
    404,
    'NoSuchBucket',
  ],
]
for (const [what, asked, status, code] of refused) {
  test(`B03: refused: ${what}`, async () => {
    const key = 'user/k'
    await signedRequest(server, { path: `/${bucket}/${key}`, body: 'old' })
    const answer = await post(asked)
    assert.deepEqual([answer.status, answer.code], [status, code], answer.text)
    assert.equal((await get(key)).text, 'old')
    for (const path of ['/forms/other/k', '/elsewhere/user/k']) {
      assert.equal((await signedRequest(server, { path })).status, 404)
    }
  })
}

test('sizes are told: what came, what was allowed', async () => {
  const large = await post({ conditions: ranged })
  assert.match(large.text, /<ProposedSize>10<\/ProposedSize><MaxSizeAllowed>9</)
  const small = await post({ conditions: ranged, file: { bytes: 'tiny' } })
  assert.match(small.text, /<ProposedSize>4<\/ProposedSize><MinSizeAllowed>5</)
  for (const bytes of ['12345', '123456789']) {
    assert.equal((await post({ conditions: ranged, file: { bytes } })).status, 204)
  }
})

test('fields that can be no header, and members that the server does not honour', async () => {
  const names = ['x-amz-meta-a', 'x-amz-object-lock-mode', 'acl', 'x-amz-meta-b c']
  const conditions = [...allowed, ...names.map((name) => ['starts-with', `$${name}`, ''])]
  const cases: ReadonlyArray<readonly [Field, string]> = [
    [['x-amz-meta-a', 'b\r\nSet-Cookie: c'], 'InvalidArgument'],
    [['x-amz-meta-b c', 'd'], 'InvalidArgument'],
    [['acl', 'public-read'], 'AccessControlListNotSupported'],
    [['x-amz-object-lock-mode', 'GOVERNANCE'], 'NotImplemented'],
  ]
  for (const [field, code] of cases) {
    const answer = await post({ fields: [...usual, field], conditions })
    assert.equal(answer.code, code, answer.text)
  }
})

test('a whole form of many pieces, larger than memory wants to hold', async () => {
  const bytes = Buffer.alloc(6 << 20, '\r\n--WebKitFormBoundar')
  const answer = await post({ file: { bytes } })
  assert.equal(answer.status, 204, answer.text)
  assert.ok((await get('user/k')).body.equals(bytes))
  const cut = await post({
    file: { bytes: Buffer.concat([bytes, Buffer.from(`\r\n--${boundary}x`)]) },
  })
  assert.equal(cut.code, 'MalformedPOSTRequest')
})

test('nobody’s form, and a body that is no form', async () => {
  const host = `${server.host}:${server.port}`
  const file = { bytes: 'x' }
  const anonymous = formRequest({ path: `/${bucket}`, host, fields: usual, file })
  assert.equal((await sendRequest(server, anonymous)).code, 'AccessDenied')
  const html = anonymous.headers.map(([name, value]): Field =>
    name === 'Content-Type' ? [name, 'text/html'] : [name, value],
  )
  const answer = await sendRequest(server, { ...anonymous, headers: html })
  assert.deepEqual([answer.status, answer.code], [412, 'PreconditionFailed'])
})

test('A04: any other POST of a form is authenticated as ever', async () => {
  const host = `${server.host}:${server.port}`
  for (const path of [`/${bucket}?delete`, `/${bucket}/k?uploads`, `/${bucket}/k?uploadId=u`]) {
    const form = formRequest({ path, host, fields: usual, file: { bytes: 'x' } })
    const answer = await sendRequest(server, form)
    assert.deepEqual([answer.status, answer.code], [403, 'AccessDenied'], path)
  }
  const type = { 'content-type': `multipart/form-data; boundary=${boundary}` }
  const plan = { method: 'POST', path: `/${bucket}/k`, query: { uploads: '' }, headers: type }
  assert.equal((await signedRequest(server, plan)).status, 200)
})

test('a form to the host of its bucket', async () => {
  const host = `${bucket}.localhost:${server.port}`
  const answer = await post({ host, path: '/' })
  assert.equal(answer.status, 204, answer.text)
  assert.equal(answer.headers['location'], `http://${host}/user/k`)
})
