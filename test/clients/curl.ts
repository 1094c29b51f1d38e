/**
 * One request by curl, signed by curl itself.
 *
 * curl before 8 signs a query as it is given: its parameters must be in order and each needs its `=`. The header that
 * says how the body is signed, which S3 insists on, it sends only when told.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestServer } from '../harness/server.ts'
import { runToSuccess } from './program.ts'

export interface CurlRequest {
  readonly method: string
  /** Path and query, already encoded. */
  readonly target: string
  readonly body?: Uint8Array
  /** The body comes through standard input, so that curl does not know its length. */
  readonly pipe?: boolean
  /** `Name: value` each. */
  readonly headers?: readonly string[]
}

export interface CurlAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Buffer
  readonly text: string
}

export async function curl(
  program: string,
  server: TestServer,
  request: CurlRequest,
): Promise<CurlAnswer> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-curl-'))
  try {
    const { accessKeyId, secretAccessKey } = server.keys
    const options = {
      request: request.method,
      'aws-sigv4': `aws:amz:${server.region}:s3`,
      user: `${accessKeyId}:${secretAccessKey}`,
      'dump-header': join(folder, 'headers'),
      output: join(folder, 'answer'),
    }
    const words = [
      '--silent',
      '--show-error',
      ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
      ...['x-amz-content-sha256: UNSIGNED-PAYLOAD', ...(request.headers ?? [])].flatMap(
        (header) => ['--header', header],
      ),
      ...(await bodyWords(folder, request)),
      `${server.endpoint}${request.target}`,
    ]
    await runToSuccess(program, words, request.pipe === true ? { input: bodyOf(request) } : {})
    const body = await readFile(join(folder, 'answer')).catch(() => Buffer.alloc(0))
    return {
      ...readHead(await readFile(join(folder, 'headers'), 'latin1')),
      body,
      text: body.toString(),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function bodyWords(folder: string, request: CurlRequest): Promise<string[]> {
  if (request.body === undefined) return []
  if (request.pipe === true) return ['--upload-file', '-']
  const file = join(folder, 'body')
  await writeFile(file, request.body)
  return request.method === 'PUT' ? ['--upload-file', file] : ['--data-binary', `@${file}`]
}

function bodyOf(request: CurlRequest): Uint8Array {
  return request.body ?? new Uint8Array()
}

/** The last head of the file: a `100 Continue` may come before it. */
function readHead(text: string): { status: number; headers: Headers } {
  const last = text.trim().split('\r\n\r\n').at(-1) ?? ''
  const [first = '', ...lines] = last.split('\r\n')
  const headers = new Headers(
    lines.map((line) => {
      const at = line.indexOf(':')
      return [line.slice(0, at), line.slice(at + 1).trim()]
    }),
  )
  return { status: Number(first.split(' ')[1]), headers }
}
