/** HTTP calls to HashiCorp Vault or OpenBao: one question at a time, each with an end, repeated where that may help. */
import type { Agent, IncomingMessage } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { gather } from '../../base/gather.ts'
import { http } from '../../base/http.ts'
import { mebibyte } from '../../base/limits.ts'
import { KeyStoreUnavailable } from './store.ts'

export interface VaultClientOptions {
  /** e.g. https://vault.example.com:8200; a path in it stands before `/v1`. */
  readonly address: URL
  /** What signs the questions in, read anew when Vault no longer takes it. */
  readonly token: () => string
  readonly namespace: string | undefined
  /** Certificate authorities (PEM) that are trusted instead of the usual ones. */
  readonly ca: string | undefined
  /** Resolves between two attempts. */
  readonly wait?: (ms: number) => Promise<unknown>
  readonly attemptMs?: number
}

export interface VaultAnswer {
  /** 2xx, 400 or 404. */
  readonly status: number
  readonly data: Readonly<Record<string, unknown>>
  /** Vault's own sentences; empty where it found nothing to say. */
  readonly errors: readonly string[]
}

interface RawAnswer {
  readonly status: number
  readonly text: string
}

/** One attempt, from the first byte sent to the last one read. */
const attemptMsUsual = 5_000
const attemptsMax = 3
const betweenAttemptsMs: readonly number[] = [100, 400]
const answerBytesMax = mebibyte
const socketsMax = 64
/** Eventual consistency (412), too many questions (429), a standby, a sealed Vault, and whatever fails in it. */
const mayPass = (status: number): boolean => status === 412 || status === 429 || status >= 472

export class VaultClient implements Disposable {
  readonly #options: VaultClientOptions
  readonly #agent: Agent
  #token: string

  constructor(options: VaultClientOptions) {
    const { address, ca } = options
    this.#options = options
    this.#token = options.token()
    const sockets = { keepAlive: true, maxSockets: socketsMax }
    this.#agent =
      address.protocol === 'https:'
        ? new SecureAgent({ ...sockets, ...(ca === undefined ? {} : { ca }) })
        : new http.Agent(sockets)
  }

  /** `path` stands after `/v1/`, its names encoded. Rejects with KeyStoreUnavailable. */
  async ask(method: 'GET' | 'POST', path: string, body?: object): Promise<VaultAnswer> {
    const { wait = sleep } = this.#options
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#attempt(method, path, body).catch(
        (error: unknown) => error as Error,
      )
      const isPassing = answer instanceof Error || mayPass(answer.status)
      if (isPassing && attempt < attemptsMax) {
        await wait(betweenAttemptsMs[attempt - 1] ?? 0)
        continue
      }
      if (answer instanceof Error) throw this.#unreachable(answer)
      return this.#read(answer, path)
    }
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }

  async #attempt(method: 'GET' | 'POST', path: string, body?: object): Promise<RawAnswer> {
    const answer = await this.#send(method, path, body)
    if (answer.status !== 403) return answer
    // A token that was renewed lies in its file already.
    this.#token = this.#options.token()
    return this.#send(method, path, body)
  }

  async #send(method: 'GET' | 'POST', path: string, body?: object): Promise<RawAnswer> {
    const { address, namespace, attemptMs = attemptMsUsual } = this.#options
    const text = body === undefined ? undefined : JSON.stringify(body)
    const options = {
      method,
      agent: this.#agent,
      signal: AbortSignal.timeout(attemptMs),
      headers: {
        'X-Vault-Token': this.#token,
        'X-Vault-Request': 'true',
        ...(namespace === undefined ? {} : { 'X-Vault-Namespace': namespace }),
        ...(text === undefined
          ? {}
          : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }),
      },
    }
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const send = address.protocol === 'https:' ? secureRequest : http.request
    const prefix = address.href.replace(/\/+$/, '')
    send(`${prefix}/v1/${path}`, options, resolve).on('error', reject).end(text)
    const message = await promise
    const bytes = await gather(message, answerBytesMax)
    if (bytes === undefined) {
      message.destroy()
      throw new Error('its answer is too long')
    }
    return { status: message.statusCode ?? 0, text: Buffer.from(bytes).toString() }
  }

  #read({ status, text }: RawAnswer, path: string): VaultAnswer {
    const found = parse(text)
    const errors = (found['errors'] as readonly unknown[] | undefined)?.map(String) ?? []
    if (status === 403) {
      throw new KeyStoreUnavailable(
        `Vault does not let this server use ${path} (403). Check that its token lives, and that the token's policy allows it.`,
      )
    }
    if (status >= 300 && status < 400) {
      throw new KeyStoreUnavailable(
        `Vault at ${this.#options.address.host} sends elsewhere (${status}). Name its active node, or what stands in front of it, with --vault-address.`,
      )
    }
    const isAnswer = (status >= 200 && status < 300) || status === 400 || status === 404
    if (!isAnswer) throw this.#unreachable(new Error(`it answers ${status} ${errors.join('; ')}`))
    const data = (found['data'] as Record<string, unknown> | null | undefined) ?? {}
    return { status, data, errors }
  }

  #unreachable(error: Error): KeyStoreUnavailable {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'ABORT_ERR' ? 'no answer in time' : (code ?? error.message)
    return new KeyStoreUnavailable(
      `Vault at ${this.#options.address.host} gives no answer (${why.trim()}). Check that it runs, is unsealed, and can be reached from here.`,
    )
  }
}

/** An answer of anything but Vault says nothing. */
function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const found: unknown = JSON.parse(text)
    return typeof found === 'object' && found !== null ? { ...found } : {}
  } catch {
    return {}
  }
}
