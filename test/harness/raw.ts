/** HTTP/1.1 by hand, for requests that no client library would send. A connection is kept alive as long as the server likes. */
import { connect, type Socket } from 'node:net'

export interface Target {
  readonly host: string
  readonly port: number
}

export interface Answer {
  readonly status: number
  /** By lower-case name; repeated fields joined with ', '. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** The body as UTF-8. */
  readonly text: string
  /** What stands in `<Code>`. */
  readonly code: string | undefined
  /** Statuses of the 1xx answers that came before. */
  readonly interim: readonly number[]
}

export interface WireRequest {
  readonly method: string
  /** Path and query as they go on the wire. */
  readonly target: string
  /** Written in this order; Content-Length is yours to give. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  readonly body?: Uint8Array | undefined
}

/** Sends `bytes` (text: one byte per char) on a connection of their own and reads one answer. */
export async function sendRaw(
  target: Target,
  bytes: string | Uint8Array,
  method = 'GET',
): Promise<Answer> {
  await using connection = await RawConnection.open(target)
  connection.send(bytes)
  return await connection.answer(method)
}

export async function sendRequest(target: Target, request: WireRequest): Promise<Answer> {
  return await sendRaw(target, requestBytes(request), request.method)
}

/** Sends the head alone: what is answered before a byte of the body was there. */
export async function sendHead(target: Target, request: WireRequest): Promise<Answer> {
  return await sendRequest(target, { ...request, body: undefined })
}

export function requestBytes({ method, target, headers, body }: WireRequest): Uint8Array {
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ]
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  return body === undefined ? head : Buffer.concat([head, body])
}

/** `bytes` in HTTP's own chunks, to be sent with `Transfer-Encoding: chunked`. */
export function httpChunks(bytes: Uint8Array, chunkBytes: number = 64 * 1024): Uint8Array {
  const pieces: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const piece = bytes.subarray(at, at + chunkBytes)
    pieces.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'))
  }
  return Buffer.concat([...pieces, Buffer.from('0\r\n\r\n')])
}

export class RawConnection implements AsyncDisposable {
  readonly #socket: Socket
  #held: Buffer = Buffer.alloc(0)
  #failure: Error | undefined
  #ended = false
  #wake: () => void = () => {}

  static async open({ host, port }: Target): Promise<RawConnection> {
    const socket = connect({ host, port, noDelay: true })
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', reject)
    })
    return new RawConnection(socket)
  }

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (bytes: Buffer) => {
      this.#held = Buffer.concat([this.#held, bytes])
      this.#wake()
    })
    const ended = (failure?: Error): void => {
      this.#failure = failure
      this.#ended = true
      this.#wake()
    }
    socket.on('end', () => ended())
    socket.on('close', () => ended())
    socket.on('error', ended)
  }

  /** The server has closed its side and everything was read. */
  get ended(): boolean {
    return this.#ended && this.#held.length === 0
  }

  send(bytes: string | Uint8Array): void {
    this.#socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  }

  /** Ends our side; the server may still answer. */
  finish(): void {
    this.#socket.end()
  }

  /** Breaks the connection, as a client that is switched off. */
  cut(): void {
    this.#socket.resetAndDestroy()
  }

  /** The next final answer; `method` is that of its request. Rejects when the server ends before it is whole. */
  async answer(method = 'GET'): Promise<Answer> {
    const interim: number[] = []
    for (;;) {
      const { status, headers } = await this.#head()
      if (status >= 200) {
        const body = await this.#body(method, status, headers)
        const text = body.toString()
        const code = /<Code>([^<]*)<\/Code>/.exec(text)?.[1]
        return { status, headers, body, text, code, interim }
      }
      interim.push(status)
    }
  }

  /** Resolves when the server has asked for the body with 100 Continue: the request is under way. The next `answer` tells of it. */
  async continued(): Promise<void> {
    while (this.#held.indexOf('\r\n\r\n') < 0) await this.#more()
    const said = this.#held.toString('latin1')
    if (!said.startsWith('HTTP/1.1 100 ')) throw new Error(`not 100 Continue: ${said}`)
  }

  /** Resolves when the server has closed the connection. */
  async closed(): Promise<void> {
    while (!this.#ended) await this.#more()
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy()
    return Promise.resolve()
  }

  async #head(): Promise<Pick<Answer, 'status' | 'headers'>> {
    const [statusLine = '', ...lines] = (await this.#through('\r\n\r\n')).trimEnd().split('\r\n')
    const status = Number(/^HTTP\/1\.1 (\d{3})(?: |$)/.exec(statusLine)?.[1])
    if (Number.isNaN(status)) throw new Error(`not a status line: ${statusLine}`)
    const headers: Record<string, string> = {}
    for (const line of lines) {
      const colon = line.indexOf(':')
      const name = line.slice(0, colon).toLowerCase()
      const value = line.slice(colon + 1).trim()
      headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
    }
    return { status, headers }
  }

  async #body(method: string, status: number, headers: Answer['headers']): Promise<Buffer> {
    if (method === 'HEAD' || status === 204 || status === 304) return Buffer.alloc(0)
    if (headers['transfer-encoding'] !== undefined) return await this.#chunks()
    const length = headers['content-length']
    if (length !== undefined) return await this.#exactly(Number(length))
    await this.closed()
    return this.#cut(this.#held.length)
  }

  async #chunks(): Promise<Buffer> {
    const pieces: Buffer[] = []
    for (;;) {
      const size = Number.parseInt(await this.#through('\r\n'), 16)
      pieces.push(await this.#exactly(size))
      await this.#through('\r\n')
      if (size === 0) return Buffer.concat(pieces)
    }
  }

  async #through(mark: string): Promise<string> {
    for (;;) {
      const at = this.#held.indexOf(mark)
      if (at >= 0) return this.#cut(at + mark.length).toString('latin1')
      await this.#more()
    }
  }

  async #exactly(lengthBytes: number): Promise<Buffer> {
    while (this.#held.length < lengthBytes) await this.#more()
    return this.#cut(lengthBytes)
  }

  #cut(lengthBytes: number): Buffer {
    const bytes = this.#held.subarray(0, lengthBytes)
    this.#held = this.#held.subarray(lengthBytes)
    return bytes
  }

  async #more(): Promise<void> {
    if (this.#ended) throw this.#failure ?? new Error('the server closed the connection')
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
  }
}
