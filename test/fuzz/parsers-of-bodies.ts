/** Bodies that are read in pieces: aws-chunked framing with and without signatures, and browsers' forms. */
import assert from 'node:assert/strict'
import { identifyForm } from '../../src/identity/identify-form.ts'
import { S3Error } from '../../src/model/errors.ts'
import { decodeChunks } from '../../src/wire/chunked.ts'
import { readForm } from '../../src/wire/form.ts'
import { formHeaders } from '../../src/wire/form-headers.ts'
import { readHeaders } from '../../src/wire/headers.ts'
import type { Seal } from '../../src/wire/seal.ts'
import { realmAt } from '../harness/exchange.ts'
import { boundary, formBody } from '../harness/form.ts'
import type { Parser } from './parsers.ts'

type Random = () => number

/** Of so many bodies one comes a few bytes at a time; the others in two or three pieces. */
const drippingEvery = 16

/** `text` in pieces such as a network makes. */
async function* pieces(text: string, random: Random): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text, 'latin1')
  const drips = random() < 1 / drippingEvery
  const pieceBytesMax = drips ? 1 + Math.floor(random() * 64) : bytes.length + 1
  for (let at = 0; at < bytes.length;) {
    const end = bytes.length > 10_000 ? at + 65_536 : at + 1 + Math.floor(random() * pieceBytesMax)
    yield bytes.subarray(at, end)
    at = end
  }
}

const signature = 'a'.repeat(64)
/** Takes one signature for true, so that the framing behind it is reached. */
const verifier = {
  chunk: (given: string): void => believe(given),
  trailer: (given: string): void => believe(given),
}
function believe(given: string): void {
  if (given !== signature) throw new S3Error('SignatureDoesNotMatch')
}

const plain = '5\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n'
const trailing = '8\r\nhelloabc\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n'
const signed = `8;chunk-signature=${signature}\r\nhelloabc\r\n0;chunk-signature=${signature}\r\n`
const both = `${signed}x-amz-checksum-crc32:AAAAAA==\r\nx-amz-trailer-signature:${signature}\r\n\r\n`
const lengthBytes = 8

function framing(kind: 'signed' | 'unsigned'): Parser['run'] {
  const chunks = kind === 'signed' ? verifier : undefined
  return async (text, random) => {
    const trailer = random() < 0.5
    const seal: Extract<Seal, { kind: 'aws-chunked' }> = { kind: 'aws-chunked', chunks, trailer }
    const announced = trailer ? 'x-amz-checksum-crc32' : undefined
    const rules = { seal, lengthBytes, announced, trailers: new Map<string, string>() }
    let readBytes = 0
    for await (const run of decodeChunks(pieces(text, random), rules)) {
      readBytes += run.length
      assert.ok(readBytes <= lengthBytes, 'more than was promised')
    }
    assert.equal(readBytes, lengthBytes)
    assert.equal(rules.trailers.size, trailer ? 1 : 0)
  }
}

const form = formBody({
  fields: [
    ['key', 'user/${filename}'],
    ['Content-Type', 'image/png'],
    ['x-amz-credential', 'AKIAIOSFODNN7EXAMPLE/20261120/us-east-1/s3/aws4_request'],
    ['x-amz-algorithm', 'AWS4-HMAC-SHA256'],
    ['x-amz-date', '20261120T120000Z'],
    ['x-amz-signature', signature],
    ['policy', 'eyJ9'],
    ['tagging', '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>'],
  ],
  file: { name: 'C:\\x\\photo.png', bytes: 'the bytes of the file\r\n--almost' },
  more: [['submit', 'go']],
}).toString('latin1')
/** Most of what can go wrong needs no more than this, and it is read in a fifth of the time. */
const shortForm = formBody({ fields: [['key', 'k']], file: { name: 'f', bytes: 'x' } }).toString(
  'latin1',
)
const realm = realmAt(new Date('2026-11-20T12:00:00Z'))

async function readWholeForm(text: string, random: Random): Promise<void> {
  const type = `multipart/form-data; boundary=${random() < 0.95 ? boundary : text.slice(0, 80)}`
  const headers = readHeaders(['content-type', type])
  await using read = await readForm(headers, pieces(text, random))
  for await (const run of read.file) assert.ok(run.length > 0)
  for (const [name, value] of read.fields) {
    assert.ok(name === name.toLowerCase() && value.length <= 20 * 1024)
  }
  formHeaders(read.fields)
  const { accessKeyId } = identifyForm(read.fields, realm)
  if (accessKeyId !== undefined) assert.fail('a signature was guessed')
}

const chunkWords = [
  '\r\n',
  '0\r\n',
  '0\r\n\r\n',
  ';chunk-signature=',
  signature,
  'x-amz-checksum-crc32:',
  'x-amz-trailer-signature:',
  'ffffffffffffffff',
  ';ext=1',
]

export const bodyParsers: readonly Parser[] = [
  {
    name: 'chunked',
    seeds: [plain, trailing],
    tokens: chunkWords,
    bytesMax: 1024 * 1024,
    run: framing('unsigned'),
  },
  {
    name: 'chunked-signed',
    seeds: [`${signed}\r\n`, both],
    tokens: chunkWords,
    bytesMax: 1024 * 1024,
    run: framing('signed'),
  },
  {
    name: 'form',
    seeds: [form, shortForm, shortForm],
    tokens: [
      '\r\n',
      `--${boundary}`,
      `\r\n--${boundary}\r\n`,
      '--\r\n',
      'Content-Disposition: form-data; name="a"\r\n\r\n',
      '; filename="',
      '\\"',
      '${filename}',
      'file',
      'key',
    ],
    bytesMax: 1024 * 1024,
    run: readWholeForm,
  },
]
