/**
 * The rows of what UploadPart is held to, 37 to 45: owners, copies, expectations, and what holds around a part. Rows 41 and 44
 * belong to later work: what is tested of them is today's answer, which is a refusal by name or nothing said, never a header
 * that is taken and not honoured.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { RawConnection, requestBytes } from '../harness/raw.ts'
import { randomKeys, startServer } from '../harness/server.ts'
import { signRequest, withHeader, type RequestPlan } from '../harness/sign.ts'
import { accepted, bucket, element, md5, refused, Rows } from './rows.ts'

/** The caller of these tests, and somebody else. */
const owner = {
  canonicalId: 'a'.repeat(64),
  accountId: '111111111111',
  displayName: 'owner',
  email: 'o@example.com',
}
const other = {
  canonicalId: 'b'.repeat(64),
  accountId: '222222222222',
  displayName: 'other',
  email: 'x@example.com',
}

describe('rows 37 to 45', () => {
  const [keys, otherKeys] = [randomKeys(), randomKeys()]
  let folder: string
  let rows: Rows
  let id: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ashlar-accounts-'))
    const accounts = join(folder, 'accounts.json')
    const known = [
      { ...owner, keys: [keys] },
      { ...other, keys: [otherKeys] },
    ]
    await writeFile(accounts, JSON.stringify({ accounts: known }), { mode: 0o600 })
    const server = await startAs(accounts)
    rows = server
    id = await rows.create('key')
  })
  after(async () => {
    await rows.stop()
    await rm(folder, { recursive: true })
  })

  /** The bucket belongs to `owner`, whose keys sign everything that names no others. */
  async function startAs(accounts: string): Promise<Rows> {
    const server = await startServer({ accounts })
    return Rows.on({ host: server.host, port: server.port, region: server.region, keys }, () =>
      server.stop(),
    )
  }

  it('row 37: holds x-amz-expected-bucket-owner against the owner', async () => {
    const expecting = (account: string): RequestPlan & { id: string } => ({
      id,
      headers: { 'x-amz-expected-bucket-owner': account },
    })
    accepted(await rows.part('key', expecting(owner.accountId)))
    refused(await rows.part('key', expecting(other.accountId)), {
      code: 'AccessDenied',
      status: 403,
    })
    refused(await rows.part('key', expecting('me')), {
      code: 'InvalidBucketOwnerAWSAccountID',
      message: 'The value of the expected bucket owner parameter must be an AWS Account ID... [me]',
    })
  })

  it('row 38: takes x-amz-request-payer, and charges nobody', async () => {
    const { headers } = accepted(
      await rows.part('key', { id, headers: { 'x-amz-request-payer': 'requester' } }),
    )
    assert.equal(headers['x-amz-request-charged'], undefined)
  })

  it('row 39: x-amz-copy-source makes it UploadPartCopy, which answers XML and takes no body', async () => {
    accepted(await rows.send({ method: 'PUT', path: `/${bucket}/source`, body: 'the source' }))
    const headers = { 'x-amz-copy-source': `${bucket}/source` }
    const copy = accepted(await rows.part('key', { id, body: '', headers }))
    assert.match(copy.text, /<CopyPartResult[^>]*><LastModified>[^<]*<\/LastModified><ETag>/)
    assert.equal(element(copy, 'ETag'), `"${md5('the source')}"`)
    const range = { ...headers, 'x-amz-copy-source-range': 'bytes=4-9' }
    accepted(await rows.part('key', { id, body: '', headers: range }))
    refused(await rows.part('key', { id, headers }), { code: 'UnexpectedContent' })
  })

  it('row 40: sends 100 Continue after the cheap checks, and the error in its place', async () => {
    const expecting = async (
      plan: Partial<RequestPlan>,
      expect = '100-continue',
    ): Promise<readonly [RawConnection, Uint8Array]> => {
      const request = await signRequest(rows.server, {
        method: 'PUT',
        path: `/${bucket}/key`,
        query: { partNumber: '1', uploadId: id },
        body: 'a part',
        ...plan,
      })
      const connection = await RawConnection.open(rows.server)
      connection.send(requestBytes({ ...withHeader(request, 'expect', expect), body: undefined }))
      return [connection, request.body ?? new Uint8Array()]
    }
    const [fine, body] = await expecting({})
    await fine.continued()
    fine.send(body)
    const answer = accepted(await fine.answer('PUT'))
    assert.deepEqual(answer.interim, [100])
    for (const [plan, code] of [
      [{ query: { partNumber: '1', uploadId: 'unknown' } }, 'NoSuchUpload'],
      [{ query: { partNumber: '0', uploadId: id } }, 'InvalidArgument'],
      [{ headers: { 'content-md5': 'nonsense' } }, 'InvalidDigest'],
      [{ keys: { ...keys, secretAccessKey: 'forged'.repeat(7) } }, 'SignatureDoesNotMatch'],
    ] as const) {
      const [connection] = await expecting(plan)
      const early = await connection.answer('PUT')
      assert.deepEqual([early.code, early.interim], [code, []])
    }
    const [odd, oddBody] = await expecting({}, 'something-else')
    odd.send(oddBody)
    const served = await odd.answer('PUT')
    assert.deepEqual([served.status, served.interim], [200, []])
  })

  it('row 41: names a storage class only where it is not STANDARD; on parts it says none yet', async () => {
    for (const [storageClass, shown] of [
      ['STANDARD', undefined],
      ['STANDARD_IA', 'STANDARD_IA'],
    ] as const) {
      const upload = await rows.create('class', { 'x-amz-storage-class': storageClass })
      const part = accepted(await rows.part('class', { id: upload }))
      assert.equal(part.headers['x-amz-storage-class'], undefined)
      accepted(await rows.complete(['class', upload], [[1, md5('a part')]]))
      const head = await rows.send({ method: 'HEAD', path: `/${bucket}/class` })
      assert.equal(head.headers['x-amz-storage-class'], shown)
    }
  })

  it('row 42: puts its ids on every answer, and the same ones into every error', async () => {
    const part = accepted(await rows.part('key', { id }))
    const error = await rows.part('key', { id: 'unknown' })
    for (const { headers } of [part, error]) {
      assert.match(headers['x-amz-request-id'] ?? '', /^[0-9A-F]{16}$/)
      assert.ok(headers['x-amz-id-2'])
      assert.ok(headers['server'])
      assert.ok(Math.abs(Date.parse(headers['date'] ?? '') - Date.now()) < 60_000)
    }
    assert.equal(element(error, 'RequestId'), error.headers['x-amz-request-id'])
    assert.equal(element(error, 'HostId'), error.headers['x-amz-id-2'])
  })

  it('row 43: finds no bucket that is not there, and lets nobody else in', async () => {
    const path = '/not-there/key'
    refused(await rows.part('key', { id, path }), {
      code: 'NoSuchBucket',
      status: 404,
      message: 'The specified bucket does not exist',
      elements: { BucketName: 'not-there' },
    })
    refused(await rows.part('key', { id, keys: otherKeys }), { code: 'AccessDenied', status: 403 })
  })

  it('row 44: refuses object lock by name, so that no bucket or upload has one', async () => {
    const locked = { 'x-amz-bucket-object-lock-enabled': 'true' }
    refused(await rows.send({ method: 'PUT', path: '/locked', headers: locked }), {
      code: 'NotImplemented',
      status: 501,
    })
    refused(await createWith({ 'x-amz-object-lock-mode': 'GOVERNANCE' }), {
      code: 'NotImplemented',
      status: 501,
    })
  })

  it('row 45: refuses a request whose date is more than 15 minutes away', async () => {
    for (const minutes of [-16, 16]) {
      const date = new Date(Date.now() + minutes * 60_000)
      refused(await rows.part('key', { id, date }), {
        code: 'RequestTimeTooSkewed',
        status: 403,
        elements: { MaxAllowedSkewMilliseconds: 900_000 },
      })
    }
    accepted(await rows.part('key', { id, date: new Date(Date.now() - 14 * 60_000) }))
  })

  function createWith(headers: Readonly<Record<string, string>>): ReturnType<Rows['send']> {
    return rows.send({
      method: 'POST',
      path: `/${bucket}/refused`,
      query: { uploads: '' },
      headers,
    })
  }
})
