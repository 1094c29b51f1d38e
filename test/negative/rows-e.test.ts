/** Section 1E: bodies, limits and parsers. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { sendHead } from '../harness/raw.ts'
import { signRequest } from '../harness/sign.ts'
import { noPartNumbers } from '../operations/rows.ts'
import { refuses, rowsOf, sent, signed, type Ask } from './case.ts'
import { header } from './changes.ts'

const path = '/negative/object'
const malformed = { status: 400, code: 'MalformedXML' }
const argument = { status: 400, code: 'InvalidArgument' }
const incomplete = { status: 400, code: 'IncompleteBody' }

function document(query: string, body: string | Uint8Array, method = 'PUT'): Ask {
  const headers = { 'content-md5': createHash('md5').update(body).digest('base64') }
  return signed({ method, path: '/negative', query: { [query]: '' }, body, headers })
}

const keys = (count: number, key: (index: number) => string): string =>
  `<Delete>${Array.from({ length: count }, (_, index) => `<Object><Key>${key(index)}</Key></Object>`).join('')}</Delete>`

const hostile: Readonly<Record<string, string | Uint8Array>> = {
  'E01: entities in entities':
    '<!DOCTYPE l [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><Tagging>&b;</Tagging>',
  'E01: an entity from a file':
    '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><Tagging>&a;</Tagging>',
  'E01: UTF-16': Buffer.from('\ufeff<Tagging/>', 'utf16le'),
  'E01: an unknown encoding': '<?xml version="1.0" encoding="x"?><Tagging/>',
  'E02: depth': '<a>'.repeat(50_000),
  'E02: attributes': `<Tagging ${Array.from({ length: 20_000 }, (_, index) => `a${index}=""`).join(' ')}/>`,
  'E02: an unclosed comment': `<Tagging><!--${'x'.repeat(500_000)}`,
  'E02: an unclosed CDATA': `<Tagging><![CDATA[${'x'.repeat(500_000)}`,
  'E02: an unclosed instruction': `<Tagging><?${'x'.repeat(500_000)}`,
  'E02: a character 0': '<Tagging>&#0;</Tagging>',
  'E02: two roots': '<Tagging/><Tagging/>',
}

rowsOf('1E', (scene) => {
  for (const [name, body] of Object.entries(hostile)) {
    it(name, async () => {
      await refuses(scene(), { ask: document('tagging', body), ...malformed })
    })
  }

  it('E03: names that every object has, in a document and as a tag', async () => {
    const tags =
      '<Tag><Key>__proto__</Key><Value>constructor</Value></Tag><__proto__><a>1</a></__proto__>'
    const put = await sent(
      scene(),
      document('tagging', `<Tagging><TagSet>${tags}</TagSet><constructor/></Tagging>`),
    )
    assert.equal(put.status, 204, put.text)
    const { text } = await sent(scene(), signed({ path: '/negative', query: { tagging: '' } }))
    assert.match(text, /<Key>__proto__<\/Key><Value>constructor<\/Value>/)
  })

  for (const number of noPartNumbers) {
    it(`E04: part number '${number}'`, async () => {
      const ask = signed(({ uploadId }) => ({
        path: '/negative/upload',
        query: { uploadId, partNumber: number },
        body: 'x',
      }))
      await refuses(scene(), { ask, ...argument })
    })
  }

  it('E05: max-keys beyond a page', async () => {
    const { text } = await sent(
      scene(),
      signed({ path: '/negative', query: { 'max-keys': '1000000000' } }),
    )
    assert.match(text, /<MaxKeys>1000<\/MaxKeys>/)
  })

  it('E06: lists of deletions', async () => {
    await refuses(scene(), { ask: document('delete', keys(0, String), 'POST'), ...malformed })
    await refuses(scene(), { ask: document('delete', keys(1001, String), 'POST'), ...malformed })
    const long = document(
      'delete',
      keys(1000, (index) => String(index).padEnd(1024, 'k')),
      'POST',
    )
    assert.equal((await sent(scene(), long)).status, 200)
    const large = document(
      'delete',
      `${keys(1, String)}<!--${'x'.repeat(8 * 1024 * 1024)}-->`,
      'POST',
    )
    await refuses(scene(), { ask: large, status: 400, code: 'MaxMessageLengthExceeded' })
    const unproven = signed({
      method: 'POST',
      path: '/negative',
      query: { delete: '' },
      body: keys(1, String),
    })
    await refuses(scene(), { ask: unproven, status: 400, code: 'InvalidRequest' })
  })

  it('E07: metadata of more than 2 KiB, a head of more than 8', async () => {
    const ask = signed({ path, body: 'x', headers: { 'x-amz-meta-a': 'x'.repeat(2048) } })
    await refuses(scene(), { ask, status: 400, code: 'MetadataTooLarge' })
    const long = signed({ path, headers: { 'x-a': 'x'.repeat(9000) } })
    await refuses(scene(), { ask: long, status: 400, code: 'RequestHeaderSectionTooLarge' })
  })

  it('E08: lengths that are too large, negative or missing; nobody is told to continue', async () => {
    for (const [target, query] of [
      [path, {}],
      ['/negative/upload', { partNumber: '1', uploadId: scene().uploadId }],
    ] as const) {
      const plan = { path: target, query, body: 'x', payload: 'unsigned' } as const
      const request = header(
        'content-length',
        '5368709121',
      )(await signRequest(scene().server, plan))
      const expecting = header('expect', '100-continue')(request)
      const answer = await sendHead(scene().server, expecting)
      assert.deepEqual([answer.code, answer.interim], ['EntityTooLarge', []])
    }
    const plan = { path, body: '' }
    await refuses(scene(), {
      ask: signed({ ...plan, alter: header('content-length', '-1') }),
      status: 400,
      code: 'BadRequest',
    })
    await refuses(scene(), {
      ask: signed({ ...plan, alter: header('content-length', undefined) }),
      status: 411,
      code: 'MissingContentLength',
    })
  })

  it('E09: digests that are wrong, malformed, two or unknown', async () => {
    const cases: ReadonlyArray<readonly [Record<string, string>, string]> = [
      [{ 'content-md5': 'AAAA' }, 'InvalidDigest'],
      [{ 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }, 'BadDigest'],
      [{ 'x-amz-checksum-crc32': 'AAAAAA==' }, 'BadDigest'],
      [{ 'x-amz-checksum-crc32': '!!' }, 'InvalidRequest'],
      [
        { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-crc32c': 'AAAAAA==' },
        'InvalidRequest',
      ],
      [{ 'x-amz-checksum-crc99': 'AAAAAA==' }, 'InvalidRequest'],
      [{ 'x-amz-sdk-checksum-algorithm': 'CRC32' }, 'InvalidRequest'],
    ]
    for (const [headers, code] of cases)
      await refuses(scene(), { ask: signed({ path, body: 'x', headers }), status: 400, code })
  })

  it('E10: decoded lengths that are not true', async () => {
    const plan = {
      path,
      body: 'sixteen bytes it s',
      payload: 'streaming-unsigned-trailer',
    } as const
    for (const length of ['17', '19']) {
      const ask = signed({ ...plan, headers: { 'x-amz-decoded-content-length': length } })
      await refuses(scene(), { ask, ...incomplete })
    }
    const headers = { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' }
    await refuses(scene(), {
      ask: signed({ path, body: 'x', headers }),
      status: 411,
      code: 'MissingContentLength',
    })
  })

  it('E11: what is compressed stays so', async () => {
    const body = gzipSync(Buffer.alloc(10_000_000))
    const headers = { 'content-encoding': 'gzip' }
    await sent(scene(), signed({ path: '/negative/e11', body, headers }))
    const read = await sent(scene(), signed({ path: '/negative/e11' }))
    assert.deepEqual([read.body.length, read.headers['content-encoding']], [body.length, 'gzip'])
  })

  it('E12: ranges that are odd', async () => {
    const asked = {
      'bytes=5-2': 200,
      'bytes=0-0,2-3': 200,
      [`bytes=${'0-1,'.repeat(1500)}0-1`]: 200,
      'bytes=-0': 416,
      [`bytes=${'9'.repeat(31)}-`]: 416,
      'bytes=0-99999999999999999999': 206,
    }
    for (const [range, status] of Object.entries(asked)) {
      const answer = await sent(scene(), signed({ path, headers: { range } }))
      assert.equal(answer.status, status, range.slice(0, 30))
    }
  })

  it('E13: lists of parts that are empty or longer than any upload', async () => {
    const complete = (parts: string): Ask =>
      signed(({ uploadId }) => ({
        method: 'POST',
        path: '/negative/upload',
        query: { uploadId },
        body: `<CompleteMultipartUpload>${parts}</CompleteMultipartUpload>`,
      }))
    const part = (number: number): string =>
      `<Part><PartNumber>${number}</PartNumber><ETag>"a"</ETag></Part>`
    await refuses(scene(), { ask: complete(''), ...malformed })
    const many = Array.from({ length: 10_001 }, (_, index) => part(index + 1)).join('')
    const { status, code } = await sent(scene(), complete(many))
    assert.ok(status === 400 && code !== undefined)
    await refuses(scene(), {
      ask: complete(part(2) + part(1)),
      status: 400,
      code: 'InvalidPartOrder',
    })
    await refuses(scene(), { ask: complete(part(1)), status: 400, code: 'InvalidPart' })
  })

  it('E15: no secret and no signature is in the log', async () => {
    const { server, guest } = scene()
    const request = await signRequest(server, { path, presign: 60 })
    await sent(scene(), () => request)
    await sent(scene(), signed({ path, keys: { ...server.keys, secretAccessKey: 'wrong-secret' } }))
    const signature = /Signature=(\w{64})/.exec(request.target)?.[1] ?? 'absent'
    for (const secret of [
      server.keys.secretAccessKey,
      guest.secretAccessKey,
      signature,
      'wrong-secret',
    ]) {
      assert.ok(!server.log().includes(secret))
    }
  })

  it('E16: memory that was not cleared is taken in known places only', () => {
    const folder = join(import.meta.dirname, '../../src')
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    )
    const taking = files.filter((name) =>
      readFileSync(join(folder, name), 'utf8').includes('allocUnsafe'),
    )
    // They fill what they take to its last byte, or hand on the part that they filled; test/base/free.test.ts and
    // test/server/lent-memory.test.ts look for what is left in memory that is used again.
    const known = ['base/free.ts', 'payload/encryption/runs.ts', 'stores/blobs/files-reader.ts']
    assert.deepEqual(taking.toSorted(), known)
  })
})
