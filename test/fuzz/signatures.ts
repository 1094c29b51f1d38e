/**
 * Our canonicaliser against the AWS SDK's signer (row A13): what that signs is accepted, and the same request with one byte
 * replaced, inserted or removed anywhere is refused, in the head or in a body that is sealed.
 */
import { identify, type Identity } from '../../src/identity/identify.ts'
import { S3Error } from '../../src/model/errors.ts'
import { readAddress } from '../../src/wire/address.ts'
import { openBody } from '../../src/wire/body.ts'
import { chance, type Proof, type Run, type Scale } from '../crash/proof.ts'
import { exampleKey, exchangeOf, realmAt, temporaryKey } from '../harness/exchange.ts'
import type { WireRequest } from '../harness/raw.ts'
import { signRequest, type PayloadForm, type RequestPlan, type Signable } from '../harness/sign.ts'
import { meaningOf } from './meaning.ts'
import type { Random } from './mutate.ts'

const requestsOf: Readonly<Record<Scale, number>> = { ci: 2500, nightly: 25_000, release: 100_000 }
const mutationsEach = 10
const millisecondsInMinute = 60_000

const now = new Date('2026-11-20T12:00:00Z')
const realm = realmAt(now)
const server: Signable = { host: 'localhost', port: 9000, region: 'us-east-1', keys: exampleKey }

export async function proveSignatures(run: Run): Promise<Proof> {
  const signatures = new Signatures(chance(run.seed))
  const requests = requestsOf[run.scale]
  const until = performance.now() + (run.minutes ?? Infinity) * millisecondsInMinute
  const { figures, violations } = signatures
  while (figures.agreed < requests && violations.length === 0 && performance.now() < until) {
    await signatures.round()
    if (figures.agreed % 5000 === 0) run.progress(JSON.stringify(figures))
  }
  return { figures: { asked: requests, ...figures }, violations }
}

interface Signed {
  readonly request: WireRequest
  /** What was read of it. */
  readonly said: string
}

class Signatures {
  readonly violations: string[] = []
  /** `alike` are changes that leave the meaning as it was: the case of a hex digit, a space that nobody signs. */
  readonly figures = { agreed: 0, refusedHeads: 0, refusedBodies: 0, alike: 0 }
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  async round(): Promise<void> {
    const plan = this.#plan()
    const request = await signRequest(server, plan)
    let said: string
    try {
      said = await read(request)
    } catch (error) {
      this.violations.push(`refused: ${String(error)}: ${JSON.stringify(plan)}`)
      return
    }
    this.figures.agreed += 1
    for (let done = 0; done < mutationsEach && this.violations.length === 0;) {
      const ofBody = sealed(plan) && this.#random() < 0.2
      const changed = ofBody ? this.#changedBody(request) : this.#changedHead(request)
      if (await this.#isRefused(changed, { request, said }, ofBody)) done += 1
    }
  }

  async #isRefused(changed: WireRequest, signed: Signed, ofBody: boolean): Promise<boolean> {
    try {
      if (!ofBody) accept(changed)
      const isAlike = ofBody
        ? (await read(changed)) === signed.said
        : meaningOf(changed) === meaningOf(signed.request)
      if (isAlike) this.figures.alike += 1
      else this.violations.push(`accepted: ${shown(changed)}\nsigned: ${shown(signed.request)}`)
      return false
    } catch (error) {
      if (!(error instanceof S3Error)) this.violations.push(`${String(error)}: ${shown(changed)}`)
      this.figures[ofBody ? 'refusedBodies' : 'refusedHeads'] += 1
      return true
    }
  }

  #plan(): RequestPlan {
    const body = this.#random() < 0.5 ? undefined : this.#text(40)
    const presign = this.#random() < 0.3 ? this.#any([60, 604_800]) : undefined
    const streaming = body !== undefined && presign === undefined && this.#random() < 0.3
    const forms: readonly PayloadForm[] = ['streaming', 'streaming-trailer']
    const payload = streaming ? this.#any(forms) : undefined
    const metadata = Array.from({ length: this.#below(4) }, () => this.#metadata())
    return {
      method: this.#any(['GET', 'HEAD', 'PUT', 'POST', 'DELETE']),
      path: `/bucket/${encodeURIComponent(this.#key()).replaceAll('%2F', '/')}`,
      query: Array.from({ length: this.#below(5) }, () => [this.#text(7) || 'q', this.#text(10)]),
      headers: Object.fromEntries(metadata),
      body,
      presign,
      payload,
      chunkBytes: 16,
      keys: this.#random() < 0.2 ? temporaryKey : exampleKey,
      date: now,
      ...(payload === 'streaming-trailer' && { trailer: ['x-amz-checksum-crc32', 'AAAAAA=='] }),
    }
  }

  #key(): string {
    const key = Array.from({ length: 1 + this.#below(3) }, () => this.#text(10)).join('/')
    return key.replaceAll('..', 'a').replaceAll('\0', 'b') || 'k'
  }

  #metadata(): readonly [string, string] {
    const name = Array.from({ length: 1 + this.#below(5) }, () =>
      this.#any(Array.from('abcxyz')),
    ).join('')
    const inner = Array.from({ length: this.#below(16) }, () =>
      this.#any(Array.from('aZ09 -_=;,:/+%"')),
    )
    return [`x-amz-meta-${name}`, `v${inner.join('')}v`]
  }

  /** Of all planes, with what needs escaping in the majority. */
  #text(lengthMax: number): string {
    const characters = Array.from({ length: this.#below(lengthMax + 1) }, () => {
      const dice = this.#random()
      if (dice < 0.4) return this.#any(Array.from('abcXYZ019-._~'))
      if (dice < 0.75) return this.#any(Array.from(` !"#$&'()*+,/:;<=>?@[]^{|}%`))
      return String.fromCodePoint(
        this.#any([0xe4, 0x3b1, 0x20ac, 0xfffd, 0x1f600]) + this.#below(2),
      )
    })
    return characters.join('')
  }

  /** In the method, the target, or the name or value of a field that was signed. */
  #changedHead(request: WireRequest): WireRequest {
    const fields = request.headers.filter(([name]) => name !== 'content-length')
    const spot = this.#below(fields.length + 3)
    if (spot === 0) return { ...request, method: this.#changed(request.method, 0x41, 0x5a) }
    if (spot <= 2) return { ...request, target: `/${this.#changed(request.target.slice(1), 0x21)}` }
    const chosen = fields[spot - 3]
    const ofName = this.#random() < 0.2
    const headers = request.headers.map((field): readonly [string, string] => {
      if (field !== chosen) return field
      return ofName
        ? [this.#changed(field[0], 0x61, 0x7a), field[1]]
        : [field[0], this.#changed(field[1])]
    })
    return { ...request, headers }
  }

  #changedBody(request: WireRequest): WireRequest {
    const text = Buffer.from(request.body ?? '').toString('latin1')
    const body = Buffer.from(this.#changed(text, 0, 0xff), 'latin1')
    const headers = request.headers.map(([name, value]): readonly [string, string] =>
      name === 'content-length' ? [name, String(body.length)] : [name, value],
    )
    return { ...request, body, headers }
  }

  /** One byte replaced, inserted or removed. */
  #changed(text: string, from = 0x20, to = 0xff): string {
    const at = this.#below(text.length)
    const dice = this.#random()
    if (dice < 0.15 && text.length > 0) return text.slice(0, at) + text.slice(at + 1)
    const byte = String.fromCharCode(from + this.#below(to - from + 1))
    return text.slice(0, at) + byte + text.slice(at + (dice < 0.3 ? 0 : 1))
  }

  #any<T>(all: readonly T[]): T {
    return all[this.#below(all.length)] as T
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound)
  }
}

/** For its key: what claims none any more is nobody's, and to be refused as far as this proof goes. */
function accept(request: WireRequest): Identity {
  const exchange = exchangeOf(request)
  const identity = identify(exchange, readAddress(exchange, []), realm)
  if (identity.accessKeyId === undefined) throw new S3Error('AccessDenied')
  return identity
}

/** Who asks, and what the body says once its seal is proven. */
async function read(request: WireRequest): Promise<string> {
  const { accessKeyId, seal } = accept(request)
  const exchange = exchangeOf(request)
  const body = openBody(exchange, seal)
  const pieces = await Array.fromAsync(body)
  return JSON.stringify([accessKeyId, Buffer.concat(pieces).toString('latin1'), [...body.trailers]])
}

function sealed({ body, presign }: RequestPlan): boolean {
  return body !== undefined && presign === undefined
}

function shown({ method, target, headers, body }: WireRequest): string {
  return JSON.stringify([method, target, headers, Buffer.from(body ?? '').toString('latin1')])
}
