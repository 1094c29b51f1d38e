/** A form is read the same however the network cuts it, in bounded memory, and whatever is wrong with it has S3's own error. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { S3Error } from '../../src/model/errors.ts'
import { readForm } from '../../src/wire/form.ts'
import { readHeaders } from '../../src/wire/headers.ts'
import { boundary, formBody } from '../harness/form.ts'

interface Read {
  readonly fields: Record<string, string>
  readonly file: Buffer
}

const type = `multipart/form-data; boundary=${boundary}`

async function read(pieces: readonly Uint8Array[], contentType = type): Promise<Read> {
  const headers = readHeaders(['Content-Type', contentType])
  await using form = await readForm(headers, stream(pieces))
  const file = Buffer.concat(await Array.fromAsync(form.file))
  return { fields: Object.fromEntries(form.fields), file }
}

async function* stream(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces
}

/** Cuts at the places named, in any order. */
function cut(bytes: Buffer, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length]
  ends.sort((one, other) => one - other)
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

function text(body: string): Uint8Array[] {
  return [Buffer.from(body.replaceAll('BOUNDARY', boundary).replaceAll('\n', '\r\n'), 'latin1')]
}

const part = '--BOUNDARY\nContent-Disposition: form-data; name='
const file = `${part}"file"; filename="f"\n\nbytes\n`

const content = fc
  .array(fc.constantFrom('\r', '\n', '\r\n--', '\r\n', '-', boundary.slice(0, -1), 'x', '\0'), {
    maxLength: 30,
  })
  .map((pieces) => pieces.join(''))
  .filter((joined) => !joined.includes(`\r\n--${boundary}`))
const name = fc.stringMatching(/^[a-z-]{1,12}$/).filter((word) => word !== 'file')

test('any form is read whole, wherever it is cut', async () => {
  const plan = fc.record({
    fields: fc.uniqueArray(fc.tuple(name, content), { maxLength: 4, selector: ([key]) => key }),
    bytes: content,
    more: fc.array(fc.tuple(name, content), { maxLength: 2 }),
    places: fc.array(fc.nat(), { maxLength: 12 }),
    everywhere: fc.boolean(),
  })
  const property = fc.asyncProperty(plan, async ({ fields, bytes, more, places, everywhere }) => {
    const body = formBody({ fields, file: { bytes }, more })
    const cuts = everywhere ? Array.from(body, (_, index) => index) : places
    const form = await read(cut(body, cuts))
    assert.deepEqual(form.fields, Object.fromEntries(fields))
    assert.equal(form.file.toString(), bytes)
  })
  await fc.assert(property, { numRuns: 2000 })
})

test('D17: whatever arrives in place of a form is refused by one of four errors, or read', async () => {
  const tokens = [
    '--',
    boundary,
    `--${boundary}`,
    '\r\n',
    'Content-Disposition: form-data',
    '; name=',
    '"',
    '\\',
  ]
  const words = [
    'file',
    'key',
    '; filename=',
    '=',
    ':',
    ' ',
    '\r',
    '\n',
    `\r\n--${boundary}`,
    '\0',
    'é',
  ]
  const token = fc.oneof(fc.constantFrom(...tokens, ...words), fc.string({ maxLength: 4 }))
  const codes = [
    'MalformedPOSTRequest',
    'InvalidArgument',
    'IncorrectNumberOfFilesInPostRequest',
    'MaxPostPreDataLengthExceededError',
  ]
  const broken = fc.array(token, { maxLength: 40 }).map((list) => Buffer.from(list.join('')))
  const whole = formBody({ fields: [['key', 'k']], file: { bytes: 'b' }, more: [['more', 'm']] })
  const changed = fc
    .tuple(fc.nat(whole.length - 1), fc.nat(255))
    .map(([at, byte]) => Buffer.from(whole.map((old, index) => (index === at ? byte : old))))
  const places = fc.array(fc.nat(), { maxLength: 6 })
  const property = fc.asyncProperty(fc.oneof(broken, changed), places, async (bytes, cuts) => {
    try {
      await read(cut(bytes, cuts))
    } catch (error) {
      assert.ok(error instanceof S3Error && codes.includes(error.code), String(error))
    }
  })
  await fc.assert(property, { numRuns: 10_000 })
})

const accepted: ReadonlyArray<readonly [string, string, string]> = [
  ['an empty line first', `\n${file}--BOUNDARY--`, type],
  ['a preamble and an epilogue', `hello\n${file}--BOUNDARY--\nand so on`, type],
  [
    'quoted boundary',
    `${file}--BOUNDARY--`,
    `Multipart/Form-Data; boundary="${boundary}"; charset=utf-8`,
  ],
  ['a name without quotes', `${part}key\n\nk\n${file}--BOUNDARY--\n`, type],
  [
    'headers that mean nothing',
    `${part}"key"\nX-Other: y\nContent-Type: text/plain\n\nk\n${file}--BOUNDARY--\n`,
    type,
  ],
]
for (const [what, body, contentType] of accepted) {
  test(`accepted: ${what}`, async () => {
    const { file: bytes } = await read(text(body), contentType)
    assert.equal(bytes.toString(), 'bytes')
  })
}

const refused: ReadonlyArray<readonly [string, string, string, string?]> = [
  ['nothing', '', 'MalformedPOSTRequest'],
  ['no boundary', file, 'MalformedPOSTRequest', 'multipart/form-data'],
  [
    'a boundary of 71',
    file,
    'MalformedPOSTRequest',
    `multipart/form-data; boundary=${'b'.repeat(71)}`,
  ],
  ['an end that is missing', file, 'MalformedPOSTRequest'],
  ['a file that is cut', `${part}"file"\n\nbyt`, 'MalformedPOSTRequest'],
  [
    'a part without a name',
    `--BOUNDARY\nContent-Disposition: form-data\n\nx\n${file}--BOUNDARY--`,
    'MalformedPOSTRequest',
  ],
  ['a part without a disposition', `--BOUNDARY\n\nx\n${file}--BOUNDARY--`, 'MalformedPOSTRequest'],
  [
    'two names',
    `--BOUNDARY\nContent-Disposition: form-data; name=a; name=b\n\nx\n${file}--BOUNDARY--`,
    'MalformedPOSTRequest',
  ],
  [
    'a delimiter that goes on',
    `${part}"key"\n\nk\n--BOUNDARYx\n${file}--BOUNDARY--`,
    'MalformedPOSTRequest',
  ],
  ['no file', `${part}"key"\n\nk\n--BOUNDARY--`, 'InvalidArgument'],
  ['a field twice', `${part}"key"\n\nk\n${part}"KEY"\n\nl\n${file}--BOUNDARY--`, 'InvalidArgument'],
  ['two files', `${file}${file}--BOUNDARY--`, 'IncorrectNumberOfFilesInPostRequest'],
  [
    'a long field',
    `${part}"key"\n\n${'k'.repeat(20_480)}\n${file}--BOUNDARY--`,
    'MaxPostPreDataLengthExceededError',
  ],
  [
    'a long line',
    `${part}"${'k'.repeat(20_480)}"\n\nk\n${file}--BOUNDARY--`,
    'MaxPostPreDataLengthExceededError',
  ],
  [
    'a long preamble',
    `${'k'.repeat(20_480)}\n${file}--BOUNDARY--`,
    'MaxPostPreDataLengthExceededError',
  ],
]
for (const [what, body, code, contentType] of refused) {
  test(`refused: ${what}`, async () => {
    await assert.rejects(read(text(body), contentType), { code })
  })
}

const names: ReadonlyArray<readonly [string | undefined, string]> = [
  ['photo.jpg', 'a/photo.jpg/photo.jpg'],
  ['C:\\My Pictures\\photo.jpg', 'a/photo.jpg/photo.jpg'],
  ['dir/photo.jpg', 'a/photo.jpg/photo.jpg'],
  ['a\\"b', 'a/a"b/a"b'],
  ['', 'a//'],
  [undefined, 'a/${filename}/${filename}'],
]
for (const [filename, key] of names) {
  test(`\${filename} of ${filename}`, async () => {
    const fields = [['key', 'a/${filename}/${filename}']] as const
    const { fields: got } = await read([formBody({ fields, file: { name: filename, bytes: '' } })])
    assert.equal(got['key'], key)
  })
}

test('a name that would fill the memory when it is put in everywhere', async () => {
  const fields = [['key', '${filename}'.repeat(900)]] as const
  const body = formBody({ fields, file: { name: 'n'.repeat(9000), bytes: '' } })
  await assert.rejects(read([body]), { code: 'MaxPostPreDataLengthExceededError' })
})

test('a file flows: it is handed on before its end has come, and without copies', async () => {
  const body = formBody({ fields: [], file: { bytes: Buffer.alloc(1 << 20, 'x') } })
  const pieces = cut(
    body,
    Array.from({ length: 16 }, (_, index) => index * 65_536),
  )
  let given = 0
  const source = stream(pieces)
  const counted = (async function* () {
    for await (const piece of source) {
      given += 1
      yield piece
    }
  })()
  await using form = await readForm(readHeaders(['Content-Type', type]), counted)
  const runs = form.file[Symbol.asyncIterator]()
  await runs.next()
  const second = await runs.next()
  assert.ok(given <= 4)
  assert.ok(second.done !== true && second.value.buffer === body.buffer)
})
