/** What the tests of the rows share: a real server, requests in exactly the wire form that a row speaks of, and answers taken apart. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { Answer } from '../harness/raw.ts'
import { startServer, type ServerOptions } from '../harness/server.ts'
import { signedRequest, type RequestPlan, type Signable } from '../harness/sign.ts'

export const bucket = 'rows'

export class Rows {
  readonly server: Signable
  readonly stop: () => Promise<void>

  constructor(server: Signable, stop: () => Promise<void>) {
    this.server = server
    this.stop = stop
  }

  /** A server process of its own, with the bucket in it. */
  static async start(options: ServerOptions = {}): Promise<Rows> {
    const server = await startServer(options)
    return Rows.on(server, () => server.stop())
  }

  static async on(server: Signable, stop: () => Promise<void>): Promise<Rows> {
    const rows = new Rows(server, stop)
    accepted(await rows.send({ method: 'PUT', path: `/${bucket}` }))
    return rows
  }

  send(plan: RequestPlan): Promise<Answer> {
    return signedRequest(this.server, plan)
  }

  /** Creates an upload; `headers` are those of CreateMultipartUpload. */
  async create(key: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
    const answer = await this.send({
      method: 'POST',
      path: `/${bucket}/${key}`,
      query: { uploads: '' },
      headers,
    })
    assert.equal(answer.status, 200, answer.text)
    return element(answer, 'UploadId') ?? ''
  }

  part(
    key: string,
    plan: RequestPlan & { readonly id: string; readonly number?: number | string },
  ): Promise<Answer> {
    const { id, number = 1 } = plan
    const query = { partNumber: String(number), uploadId: id }
    return this.send({ method: 'PUT', path: `/${bucket}/${key}`, query, body: 'a part', ...plan })
  }

  /** Completes with ETags as they are given, so that their quotes are the test's own. */
  complete(
    [key, id]: readonly [key: string, id: string],
    parts: ReadonlyArray<readonly [number: number, etag: string | undefined, more?: string]>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const list = parts.map(
      ([number, etag, more = '']) =>
        `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag>${more}</Part>`,
    )
    const body = `<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`
    return this.send({
      method: 'POST',
      path: `/${bucket}/${key}`,
      query: { uploadId: id },
      body,
      headers,
    })
  }

  parts(key: string, id: string): Promise<Answer> {
    return this.send({ path: `/${bucket}/${key}`, query: { uploadId: id } })
  }
}

const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  amp: '&',
}

/** The text of the first element of that name. */
export function element(answer: Answer, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(answer.text)?.[1]
  return text?.replaceAll(/&(lt|gt|quot|apos|amp);/g, (_, entity: string) => entities[entity] ?? '')
}

export interface Refusal {
  readonly code: string
  readonly status?: number
  readonly message?: string
  readonly elements?: Readonly<Record<string, string | number>>
}

/** The answer is this error, in these words and with these facts. */
export function refused(
  answer: Answer,
  { code, status = 400, message, elements = {} }: Refusal,
): void {
  assert.equal(answer.code, code, answer.text)
  assert.equal(answer.status, status, answer.text)
  if (message !== undefined) assert.equal(element(answer, 'Message'), message)
  for (const [name, value] of Object.entries(elements)) {
    assert.equal(element(answer, name), String(value), answer.text)
  }
}

/** The answer is a 200; the whole answer otherwise says why not. */
export function accepted(answer: Answer): Answer {
  assert.equal(answer.status, 200, answer.text)
  return answer
}

export function md5(bytes: string | Uint8Array, form: 'hex' | 'base64' = 'hex'): string {
  return createHash('md5').update(bytes).digest(form)
}

/** What a part number cannot be: out of range, or no decimal integer. */
export const noPartNumbers: readonly string[] = [
  '0',
  '-1',
  '10001',
  '1e3',
  '0x10',
  '+1',
  ' 1',
  '1.0',
  '12abc',
  '',
  '9007199254740993',
]

/** Big enough that no part of it can lie in the table of small bytes. */
export const partMin: number = 5 * 1024 * 1024
