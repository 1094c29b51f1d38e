/**
 * The parts of a multipart/form-data body (RFC 7578, RFC 2046 §5.1.1), one after the other as they arrive. What stands around
 * the file is short by S3's rule; the file itself flows.
 */
import { kibibyte } from '../base/limits.ts'
import { S3Error } from '../model/errors.ts'
import { ByteReader } from './byte-reader.ts'

/** Everything before the file's own bytes, and everything but the contents after them. */
export const formBytesMax: number = 20 * kibibyte

export interface PartHead {
  /** Lower case; one char per byte. */
  readonly name: string
  /** As sent, one char per byte; undefined where the part has none. */
  readonly filename: string | undefined
}

export class FormParts {
  readonly #reader: ByteReader
  readonly #delimiter: Buffer
  #leftBytes = formBytesMax
  #isFirst = true

  constructor(body: AsyncIterable<Uint8Array>, boundary: string) {
    // The first delimiter has no line before it.
    this.#reader = new ByteReader(body, Buffer.from('\r\n'))
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
  }

  /**
   * The next part, whose contents must then be read; undefined after the last. Throws MalformedPOSTRequest and
   * MaxPostPreDataLengthExceededError.
   */
  async next(): Promise<PartHead | undefined> {
    if (this.#isFirst) await this.text()
    this.#isFirst = false
    if (!(await this.#entersPart())) return undefined
    let head: PartHead | undefined
    for (let line = await this.#line(); line !== '\r\n'; line = await this.#line()) {
      if (/^content-disposition:/i.test(line)) head = readDisposition(line)
    }
    if (head === undefined) throw malformed()
    return head
  }

  /** What the part holds, in runs. */
  contents(): AsyncGenerator<Uint8Array> {
    return this.#reader.until(this.#delimiter, malformed)
  }

  /** The same as text, one char per byte. */
  async text(): Promise<string> {
    let text = ''
    for await (const run of this.contents()) {
      this.#charge(run.length)
      text += Buffer.from(run.buffer, run.byteOffset, run.length).toString('latin1')
    }
    return text
  }

  /** Reads the contents and forgets them. */
  async skip(): Promise<void> {
    const runs = this.contents()
    while ((await runs.next()).done !== true);
  }

  /** From now on as much may come again as at the start. */
  renew(): void {
    this.#leftBytes = formBytesMax
  }

  /** The reader wants no more. */
  async close(): Promise<void> {
    await this.#reader.close()
  }

  /** Behind a delimiter: two hyphens end the form, and whatever follows them means nothing. */
  async #entersPart(): Promise<boolean> {
    this.#charge(this.#delimiter.length)
    let pair = ''
    while (pair.length < 2) {
      const run = await this.#reader.take(2 - pair.length)
      if (run === undefined) throw malformed()
      pair += String.fromCharCode(...run)
    }
    if (pair === '\r\n') return true
    if (pair !== '--') throw malformed()
    while ((await this.#reader.take(Infinity)) !== undefined);
    return false
  }

  async #line(): Promise<string> {
    const line = await this.#reader.line(this.#leftBytes)
    if (line === undefined) {
      const isOver = (await this.#reader.take(1)) === undefined
      throw isOver ? malformed() : tooLong()
    }
    this.#charge(line.length)
    if (!line.endsWith('\r\n')) throw malformed()
    return line
  }

  #charge(sizeBytes: number): void {
    this.#leftBytes -= sizeBytes
    if (this.#leftBytes < 0) throw tooLong()
  }
}

/** `name` in quotes or not; each quoted run is read once, so a long one takes no longer than it is. */
const parameter = /[ \t]*;[ \t]*([\w*-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/y

/** Undefined where the line is no disposition of a form's part. */
function readDisposition(line: string): PartHead | undefined {
  const [start] = /^content-disposition:[ \t]*form-data(?=[ \t;])/i.exec(line) ?? []
  if (start === undefined) return undefined
  const given = new Map<string, string>()
  parameter.lastIndex = start.length
  for (let end = start.length; end < line.trimEnd().length; end = parameter.lastIndex) {
    const [, name = '', quoted, plain = ''] = parameter.exec(line) ?? []
    if (name === '' || given.has(name.toLowerCase())) return undefined
    // A backslash stands for itself but before a quote: browsers once sent whole paths of Windows here.
    given.set(name.toLowerCase(), quoted?.replaceAll('\\"', '"') ?? plain)
  }
  const name = given.get('name')?.toLowerCase()
  return name === undefined ? undefined : { name, filename: given.get('filename') }
}

function malformed(): S3Error {
  return new S3Error('MalformedPOSTRequest')
}

function tooLong(): S3Error {
  return new S3Error('MaxPostPreDataLengthExceededError', {
    MaxPostPreDataLengthBytes: formBytesMax,
  })
}
