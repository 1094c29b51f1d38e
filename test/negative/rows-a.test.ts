/** Section 1A: what went wrong elsewhere with authentication and signatures. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { sendRequest } from '../harness/raw.ts'
import { payloadForms, signRequest, type PayloadForm } from '../harness/sign.ts'
import { refuses, rowsOf, sent, signed, type Ask } from './case.ts'
import { another, both, header, inBody, inHeader, parameter } from './changes.ts'
import { listeningPorts, residentBytes } from '../harness/process.ts'

const path = '/negative/object'
const trailer = ['x-amz-checksum-crc32', 'VwEPRA=='] as const
const body = 'sixteen bytes it s'
const forge = inHeader('authorization', (text) => text.replace(/Signature=.{4}/, 'Signature=0000'))
const forged = { status: 403, code: 'SignatureDoesNotMatch' }
const nothing = header('authorization', undefined)
const denied = { status: 403, code: 'AccessDenied' }
const badQuery = { status: 400, code: 'AuthorizationQueryParametersError' }
const malformed = { status: 400, code: 'AuthorizationHeaderMalformed' }

function sealed(payload: PayloadForm): { payload: PayloadForm; trailer?: typeof trailer } {
  return payload.endsWith('trailer') ? { payload, trailer } : { payload }
}

rowsOf('1A', (scene) => {
  for (const payload of payloadForms) {
    it(`A01, A05: a forged signature with ${payload}, of an object and of a part`, async () => {
      const plan = { path, body, ...sealed(payload) }
      assert.equal((await sent(scene(), signed({ ...plan, path: '/negative/a01' }))).status, 200)
      await refuses(scene(), { ask: signed({ ...plan, alter: forge }), ...forged })
      const part = signed(({ uploadId }) => ({
        ...plan,
        path: '/negative/upload',
        query: { uploadId, partNumber: '3' },
        alter: forge,
      }))
      await refuses(scene(), { ask: part, ...forged })
    })
  }

  it('A02: an unknown mode of payload', async () => {
    for (const mode of [
      'STREAMING-AWS4-HMAC-SHA512-PAYLOAD',
      'UNSIGNED',
      'STREAMING-UNSIGNED-PAYLOAD',
    ]) {
      const ask = signed({ path, body, headers: { 'x-amz-content-sha256': mode } })
      await refuses(scene(), { ask, status: 400, code: 'InvalidArgument' })
    }
  })

  it('A03: a credential in the query alone', async () => {
    const ask = signed({
      path,
      body,
      ...sealed('streaming-unsigned-trailer'),
      alter: both(nothing, parameter('X-Amz-Credential', 'AK/20261120/us-east-1/s3/aws4_request')),
    })
    await refuses(scene(), { ask, ...badQuery })
  })

  it('A04: a form that nobody signed, to what is no form’s', async () => {
    for (const [target, query] of [
      ['/negative', { delete: '' }],
      [path, { uploads: '' }],
      [path, { uploadId: 'x' }],
    ] as const) {
      const headers = { 'content-type': 'multipart/form-data; boundary=x' }
      const ask = signed({ method: 'POST', path: target, query, body, headers, alter: nothing })
      await refuses(scene(), { ask, ...denied })
    }
  })

  it('A06: the second of three chunks is altered', async () => {
    const alter = inBody((text) => text.replace('ytes', 'YTES'))
    const plan = { path: '/negative/a06', body, payload: 'streaming', chunkBytes: 8 } as const
    await refuses(scene(), { ask: signed({ ...plan, alter }), ...forged })
    await refuses(scene(), { ask: signed({ ...plan, path, alter }), ...forged })
    assert.equal((await sent(scene(), signed({ path: '/negative/a06' }))).code, 'NoSuchKey')
  })

  it('A07: trailers that are wrong, missing, undeclared or forged', async () => {
    const plan = { path, body, payload: 'streaming-trailer', trailer } as const
    const wrong = signed({ ...plan, trailer: [trailer[0], 'AAAAAA=='] })
    await refuses(scene(), { ask: wrong, status: 400, code: 'BadDigest' })
    const loose = { ...plan, payload: 'streaming-unsigned-trailer' } as const
    for (const [from, to] of [
      [/x-amz-checksum[^\r]*\r\n/, ''],
      [/(x-amz-checksum[^\r]*\r\n)/, '$1x-amz-meta-a:b\r\n'],
    ] as const) {
      const ask = signed({ ...loose, alter: inBody((text) => text.replace(from, to)) })
      await refuses(scene(), { ask, status: 400, code: 'MalformedTrailerError' })
    }
    const ask = signed({
      ...plan,
      alter: inBody((text) => text.replace(/trailer-signature:.{4}/, 'trailer-signature:0000')),
    })
    await refuses(scene(), { ask, ...forged })
  })

  it('A08: whoever holds a presigned URL adds a header', async () => {
    for (const name of [
      'x-amz-tagging',
      'x-amz-acl',
      'x-amz-meta-a',
      'x-amz-copy-source',
      'x-amz-storage-class',
    ]) {
      const ask = signed({ path, body, presign: 60, alter: another(name, 'a') })
      await refuses(scene(), {
        ask,
        ...denied,
        message: 'There were headers present in the request which were not signed',
      })
    }
  })

  it('A09: headers that other stores trust', async () => {
    const names = [
      'X-SeaweedFS-Principal',
      'X-Minio-Replication-Server-Side-Encryption-Sealed-Key',
      'X-Rgw-Copy-Source',
      'X-Ashlar-Account',
      'X-Account-Sysmeta-Owner',
    ]
    const headers = Object.fromEntries(names.map((name) => [name.toLowerCase(), 'root']))
    await refuses(scene(), {
      ask: signed(({ guest }) => ({ path, headers, keys: guest })),
      ...denied,
    })
    assert.equal((await sent(scene(), signed({ path, headers }))).text, '0123456789')
  })

  it('A10: a token with a key that has none', async () => {
    const ask = signed({ path, headers: { 'x-amz-security-token': 'x' } })
    await refuses(scene(), { ask, status: 400, code: 'InvalidToken' })
  })

  it('A11: no secret is compared but in constant time', () => {
    const folder = join(import.meta.dirname, '../../src/identity')
    const files = globSync(join(folder, '**/*.ts'))
    const texts = files.map((name) => readFileSync(name, 'utf8'))
    const compares = /(?:signature|secret|token|hmac|digest)\w*\s*(?:===|!==)(?!\s*undefined)/i
    const found = texts.flatMap((text) => text.split('\n').filter((line) => compares.test(line)))
    assert.deepEqual(found, [])
    assert.match(readFileSync(join(folder, 'same.ts'), 'utf8'), /timingSafeEqual\(/)
  })

  for (const digits of [
    '0',
    'a'.repeat(63),
    'a'.repeat(65),
    'a'.repeat(128),
    'z'.repeat(64),
    'A'.repeat(64),
  ]) {
    it(`A12: a signature of ${digits.length} times ${digits[0]}`, async () => {
      const alter = inHeader('authorization', (text) =>
        text.replace(/Signature=\w+/, `Signature=${digits}`),
      )
      await refuses(scene(), { ask: signed({ path, alter }), ...forged })
      const ask = signed({ path, presign: 60, alter: parameter('X-Amz-Signature', digits) })
      await refuses(scene(), { ask, ...forged })
    })
  }

  it('A14: two kinds of proof at once', async () => {
    const ask = signed({ path, alter: parameter('X-Amz-Signature', 'a') })
    await refuses(scene(), {
      ask,
      status: 400,
      code: 'InvalidArgument',
      message: /^Only one auth mechanism allowed/,
    })
  })

  it('A15: lives of presigned URLs', async () => {
    for (const life of ['-1', '0x10', '1e3', 'abc', '604801', undefined]) {
      const ask = signed({ path, presign: 60, alter: parameter('X-Amz-Expires', life) })
      await refuses(scene(), { ask, ...badQuery })
    }
    for (const [ago, message] of [
      [120_000, 'Request has expired'],
      [-960_000, 'Request is not valid yet'],
    ] as const) {
      const ask = signed(() => ({ path, presign: 60, date: new Date(Date.now() - ago) }))
      await refuses(scene(), { ask, ...denied, message })
    }
  })

  it('A16: the clock and the scope', async () => {
    for (const ago of [960_000, -960_000]) {
      const ask = signed(() => ({ path, date: new Date(Date.now() - ago) }))
      await refuses(scene(), { ask, status: 403, code: 'RequestTimeTooSkewed' })
    }
    await refuses(scene(), { ask: signed({ path, region: 'eu-west-9' }), ...malformed })
    await refuses(scene(), {
      ask: signed({ path, alter: header('x-amz-date', undefined) }),
      ...denied,
    })
  })

  it('A17: a large body under the hash of another costs no memory', async () => {
    const { server } = scene()
    const before = residentBytes(server.pid)
    const request = await signRequest(server, { path, body: 'A' })
    const large = Buffer.alloc(192 * 1024 * 1024)
    const changed = {
      ...request,
      body: large,
      headers: request.headers.map(([name, value]): [string, string] => [
        name,
        name === 'content-length' ? String(large.length) : value,
      ]),
    }
    const answer = await sendRequest(server, changed)
    assert.deepEqual([answer.status, answer.code], [400, 'XAmzContentSHA256Mismatch'])
    assert.ok(residentBytes(server.pid) - before < 128 * 1024 * 1024)
    assert.equal((await sent(scene(), signed({ path }))).text, '0123456789')
  })

  it('A18: keys that other servers ship', async () => {
    for (const accessKeyId of ['minioadmin', 'rustfsadmin', 'admin', 'root', 'test']) {
      const ask = signed({ path, keys: { accessKeyId, secretAccessKey: accessKeyId } })
      await refuses(scene(), { ask, status: 403, code: 'InvalidAccessKeyId' })
    }
  })

  it('A19, A20: no port is open but that of S3', () => {
    assert.deepEqual(listeningPorts(scene().server.pid), [scene().server.port])
  })

  it('A21: conditions tell the anonymous nothing', async () => {
    const answers = []
    for (const target of [path, '/negative/missing']) {
      for (const condition of ['"781e5e245d69b566979b86e28d23f2c7"', '*', '"0"']) {
        const ask = signed({
          path: target,
          headers: { 'if-none-match': condition },
          alter: nothing,
        })
        await refuses(scene(), { ask, ...denied })
        const { status, text } = await sent(scene(), ask)
        answers.push(`${status} ${text.replace(/<Resource>.*/s, '')}`)
      }
    }
    assert.equal(new Set(answers).size, 1)
  })

  for (const service of ['s3tables', 'sts', 'iam', 'execute-api']) {
    it(`A22: signed for ${service}`, async () => {
      await refuses(scene(), { ask: signed({ path, service }), ...malformed })
    })
  }

  it('A23: whom a request says that it was forwarded for', async () => {
    const names = [
      'X-Forwarded-For',
      'X-Forwarded-Host',
      'Forwarded',
      'X-Real-IP',
      'X-Original-URL',
    ]
    const add = names.map((name) => another(name, 'guests.localhost'))
    const forwarded: Ask = signed({
      path,
      alter: (request) => add.reduce((made, change) => change(made), request),
    })
    assert.equal((await sent(scene(), forwarded)).text, '0123456789')
    const ask = signed({ path, alter: both(nothing, another('X-Forwarded-For', '127.0.0.1')) })
    await refuses(scene(), { ask, ...denied })
  })

  it('A24: tokens that nobody signed', async () => {
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"root"}').toString('base64url')}.`
    for (const token of [none, `${none}AAAA`, 'x', '']) {
      const ask = signed({ path, alter: header('authorization', `Bearer ${token}`) })
      const { status, code } = await sent(scene(), ask)
      assert.ok((status === 400 || status === 403) && code !== undefined, `${status} ${code}`)
    }
  })

  it('A26: characters that mean something in a credential', async () => {
    for (const name of ['a/b', 'a,b', 'a=b/c', '']) {
      const alter = inHeader('authorization', (text) =>
        text.replace(/Credential=\w+/, `Credential=${name}`),
      )
      await refuses(scene(), { ask: signed({ path, alter }), ...malformed })
    }
  })
})
