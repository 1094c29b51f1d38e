/** What may be asked of a server, each with what the model expects of the answer: multipart uploads. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { element, unquoted } from '../crash/client.ts'
import { expectError, found, fresh, key, path, size, Step } from './commands.ts'
import { inOrder, md5, multipartEtag, type Memory, type Stored, type Upload } from './memory.ts'

/** The least that a part may have which is not the last. */
const leastBytes = 5 * 1024 * 1024

const index = fc.nat(3)
const number = fc.constantFrom(1, 2, 3, 10_000)
const partSize = fc.oneof(
  { weight: 12, arbitrary: size },
  { weight: 1, arbitrary: fc.constant(leastBytes) },
)

/** One of those that were begun; one that never was, where there is none. */
function uploadAt(memory: Memory, at: number): Upload {
  const never = {
    id: 'never',
    key: 'a',
    told: undefined,
    parts: new Map(),
    state: 'aborted',
  } as const
  return memory.uploads.at(at % Math.max(1, memory.uploads.length)) ?? never
}

const begin = fc.record({ name: key, told: fc.option(fc.constantFrom('x', 'y')) }).map(
  ({ name, told }) =>
    new Step(`begin ${name}`, async (memory, real) => {
      const headers: Record<string, string> = told === null ? {} : { 'x-amz-meta-told': told }
      const plan = { method: 'POST', path: path(real, name), query: { uploads: '' }, headers }
      const heard = await real.client.send(plan)
      assert.equal(heard.status, 200)
      const id = element(heard, 'UploadId')
      assert.ok(!memory.uploads.some((upload) => upload.id === id), 'an id that was used before')
      const parts = new Map<number, Stored>()
      memory.uploads.push({ id, key: name, told: told ?? undefined, parts, state: 'open' })
    }),
)

const uploadPart = fc.record({ at: index, number, sizeBytes: partSize }).map(
  ({ at, number: partNumber, sizeBytes }) =>
    new Step(`part ${partNumber} of upload ${at}, ${sizeBytes}`, async (memory, real) => {
      const upload = uploadAt(memory, at)
      const bytes = fresh(memory, sizeBytes)
      const query = { uploadId: upload.id, partNumber: String(partNumber) }
      const heard = await real.client.send({ path: path(real, upload.key), query, body: bytes })
      if (upload.state !== 'open') return expectError(heard, 404, 'NoSuchUpload')
      assert.equal(heard.status, 200)
      const etag = md5(bytes)
      assert.equal(heard.headers.etag, `"${etag}"`)
      upload.parts.set(partNumber, { bytes, etag, told: undefined })
    }),
)

const copyPart = fc.record({ at: index, number, from: key }).map(
  ({ at, number: partNumber, from }) =>
    new Step(`part ${partNumber} of upload ${at} from ${from}`, async (memory, real) => {
      const upload = uploadAt(memory, at)
      const query = { uploadId: upload.id, partNumber: String(partNumber) }
      const headers = { 'x-amz-copy-source': path(real, from) }
      const heard = await real.client.send({
        path: path(real, upload.key),
        query,
        headers,
        body: '',
      })
      const source = memory.objects.get(from)
      if (upload.state !== 'open' || source === undefined) return assert.equal(heard.status, 404)
      assert.equal(heard.status, 200)
      const etag = unquoted(element(heard, 'ETag'))
      expectCopied(etag, source)
      upload.parts.set(partNumber, { bytes: source.bytes, etag, told: undefined })
    }),
)

/**
 * The tag of a copied part is that of the source, or of the one part it was made of. Of several nobody knows a tag but by reading,
 * and any will do (docs/decisions/0004-copied-parts.md).
 */
function expectCopied(etag: string, { etag: ofSource }: Stored): void {
  assert.match(etag, /^[0-9a-f]{32}$/)
  if (ofSource.endsWith('-1')) assert.equal(multipartEtag([{ etag }]), ofSource)
  else if (!ofSource.includes('-')) assert.equal(etag, ofSource)
}

const listParts = fc.record({ at: index, pageParts: fc.constantFrom(1, 2, 1000) }).map(
  ({ at, pageParts }) =>
    new Step(`list the parts of upload ${at}`, async (memory, real) => {
      const upload = uploadAt(memory, at)
      const numbers: string[] = []
      let marker = ''
      do {
        const page = {
          'max-parts': String(pageParts),
          ...(marker && { 'part-number-marker': marker }),
        }
        const query = { uploadId: upload.id, ...page }
        const heard = await real.client.send({ path: path(real, upload.key), query })
        if (upload.state !== 'open') return expectError(heard, 404, 'NoSuchUpload')
        assert.equal(heard.status, 200)
        numbers.push(...found(heard, 'PartNumber'))
        const isMore = element(heard, 'IsTruncated') === 'true'
        marker = isMore ? element(heard, 'NextPartNumberMarker') : ''
      } while (marker !== '')
      assert.deepEqual(numbers, numbersOf(upload).map(String))
    }),
)

function numbersOf({ parts }: Upload): number[] {
  return [...parts.keys()].toSorted((a, b) => a - b)
}

/** What becomes of the list of parts before it is sent. */
const flaw = fc.constantFrom('right', 'right', 'right', 'first', 'turned', 'other', 'empty')

const complete = fc.record({ at: index, flaw }).map(
  ({ at, flaw: how }) =>
    new Step(`complete upload ${at}, ${how}`, async (memory, real) => {
      const upload = uploadAt(memory, at)
      const chosen = numbersOf(upload).slice(0, how === 'first' ? 1 : undefined)
      if (upload.state === 'completed' || chosen.length === 0) return
      const rows = chosen.map(
        (one) =>
          `<Part><PartNumber>${one}</PartNumber><ETag>${etagOf(upload, one, how)}</ETag></Part>`,
      )
      const sent = how === 'empty' ? [] : how === 'turned' ? rows.toReversed() : rows
      const body = `<CompleteMultipartUpload>${sent.join('')}</CompleteMultipartUpload>`
      const plan = {
        method: 'POST',
        path: path(real, upload.key),
        query: { uploadId: upload.id },
        body,
      }
      const heard = await real.client.send(plan)
      const error = errorOf(upload, chosen, how)
      if (error !== undefined) return assert.equal(heard.code, error)
      assert.equal(heard.status, 200)
      const parts = chosen.flatMap((one) => upload.parts.get(one) ?? [])
      const bytes = Buffer.concat(parts.map((part) => part.bytes))
      const etag = multipartEtag(parts)
      assert.equal(unquoted(element(heard, 'ETag')), etag)
      memory.objects.set(upload.key, { bytes, etag, told: upload.told })
      upload.state = 'completed'
      const again = await real.client.send(plan)
      assert.equal(again.status, 200, 'the same completion again')
      assert.equal(element(again, 'ETag'), element(heard, 'ETag'))
    }),
)

function etagOf(upload: Upload, partNumber: number, how: string): string {
  if (how === 'other') return md5(Buffer.from('other'))
  return upload.parts.get(partNumber)?.etag ?? ''
}

function errorOf(upload: Upload, chosen: readonly number[], how: string): string | undefined {
  if (how === 'empty') return 'MalformedXML'
  if (upload.state !== 'open') return 'NoSuchUpload'
  if (how === 'turned' && chosen.length > 1) return 'InvalidPartOrder'
  if (how === 'other') return 'InvalidPart'
  const small = chosen
    .slice(0, -1)
    .some((one) => (upload.parts.get(one)?.bytes.length ?? 0) < leastBytes)
  return small ? 'EntityTooSmall' : undefined
}

const abort = index.map(
  (at) =>
    new Step(`abort upload ${at}`, async (memory, real) => {
      const upload = uploadAt(memory, at)
      const query = { uploadId: upload.id }
      const heard = await real.client.send({
        method: 'DELETE',
        path: path(real, upload.key),
        query,
      })
      if (upload.state !== 'open') return expectError(heard, 404, 'NoSuchUpload')
      assert.equal(heard.status, 204)
      upload.state = 'aborted'
    }),
)

const listUploads = fc.constant(
  new Step('list the uploads', async (memory, real) => {
    const heard = await real.client.send({ path: `/${real.bucket}`, query: { uploads: '' } })
    assert.equal(heard.status, 200)
    const open = memory.uploads.filter(({ state }) => state === 'open')
    assert.deepEqual(found(heard, 'UploadId').toSorted(), open.map(({ id }) => id).toSorted())
    const keys = open.map((upload) => upload.key)
    assert.deepEqual([...new Set(found(heard, 'Key'))], inOrder(new Set(keys)))
  }),
)

export const uploadCommands: ReadonlyArray<fc.Arbitrary<Step>> = [
  begin,
  uploadPart,
  uploadPart,
  copyPart,
  listParts,
  complete,
  complete,
  abort,
  listUploads,
]
