/**
 * A small Vault: the transit engine's key, encrypt and decrypt calls over HTTP, with the statuses and sentences of the
 * real one (Vault 1.21), faults on demand, and a record of what it was asked.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'

interface Key {
  readonly type: string
  readonly versions: Buffer[]
  minimum: number
}

type Body = Readonly<Record<string, unknown>>
type Answer = readonly [status: number, body: object | undefined]

const route = /^(?<verb>GET|POST) \/v1\/transit\/(?<what>keys|encrypt|decrypt)\/(?<name>[\w.-]+)$/

export class VaultDouble implements AsyncDisposable {
  /** What it takes for a token. */
  token = 'root-token'
  /** Answers with these, in order, before it goes on as usual; 0 breaks the connection, -1 never answers. */
  readonly faults: number[] = []
  /** Every question: method, path, and the namespace. */
  readonly asked: Array<{ readonly line: string; readonly namespace: string | undefined }> = []
  readonly #keys = new Map<string, Key>()
  readonly #isSecure: boolean
  readonly #server: Server

  /** With a certificate and its key (PEM) it speaks https. */
  static async start(tls?: { readonly cert: string; readonly key: string }): Promise<VaultDouble> {
    const vault = new VaultDouble(tls)
    vault.#server.listen(0, '127.0.0.1')
    await once(vault.#server, 'listening')
    return vault
  }

  private constructor(tls: { readonly cert: string; readonly key: string } | undefined) {
    const serve = (request: IncomingMessage, response: ServerResponse): void =>
      void this.#serve(request, response)
    this.#isSecure = tls !== undefined
    this.#server = tls === undefined ? createServer(serve) : createSecureServer(tls, serve)
  }

  get address(): string {
    return `${this.#isSecure ? 'https' : 'http'}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  create(name: string, type = 'aes256-gcm96'): void {
    this.#keys.set(name, { type, versions: [randomBytes(32)], minimum: 1 })
  }

  has(name: string): boolean {
    return this.#keys.has(name)
  }

  rotate(name: string): void {
    this.#key(name).versions.push(randomBytes(32))
  }

  setMinimum(name: string, version: number): void {
    this.#key(name).minimum = version
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  #key(name: string): Key {
    const key = this.#keys.get(name)
    if (key === undefined) throw new Error(`the double has no key ${name}`)
    return key
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request
    const chunks = await Array.fromAsync(request as AsyncIterable<Buffer>)
    const namespace = headers['x-vault-namespace'] as string | undefined
    this.asked.push({ line: `${method} ${url}`, namespace })
    const fault = this.faults.shift()
    if (fault === 0) request.socket.destroy()
    if (fault === 0 || fault === -1) return
    const text = Buffer.concat(chunks).toString()
    const [status, body] =
      fault !== undefined
        ? refusal(fault, 'a planted fault')
        : headers['x-vault-token'] !== this.token
          ? refusal(403, 'permission denied')
          : this.#answer(`${method} ${url}`, text === '' ? {} : (JSON.parse(text) as Body))
    response.writeHead(status, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify(body))
  }

  #answer(line: string, body: Body): Answer {
    const { verb, what, name = '' } = route.exec(line)?.groups ?? {}
    if (verb === 'GET' && what === 'keys') return this.#read(name)
    if (verb === 'POST' && what === 'keys') {
      if (!this.has(name)) this.create(name, String(body['type']))
      return this.#read(name)
    }
    if (verb === 'POST' && what === 'encrypt') return this.#encrypt(name, body)
    if (verb === 'POST' && what === 'decrypt') return this.#decrypt(name, body)
    return refusal(404, 'no handler for route')
  }

  #read(name: string): Answer {
    const key = this.#keys.get(name)
    if (key === undefined) return refusal(404)
    return said({
      name,
      type: key.type,
      derived: false,
      deletion_allowed: false,
      latest_version: key.versions.length,
      min_decryption_version: key.minimum,
      min_encryption_version: 0,
      supports_encryption: true,
      supports_decryption: true,
    })
  }

  /** As the real one does for a caller who may: a key that is not there is made. */
  #encrypt(name: string, body: Body): Answer {
    if (!this.has(name)) this.create(name)
    const { versions } = this.#key(name)
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', versions.at(-1) ?? '', nonce)
    cipher.setAAD(bytesOf(body['associated_data']))
    const sealed = [nonce, cipher.update(bytesOf(body['plaintext']))]
    sealed.push(cipher.final(), cipher.getAuthTag())
    const ciphertext = `vault:v${versions.length}:${Buffer.concat(sealed).toString('base64')}`
    return said({ ciphertext, key_version: versions.length })
  }

  #decrypt(name: string, body: Body): Answer {
    const text = typeof body['ciphertext'] === 'string' ? body['ciphertext'] : ''
    const key = this.#keys.get(name)
    if (text === '') return refusal(400, 'missing ciphertext to decrypt')
    if (key === undefined) return refusal(400, 'encryption key not found')
    if (!text.startsWith('vault:v')) return refusal(400, 'invalid ciphertext: no prefix')
    const [, number, sealed = ''] = /^vault:v(\d+):(.*)$/s.exec(text) ?? []
    if (number === undefined) return refusal(400, 'invalid ciphertext: wrong number of fields')
    if (Number(number) > key.versions.length)
      return refusal(400, 'invalid ciphertext: version is too new')
    if (Number(number) < key.minimum)
      return refusal(400, 'ciphertext or signature version is disallowed by policy (too old)')
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(sealed))
      return refusal(400, 'invalid ciphertext: could not decode base64')
    const material = key.versions[Number(number) - 1] ?? ''
    return open(material, bytesOf(sealed), bytesOf(body['associated_data']))
  }
}

function open(material: Buffer | string, sealed: Buffer, binding: Buffer): Answer {
  if (sealed.length < 28) return refusal(400, 'invalid ciphertext length')
  const decipher = createDecipheriv('aes-256-gcm', material, sealed.subarray(0, 12))
  decipher.setAAD(binding)
  decipher.setAuthTag(sealed.subarray(-16))
  const plain = decipher.update(sealed.subarray(12, -16))
  try {
    decipher.final()
  } catch {
    return refusal(400, 'cipher: message authentication failed')
  }
  return said({ plaintext: plain.toString('base64') })
}

function said(data: object): Answer {
  return [200, { request_id: 'double', lease_id: '', renewable: false, data, warnings: null }]
}

function refusal(status: number, ...errors: string[]): Answer {
  return [status, { errors }]
}

function bytesOf(text: unknown): Buffer {
  return Buffer.from(String(text), 'base64')
}
