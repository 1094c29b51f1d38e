/**
 * The rows of what UploadPart is held to, 32 to 36: encryption. Each fault of its headers is tried on every operation that
 * takes them, as raw signed requests, for no client library sends them.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Answer } from '../harness/raw.ts'
import {
  byKms,
  byServer,
  customerKey,
  keyOf,
  sourceKey,
  toldCustomer,
  toldOf,
  type Headers,
} from './encryption-headers.ts'
import { content, EncryptionScene } from './encryption-scene.ts'
import { accepted, bucket, element, md5, refused } from './rows.ts'

const a = customerKey('a')
const b = customerKey('b')
const must = 'Requests specifying Server Side Encryption with Customer provided keys must'
const row33 =
  'The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.'
const row34 = 'The provided encryption parameters did not match the ones used originally.'

const [algorithm = '', key = '', digest = ''] = Object.keys(a)
const short = keyOf('a').subarray(16)

interface Fault {
  readonly code: string
  readonly message: string
  readonly value?: string
}

function argument(message: string): Fault {
  return { code: 'InvalidArgument', message }
}

function without(headers: Headers, name: string): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([other]) => other !== name))
}

/** What is wrong on every operation. */
const faults: ReadonlyArray<readonly [Headers, Fault]> = [
  [without(a, algorithm), argument(`${must} provide a valid encryption algorithm.`)],
  [without(a, key), argument(`${must} provide an appropriate secret key.`)],
  [
    { ...a, [algorithm]: 'AES192' },
    {
      code: 'InvalidEncryptionAlgorithmError',
      message: 'The Encryption request you specified is not valid. Supported value: AES256.',
      value: 'AES192',
    },
  ],
  [
    { ...a, [digest]: md5('x', 'base64') },
    argument('The calculated MD5 hash of the key did not match the hash that was provided.'),
  ],
  [
    { ...a, [key]: 'nonsense' },
    argument('The calculated MD5 hash of the key did not match the hash that was provided.'),
  ],
]
/** What is wrong only where bytes are written. */
const ofWrites: ReadonlyArray<readonly [Headers, Fault]> = [
  [without(a, digest), argument(`${must} provide the client calculated MD5 of the secret key.`)],
  [
    { ...a, [key]: short.toString('base64'), [digest]: md5(short, 'base64') },
    argument('The secret key was invalid for the specified algorithm.'),
  ],
]

describe('rows 32 to 36', () => {
  let rows: EncryptionScene
  let plain: string
  let sealed: string

  before(async () => {
    const named = ['--kms-key', 'testkey-1', '--kms-key', 'testkey-2']
    rows = await EncryptionScene.serve('--sse-c-over-http', 'on', ...named)
    plain = await rows.create('plain')
    sealed = await rows.create('sealed', a)
    accepted(await rows.put('source', {}))
    accepted(await rows.put('sealed-source', a))
  })
  after(() => rows.stop())

  function copyPart(key: string, id: string, headers: Headers): Promise<Answer> {
    const source = { 'x-amz-copy-source': `${bucket}/source`, ...headers }
    return rows.part(key, { id, body: '', headers: source })
  }

  it('row 32: tells of the upload’s method on each of its answers, and of none where there is none', async () => {
    const cases: ReadonlyArray<readonly [Headers, Headers]> = [
      [{}, {}],
      [byServer, { sse: 'AES256' }],
      [byKms('testkey-1'), { sse: 'aws:kms', 'aws-kms-key-id': 'testkey-1' }],
      [
        {
          ...byKms('testkey-2'),
          'x-amz-server-side-encryption-bucket-key-enabled': 'true',
        },
        { sse: 'aws:kms', 'aws-kms-key-id': 'testkey-2', 'bucket-key-enabled': 'true' },
      ],
      [byKms('testkey-1', 'aws:kms:dsse'), { sse: 'aws:kms:dsse', 'aws-kms-key-id': 'testkey-1' }],
    ]
    for (const [headers, told] of cases) {
      const created = accepted(
        await rows.send({
          method: 'POST',
          path: `/${bucket}/told`,
          query: { uploads: '' },
          headers,
        }),
      )
      assert.deepEqual(toldOf(created.headers), told)
      const id = element(created, 'UploadId') ?? ''
      // Row 47: what a part says of it is not heard.
      const part = accepted(await rows.part('told', { id, headers: byKms('testkey-2') }))
      assert.deepEqual(toldOf(part.headers), told)
      assert.deepEqual(toldOf(accepted(await copyPart('told', id, {})).headers), told)
      accepted(await rows.part('told', { id }))
      const etag = (await rows.parts('told', id)).text.match(/<ETag>&quot;(.*)&quot;</)?.[1]
      const done = accepted(await rows.complete(['told', id], [[1, etag]]))
      assert.deepEqual(toldOf(done.headers), told)
      const etags = md5(Buffer.from(etag ?? '', 'hex'))
      assert.equal(element(done, 'ETag'), `"${etags}-1"`)
      for (const method of ['HEAD', 'GET']) {
        const read = accepted(await rows.send({ method, path: `/${bucket}/told` }))
        assert.deepEqual(toldOf(read.headers), told)
      }
    }
  })

  it('row 33: wants the key with each part of an upload that has one, and with none of another', async () => {
    for (const [key, id, headers] of [
      ['sealed', sealed, {}],
      ['plain', plain, a],
    ] as const) {
      for (const answer of [
        await rows.part(key, { id, headers }),
        await copyPart(key, id, headers),
      ]) {
        refused(answer, { code: 'InvalidRequest', message: row33 })
      }
    }
  })

  it('row 34: takes no other key than the upload’s own', async () => {
    accepted(await rows.part('sealed', { id: sealed, headers: a }))
    const list = [[1, md5('a part')]] as const
    const parts = { path: `/${bucket}/sealed`, query: { uploadId: sealed }, headers: b }
    for (const answer of [
      await rows.part('sealed', { id: sealed, headers: b }),
      await copyPart('sealed', sealed, b),
      await rows.complete(['sealed', sealed], list, b),
      await rows.send(parts),
    ]) {
      refused(answer, { code: 'InvalidRequest', message: row34 })
    }
    accepted(await rows.send({ ...parts, headers: a }))
    accepted(await rows.send({ ...parts, headers: {} }))
  })

  it('wants the key for checksums that an upload was created for', async () => {
    const id = await rows.create('summed', { ...a, 'x-amz-checksum-algorithm': 'CRC32' })
    const headers = { ...a, 'x-amz-checksum-crc32': 'DUoRhQ==' }
    const { headers: told } = accepted(
      await rows.part('summed', { id, body: 'hello world', headers }),
    )
    const part = [1, told['etag'] ?? '', '<ChecksumCRC32>DUoRhQ==</ChecksumCRC32>'] as const
    refused(await rows.complete(['summed', id], [part]), {
      code: 'InvalidRequest',
      message: row33,
    })
    refused(await rows.parts('summed', id), {
      code: 'InvalidRequest',
      message:
        'To retrieve Part Checksum data requests must include appropriate encryption parameters.',
    })
    const done = accepted(await rows.complete(['summed', id], [part], a))
    assert.deepEqual(toldOf(done.headers), toldCustomer('a'))
    // Row 49: asked again, it says the same.
    assert.equal(accepted(await rows.complete(['summed', id], [part], a)).text, done.text)
  })

  it('row 35: says what is wrong with a key, on every operation that takes one', async () => {
    const object = `/${bucket}/sealed-source`
    const writes: readonly ((headers: Headers) => Promise<Answer>)[] = [
      (headers) => rows.put('new', headers),
      (headers) =>
        rows.send({ method: 'POST', path: `/${bucket}/new`, query: { uploads: '' }, headers }),
      (headers) => rows.part('sealed', { id: sealed, headers }),
      (headers) => copyPart('sealed', sealed, headers),
      (headers) => rows.complete(['sealed', sealed], [[1, md5('a part')]], headers),
      (headers) => copyTo('new', { ...sourceKey('a'), ...headers }),
    ]
    const reads: readonly ((headers: Headers) => Promise<Answer>)[] = [
      (headers) => rows.read('sealed-source', headers),
      (headers) =>
        rows.send({
          path: object,
          query: { attributes: '' },
          headers: { ...headers, 'x-amz-object-attributes': 'ETag' },
        }),
      (headers) => rows.send({ path: `/${bucket}/sealed`, query: { uploadId: sealed }, headers }),
      (headers) => copyTo('new', ofSource(headers)),
      (headers) => copyPart('plain', plain, ofSource(headers)),
    ]
    const tried: ReadonlyArray<readonly [typeof reads, typeof faults]> = [
      [writes, [...faults, ...ofWrites]],
      [reads, faults],
    ]
    for (const [operations, wrong] of tried) {
      for (const [headers, { code, message, value = 'null' }] of wrong) {
        for (const operation of operations) {
          const elements = { ArgumentName: 'x-amz-server-side-encryption', ArgumentValue: value }
          refused(await operation(headers), { code, message, elements })
        }
      }
    }
    const head = await rows.send({ method: 'HEAD', path: object, headers: without(a, key) })
    assert.deepEqual([head.status, head.body.length], [400, 0])
  })

  function copyTo(key: string, headers: Headers): Promise<Answer> {
    const all = { 'x-amz-copy-source': `${bucket}/sealed-source`, ...headers }
    return rows.send({ method: 'PUT', path: `/${bucket}/${key}`, headers: all })
  }

  it('row 35: is milder with a read, as S3 is', async () => {
    assert.equal(accepted(await rows.read('sealed-source', without(a, digest))).text, content)
    const other = { ...a, [key]: short.toString('base64'), [digest]: md5(short, 'base64') }
    for (const headers of [other, b]) {
      refused(await rows.read('sealed-source', headers), {
        code: 'AccessDenied',
        status: 403,
        message: `${must} provide the correct secret key.`,
      })
    }
  })

  it('row 36: echoes the key’s algorithm and MD5, and shows an ETag that is not the MD5', async () => {
    const answers = [
      await rows.part('sealed', { id: sealed, headers: a }),
      await copyPart('sealed', sealed, a),
      await rows.put('sealed-object', a),
      await rows.read('sealed-object', a),
      await rows.send({ method: 'HEAD', path: `/${bucket}/sealed-object`, headers: a }),
    ]
    for (const answer of answers) {
      assert.deepEqual(toldOf(accepted(answer).headers), toldCustomer('a'))
    }
    const [part, copied, object] = answers.map(
      (answer) => answer.headers['etag'] ?? element(answer, 'ETag') ?? '',
    )
    for (const etag of [part, copied, object]) assert.match(etag ?? '', /^"[0-9a-f]{32}"$/)
    assert.notEqual(part, `"${md5('a part')}"`)
    assert.notEqual(object, `"${md5(content)}"`)
  })
})

/** The same headers for the source of a copy. */
function ofSource(headers: Headers): Headers {
  const named = Object.entries(headers).map(([name, value]) => [
    name.replace('x-amz-server', 'x-amz-copy-source-server'),
    value,
  ])
  return Object.fromEntries(named) as Headers
}
