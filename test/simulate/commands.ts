/** What may be asked of a server, each with what the model expects of the answer: objects and listings. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { element, unquoted, type Client, type Heard } from '../crash/client.ts'
import { inOrder, listed, md5, type Memory, type Stored } from './memory.ts'

export interface Real {
  readonly client: Client
  readonly bucket: string
}

/** One step, which can say what it is when a sequence fails. */
export class Step implements fc.AsyncCommand<Memory, Real> {
  readonly #says: string
  readonly #work: (memory: Memory, real: Real) => Promise<void>

  constructor(says: string, work: (memory: Memory, real: Real) => Promise<void>) {
    this.#says = says
    this.#work = work
  }

  check(): boolean {
    return true
  }

  run(memory: Memory, real: Real): Promise<void> {
    return this.#work(memory, real)
  }

  toString(): string {
    return this.#says
  }
}

/** Names whose order, encoding or meaning might be mistaken. */
const names = ['a', 'a/b', 'a/c', 'a//d', 'a b+c', 'b', '__proto__', 'é', 'ｚ', '😀', '..c', "q'&<"]
export const key: fc.Arbitrary<string> = fc.constantFrom(...names)
export const size: fc.Arbitrary<number> = fc.constantFrom(0, 1, 700, 16_384, 16_385, 70_000)

export function path({ bucket }: Real, name: string): string {
  return `/${bucket}/${name.split('/').map(encodeURIComponent).join('/')}`
}

export function fresh(memory: Memory, sizeBytes: number): Buffer {
  memory.written += 1
  return Buffer.alloc(sizeBytes, `${memory.written}|`)
}

export function expectError(heard: Heard, status: number, code: string): void {
  assert.deepEqual([heard.status, heard.code], [status, code])
}

const condition = fc.constantFrom('none', 'if-new', 'if-same', 'if-other')

const put = fc
  .record({ name: key, sizeBytes: size, condition, told: fc.option(fc.string({ maxLength: 9 })) })
  .map(({ name, sizeBytes, condition: when, told: text }) => {
    const told = text === null ? undefined : encodeURIComponent(text)
    return new Step(`put ${name} of ${sizeBytes} ${when}`, async (memory, real) => {
      const bytes = fresh(memory, sizeBytes)
      const before = memory.objects.get(name)
      const headers = { ...conditionOf(when, before), ...(told && { 'x-amz-meta-told': told }) }
      const heard = await real.client.send({ path: path(real, name), headers, body: bytes })
      if (when === 'if-new' && before !== undefined)
        return expectError(heard, 412, 'PreconditionFailed')
      if (when.startsWith('if-') && when !== 'if-new' && before === undefined)
        return expectError(heard, 404, 'NoSuchKey')
      if (when === 'if-other') return expectError(heard, 412, 'PreconditionFailed')
      assert.equal(heard.status, 200)
      const stored = { bytes, etag: md5(bytes), told: told === '' ? undefined : told }
      assert.equal(heard.headers.etag, `"${stored.etag}"`)
      memory.objects.set(name, stored)
    })
  })

function conditionOf(when: string, before: Stored | undefined): Record<string, string> {
  if (when === 'if-new') return { 'if-none-match': '*' }
  if (when === 'if-same') return { 'if-match': `"${before?.etag ?? md5(Buffer.from('none'))}"` }
  if (when === 'if-other') return { 'if-match': `"${md5(Buffer.from('other'))}"` }
  return {}
}

const range = fc.option(
  fc.record({ from: fc.nat(20_000), length: fc.integer({ min: 1, max: 900 }) }),
)

const get = fc.record({ name: key, range }).map(
  ({ name, range: part }) =>
    new Step(`get ${name} ${part === null ? '' : `from ${part.from}`}`, async (memory, real) => {
      const last = part === null ? 0 : part.from + part.length - 1
      const headers = part === null ? {} : { range: `bytes=${part.from}-${last}` }
      const heard = await real.client.send({ path: path(real, name), headers })
      const stored = memory.objects.get(name)
      if (stored === undefined) return expectError(heard, 404, 'NoSuchKey')
      if (part !== null && part.from >= stored.bytes.length)
        return expectError(heard, 416, 'InvalidRange')
      const expected = part === null ? stored.bytes : stored.bytes.subarray(part.from, last + 1)
      assert.equal(heard.status, part === null ? 200 : 206)
      assert.ok(heard.body.equals(expected), `${name}: other bytes`)
      expectHeaders(heard, stored)
    }),
)

const head = fc.record({ name: key, isKnown: fc.boolean() }).map(
  ({ name, isKnown }) =>
    new Step(`head ${name} ${isKnown ? 'if changed' : ''}`, async (memory, real) => {
      const stored = memory.objects.get(name)
      const headers = isKnown && stored ? { 'if-none-match': `"${stored.etag}"` } : {}
      const heard = await real.client.send({ method: 'HEAD', path: path(real, name), headers })
      if (stored === undefined) return assert.equal(heard.status, 404)
      assert.equal(heard.status, isKnown ? 304 : 200)
      if (isKnown) return
      assert.equal(heard.headers['content-length'], String(stored.bytes.length))
      expectHeaders(heard, stored)
    }),
)

function expectHeaders(heard: Heard, stored: Stored): void {
  assert.equal(heard.headers.etag, `"${stored.etag}"`)
  assert.equal(heard.headers['x-amz-meta-told'], stored.told)
}

const remove = key.map(
  (name) =>
    new Step(`delete ${name}`, async (memory, real) => {
      const heard = await real.client.send({ method: 'DELETE', path: path(real, name) })
      assert.equal(heard.status, 204)
      memory.objects.delete(name)
    }),
)

const removeMany = fc.uniqueArray(key, { minLength: 1, maxLength: 5 }).map(
  (list) =>
    new Step(`delete ${list.join(', ')}`, async (memory, real) => {
      const objects = list.map((name) => `<Object><Key>${escaped(name)}</Key></Object>`)
      const body = `<Delete>${objects.join('')}</Delete>`
      const sum = Buffer.from(md5(Buffer.from(body)), 'hex').toString('base64')
      const plan = { method: 'POST', path: `/${real.bucket}`, query: { delete: '' }, body }
      const heard = await real.client.send({ ...plan, headers: { 'content-md5': sum } })
      assert.equal(heard.status, 200)
      assert.deepEqual(found(heard, 'Key').toSorted(), list.toSorted())
      for (const name of list) memory.objects.delete(name)
    }),
)

const copy = fc.record({ from: key, to: key, told: fc.option(fc.constantFrom('x', 'y')) }).map(
  ({ from, to, told }) =>
    new Step(`copy ${from} to ${to} ${told ?? ''}`, async (memory, real) => {
      const headers = {
        'x-amz-copy-source': path(real, from),
        ...(told && { 'x-amz-metadata-directive': 'REPLACE', 'x-amz-meta-told': told }),
      }
      const heard = await real.client.send({ path: path(real, to), headers, body: '' })
      const source = memory.objects.get(from)
      if (source === undefined) return expectError(heard, 404, 'NoSuchKey')
      if (from === to && told === null) return expectError(heard, 400, 'InvalidRequest')
      assert.equal(heard.status, 200)
      const etag = unquoted(element(heard, 'ETag'))
      memory.objects.set(to, { bytes: source.bytes, etag, told: told ?? source.told })
    }),
)

const list = fc
  .record({
    prefix: fc.constantFrom('', 'a', 'a/', '_', 'none'),
    delimiter: fc.constantFrom('', '/', '//'),
    after: fc.constantFrom('', 'a', 'b', 'é'),
    pageKeys: fc.constantFrom(1, 2, 3, 1000),
  })
  .map(({ pageKeys, ...asked }) => {
    const says = `list ${asked.prefix} by ${asked.delimiter} after ${asked.after}, ${pageKeys} a page`
    return new Step(says, async (memory, real) => {
      const { keys, prefixes } = listed(memory, asked)
      const seen: Heard[] = []
      let token = ''
      do {
        const query = {
          'list-type': '2',
          'max-keys': String(pageKeys),
          ...(asked.prefix && { prefix: asked.prefix }),
          ...(asked.delimiter && { delimiter: asked.delimiter }),
          ...(asked.after && { 'start-after': asked.after }),
          ...(token && { 'continuation-token': token }),
        }
        const heard = await real.client.send({ path: `/${real.bucket}`, query })
        assert.equal(heard.status, 200)
        seen.push(heard)
        token = unescaped(element(heard, 'NextContinuationToken'))
      } while (token !== '')
      const sizes = seen.map((heard) => Number(element(heard, 'KeyCount')))
      assert.deepEqual(
        sizes.slice(0, -1),
        Array.from({ length: seen.length - 1 }, () => pageKeys),
      )
      assert.deepEqual(
        seen.flatMap((heard) => found(heard, 'Key')),
        keys,
      )
      const groups = seen
        .flatMap((heard) => found(heard, 'Prefix'))
        .filter((one) => one !== asked.prefix)
      assert.deepEqual(
        inOrder(groups),
        prefixes.filter((one) => one !== asked.prefix),
      )
    })
  })

export function found(heard: Heard, name: string): string[] {
  const text = heard.body.toString()
  return [...text.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, value = '']) =>
    unescaped(value),
  )
}

const entities = [
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
] as const

function escaped(text: string): string {
  return entities.reduce((sum, [char, entity]) => sum.replaceAll(char, entity), text)
}

function unescaped(text: string): string {
  const whole = entities
    .toReversed()
    .reduce((sum, [char, entity]) => sum.replaceAll(entity, char), text)
  return whole.replaceAll('&apos;', "'").replaceAll('&#34;', '"')
}

export const objectCommands: ReadonlyArray<fc.Arbitrary<Step>> = [
  put,
  put,
  get,
  head,
  remove,
  removeMany,
  copy,
  list,
]
