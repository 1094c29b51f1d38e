/**
 * Requests signed by somebody else's code (`@smithy/signature-v4`, as the AWS SDK uses it), so that ours is never judged by
 * itself. Only the framing and the signatures of aws-chunked bodies are made here, from S3's documentation.
 */
import { createHash, createHmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import { sendRequest, httpChunks, type Answer, type Target, type WireRequest } from './raw.ts'

export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

/** What `startServer` gives is one. */
export interface Signable extends Target {
  readonly region: string
  readonly keys: Keys
}

export const payloadForms = [
  'sha256',
  'unsigned',
  'streaming',
  'streaming-trailer',
  'streaming-unsigned-trailer',
] as const
export type PayloadForm = (typeof payloadForms)[number]

export interface RequestPlan {
  /** GET, or PUT where there is a body. */
  readonly method?: string | undefined
  /** As it goes on the wire, percent-encoded. */
  readonly path?: string | undefined
  /** Decoded; a list where a name comes more than once or the order matters. */
  readonly query?: Readonly<Record<string, string>> | ReadonlyArray<readonly [string, string]>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | undefined
  /** 'sha256', or 'unsigned' where the request is presigned. */
  readonly payload?: PayloadForm | undefined
  /** Announced by x-amz-trailer and sent after the body. */
  readonly trailer?: readonly [name: string, value: string] | undefined
  readonly chunkBytes?: number | undefined
  /** HTTP chunks in place of Content-Length, as the SDKs send streams. */
  readonly httpChunked?: boolean | undefined
  /** In the query, valid so many seconds. */
  readonly presign?: number | undefined
  /** Names of headers that are signed although signers leave them out, as Connection. */
  readonly signable?: readonly string[] | undefined
  /** Another Host than the one that is dialled. */
  readonly host?: string | undefined
  readonly keys?: Keys | undefined
  readonly region?: string | undefined
  readonly service?: string | undefined
  readonly date?: Date | undefined
  /** Changes what was signed before it is sent. */
  readonly alter?: (request: WireRequest) => WireRequest
}

/** Signs, sends on a connection of its own and reads the answer. */
export async function signedRequest(server: Signable, plan: RequestPlan): Promise<Answer> {
  return await sendRequest(server, await signRequest(server, plan))
}

export async function signRequest(server: Signable, plan: RequestPlan): Promise<WireRequest> {
  const body = Buffer.from(plan.body ?? '')
  const method = plan.method ?? (plan.body === undefined ? 'GET' : 'PUT')
  const form = plan.payload ?? (plan.presign === undefined ? 'sha256' : 'unsigned')
  const headers: Record<string, string> = {
    host: plan.host ?? `${server.host}:${server.port}`,
    ...plan.headers,
    ...payloadHeaders(form, body, plan),
  }
  const when = plan.date ?? new Date()
  const signer = signerFor(server, plan)
  const query = queryBag(plan.query)
  const path = plan.path ?? '/'
  const request = { method, protocol: 'http:', hostname: server.host, path, query, headers }
  const signed =
    plan.presign === undefined
      ? await signer.sign(request, { signingDate: when, ...signableOf(plan) })
      : await signer.presign(request, { signingDate: when, expiresIn: plan.presign })
  const seed =
    /Signature=([0-9a-f]{64})/.exec(signed.headers['authorization'] ?? '')?.[1] ??
    String(signed.query?.['X-Amz-Signature'] ?? '')
  const framed = form.startsWith('streaming')
    ? frameChunks(body, { form, plan, seed, scope: scopeOf(server, plan, when) })
    : body
  const wire = {
    method,
    target: targetOf(path, signed.query ?? {}),
    headers: [...Object.entries(signed.headers), ...lengthHeaders(framed, plan)],
    body: plan.httpChunked === true ? httpChunks(framed) : framed,
  }
  return plan.alter === undefined ? wire : plan.alter(wire)
}

/** The same request with one header field set to `value`, or removed. */
export function withHeader(
  request: WireRequest,
  name: string,
  value: string | undefined,
): WireRequest {
  const others = request.headers.filter(([other]) => other.toLowerCase() !== name.toLowerCase())
  return { ...request, headers: value === undefined ? others : [...others, [name, value]] }
}

function signableOf({ signable }: RequestPlan): { signableHeaders?: Set<string> } {
  return signable === undefined ? {} : { signableHeaders: new Set(signable) }
}

function lengthHeaders(body: Uint8Array, plan: RequestPlan): Array<[string, string]> {
  if (plan.httpChunked === true) return [['transfer-encoding', 'chunked']]
  return plan.body === undefined ? [] : [['content-length', String(body.length)]]
}

function signerFor(server: Signable, plan: RequestPlan): SignatureV4 {
  const { accessKeyId, secretAccessKey, sessionToken } = plan.keys ?? server.keys
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
  return new SignatureV4({
    service: plan.service ?? 's3',
    region: plan.region ?? server.region,
    credentials,
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: false,
  })
}

type HashInput = string | ArrayBuffer | ArrayBufferView

/** The hash that the signer asks for, keyed where it derives a key. */
class Sha256 {
  readonly #key: Uint8Array | undefined
  #parts: Uint8Array[] = []

  constructor(secret?: HashInput) {
    this.#key = secret === undefined ? undefined : bytesOf(secret)
  }

  update(data: Uint8Array | string): void {
    this.#parts.push(bytesOf(data))
  }

  digest(): Promise<Uint8Array> {
    const hash = this.#key === undefined ? createHash('sha256') : createHmac('sha256', this.#key)
    for (const part of this.#parts) hash.update(part)
    return Promise.resolve(hash.digest())
  }

  reset(): void {
    this.#parts = []
  }
}

function bytesOf(data: HashInput): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data)
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

const payloadNames: Readonly<Record<PayloadForm, string>> = {
  sha256: '',
  unsigned: 'UNSIGNED-PAYLOAD',
  streaming: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  'streaming-trailer': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
  'streaming-unsigned-trailer': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
}

function payloadHeaders(
  form: PayloadForm,
  body: Uint8Array,
  plan: RequestPlan,
): Record<string, string> {
  const name = plan.presign === undefined ? 'x-amz-content-sha256' : 'X-Amz-Content-Sha256'
  const hash = payloadNames[form] || createHash('sha256').update(body).digest('hex')
  const given = plan.headers?.['x-amz-content-sha256']
  if (!form.startsWith('streaming')) return { [name]: given ?? hash }
  return {
    [name]: given ?? hash,
    'content-encoding': plan.headers?.['content-encoding'] ?? 'aws-chunked',
    'x-amz-decoded-content-length': String(body.length),
    ...(plan.trailer && { 'x-amz-trailer': plan.trailer[0] }),
    ...pick(plan.headers, 'x-amz-decoded-content-length'),
    ...pick(plan.headers, 'x-amz-trailer'),
  }
}

function pick(
  headers: Readonly<Record<string, string>> | undefined,
  name: string,
): Record<string, string> {
  const value = headers?.[name]
  return value === undefined ? {} : { [name]: value }
}

interface ChunkScope {
  readonly secret: Uint8Array
  readonly timestamp: string
  readonly text: string
}

function scopeOf(server: Signable, plan: RequestPlan, when: Date): ChunkScope {
  const timestamp = `${when.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
  const { secretAccessKey } = plan.keys ?? server.keys
  const steps = [
    timestamp.slice(0, 8),
    plan.region ?? server.region,
    plan.service ?? 's3',
    'aws4_request',
  ]
  const secret = steps.reduce<Uint8Array>(
    (key, step) => createHmac('sha256', key).update(step).digest(),
    Buffer.from(`AWS4${secretAccessKey}`),
  )
  return { secret, timestamp, text: steps.join('/') }
}

interface Frame {
  readonly form: PayloadForm
  readonly plan: RequestPlan
  readonly seed: string
  readonly scope: ChunkScope
}

/** The body as aws-chunked: signed unless the form says otherwise, with its trailer where the plan has one. */
function frameChunks(body: Uint8Array, { form, plan, seed, scope }: Frame): Buffer {
  const signed = form !== 'streaming-unsigned-trailer'
  let previous = seed
  const sign = (kind: string, digests: readonly string[]): string => {
    const text = [`AWS4-HMAC-SHA256-${kind}`, scope.timestamp, scope.text, previous, ...digests]
    previous = createHmac('sha256', scope.secret).update(text.join('\n')).digest('hex')
    return previous
  }
  const pieces: Uint8Array[] = []
  for (const run of runsOf(body, plan.chunkBytes ?? 64 * 1024)) {
    const signature = signed ? `;chunk-signature=${sign('PAYLOAD', [sha256(''), sha256(run)])}` : ''
    pieces.push(Buffer.from(`${run.length.toString(16)}${signature}\r\n`))
    if (run.length > 0) pieces.push(run, Buffer.from('\r\n'))
  }
  if (plan.trailer !== undefined) {
    const line = plan.trailer.join(':')
    pieces.push(Buffer.from(`${line}\r\n`))
    const signature = signed ? sign('TRAILER', [sha256(`${line}\n`)]) : undefined
    if (signature) pieces.push(Buffer.from(`x-amz-trailer-signature:${signature}\r\n`))
  }
  return Buffer.concat([...pieces, Buffer.from('\r\n')])
}

/** What goes into each chunk; the last one is empty. */
function runsOf(body: Uint8Array, chunkBytes: number): Uint8Array[] {
  const count = Math.ceil(body.length / chunkBytes)
  const starts = Array.from({ length: count + 1 }, (_, index) => index * chunkBytes)
  return starts.map((start) => body.subarray(start, start + chunkBytes))
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

function queryBag(query: RequestPlan['query']): Record<string, string | string[]> {
  const pairs = Array.isArray(query) ? query : Object.entries(query ?? {})
  const bag: Record<string, string | string[]> = {}
  for (const [name, value] of pairs) {
    const earlier = bag[name]
    bag[name] = earlier === undefined ? value : [earlier, value].flat()
  }
  return bag
}

function targetOf(path: string, query: Readonly<Record<string, string | string[] | null>>): string {
  const fields = Object.entries(query).flatMap(([name, values]) =>
    [values ?? ''].flat().map((value) => `${encode(name)}=${encode(value)}`),
  )
  return fields.length === 0 ? path : `${path}?${fields.join('&')}`
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
