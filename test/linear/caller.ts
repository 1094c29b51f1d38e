/** One client of few keys that many share: what it asks, and what each answer says of the keys. */
import { bodyOf, differs } from '../crash/bodies.ts'
import { element, Unheard, unquoted, type Client, type Heard } from '../crash/client.ts'
import { partList } from '../harness/part-list.ts'
import { md5, multipartEtag } from '../simulate/memory.ts'
import type { Operation, Value } from './register.ts'

export const bucket = 'linear'

/** What all clients share. */
export interface Scene {
  readonly client: Client
  readonly keys: readonly string[]
  /** What was written, by ETag. */
  readonly bodies: Map<string, { readonly tag: string; readonly sizeBytes: number }>
  /** Takes down what was seen of a key; the answer's time of an unknown one is filled in when the server is dead. */
  readonly seen: (key: string, operation: Operation) => void
  readonly wrong: (what: string) => void
  /** Which life of the server this is. */
  readonly life: () => number
}

type Plan = Parameters<Client['send']>[0]

interface Asked {
  readonly key: string
  readonly says: string
  /** What it makes of the key where it has its effect. */
  readonly makes?: { readonly value: Value }
  readonly called: number
}

interface Effect extends Asked {
  readonly plan: Plan
  /** It has its effect only where this holds. */
  readonly needs?: (value: Value) => boolean
}

export class Caller {
  readonly #scene: Scene
  readonly #name: string
  readonly #random: () => number
  #tags = 0
  /** The ETag it saw last of each key. */
  readonly #known = new Map<string, string>()

  constructor(scene: Scene, name: string, random: () => number) {
    this.#scene = scene
    this.#name = name
    this.#random = random
  }

  /** Until the server dies. */
  async work(): Promise<void> {
    try {
      for (;;) await this.#step()
    } catch (error) {
      if (!(error instanceof Unheard)) throw error
    }
  }

  async #step(): Promise<void> {
    const key = this.#key()
    const dice = this.#random()
    const known = this.#known.get(key)
    if (dice < 0.3) return this.#read(key, 'GET')
    if (dice < 0.4) return this.#read(key, 'HEAD')
    if (dice < 0.58) return this.#put(key, {})
    if (dice < 0.67) return this.#put(key, { 'if-none-match': '*' })
    if (dice < 0.77 && known !== undefined) return this.#put(key, { 'if-match': known })
    if (dice < 0.85) return this.#remove(key)
    if (dice < 0.92 && known !== undefined && !known.includes('-')) return this.#copy(key, known)
    return this.#upload(key)
  }

  async #read(key: string, method: 'GET' | 'HEAD'): Promise<void> {
    const called = performance.now()
    const heard = await this.#scene.client.send({ method, path: path(key) })
    const answered = performance.now()
    if (heard.status !== 200 && heard.status !== 404)
      return this.#scene.wrong(`${method} ${key}: ${heard.status} ${heard.code}`)
    const value = heard.status === 200 ? unquoted(String(heard.headers.etag)) : undefined
    if (value !== undefined) this.#judge(heard, { key, value, method })
    const says = `${this.#name} reads ${value ?? 'nothing'}`
    this.#scene.seen(key, { called, answered, needs: (found) => found === value, says })
  }

  /** Bytes, ETag and metadata of an answer belong together. */
  #judge(
    heard: Heard,
    { key, value, method }: { key: string; value: string; method: string },
  ): void {
    this.#known.set(key, value)
    const written = this.#scene.bodies.get(value)
    if (written === undefined) return this.#scene.wrong(`${key} has an ETag of nobody: ${value}`)
    const tag = heard.headers['x-amz-meta-tag']
    if (tag !== written.tag)
      this.#scene.wrong(`${key}: ${value} with metadata of ${String(tag)}, not ${written.tag}`)
    const torn = method === 'GET' ? differs(heard.body, [written]) : undefined
    if (torn !== undefined) this.#scene.wrong(`${key}: ${torn}`)
  }

  async #put(key: string, condition: Readonly<Record<string, string>>): Promise<void> {
    const { tag, body, value } = this.#body(key)
    const headers = { ...quoted(condition), 'x-amz-meta-tag': tag }
    const names = Object.entries(condition).map((pair) => pair.join(' '))
    await this.#change({
      key,
      called: performance.now(),
      says: `${this.#name} puts ${value} ${names.join(' ')}`,
      makes: { value },
      ...needed(condition),
      plan: { path: path(key), headers, body },
    })
  }

  async #remove(key: string): Promise<void> {
    const plan = { method: 'DELETE', path: path(key) }
    const says = `${this.#name} deletes`
    await this.#change({
      key,
      called: performance.now(),
      says,
      makes: { value: undefined },
      plan,
    })
  }

  /** A copy reads its source and writes its target at two moments; that it read this ETag is its condition. */
  async #copy(source: string, value: string): Promise<void> {
    const key = this.#key()
    if (key === source) return
    const called = performance.now()
    const headers = {
      'x-amz-copy-source': path(source),
      'x-amz-copy-source-if-match': `"${value}"`,
    }
    const asked = { key, called, makes: { value }, says: `${this.#name} copies ${value}` }
    const heard = await this.#send(asked, { path: path(key), headers, body: '' })
    const answered = performance.now()
    const read = { called, answered, says: `${this.#name} copies ${value} from it` }
    if (heard.status === 200) {
      this.#scene.seen(key, { ...asked, answered })
      this.#scene.seen(source, { ...read, needs: (found) => found === value })
    } else if (heard.status === 412) {
      this.#scene.seen(source, { ...read, needs: (found) => found !== value })
    } else if (heard.status === 404) {
      this.#scene.seen(source, { ...read, needs: (found) => found === undefined })
    } else this.#scene.wrong(`a copy: ${heard.status} ${heard.code}`)
  }

  async #upload(key: string): Promise<void> {
    const { tag, body, value: etag } = this.#body(key)
    const begun = await this.#scene.client.send({
      method: 'POST',
      path: path(key),
      query: { uploads: '' },
      headers: { 'x-amz-meta-tag': tag },
    })
    const uploadId = element(begun, 'UploadId')
    const query = { uploadId, partNumber: '1' }
    await this.#scene.client.send({ path: path(key), query, body })
    const value = multipartEtag([{ etag }])
    this.#scene.bodies.set(value, { tag, sizeBytes: body.length })
    const isNew = this.#random() < 0.4
    const condition = isNew ? { 'if-none-match': '*' } : {}
    await this.#change({
      key,
      called: performance.now(),
      says: `${this.#name} completes ${value}`,
      makes: { value },
      ...needed(condition),
      plan: {
        method: 'POST',
        path: path(key),
        query: { uploadId },
        headers: condition,
        body: partList([{ number: 1, etag }]),
      },
    })
  }

  /** A write, perhaps on a condition: it had its effect, or the condition failed and says what the key was. */
  async #change({ plan, needs, ...asked }: Effect): Promise<void> {
    const { key, called, makes, says } = asked
    const conditional = { ...asked, ...(needs && { needs }) }
    const heard = await this.#send(conditional, plan)
    const answered = performance.now()
    if (heard.status < 300) {
      const etag = heard.headers.etag ?? element(heard, 'ETag')
      if (makes?.value !== undefined && unquoted(etag) !== makes.value)
        this.#scene.wrong(`${says}: the answer has ${etag}`)
      return this.#scene.seen(key, { ...conditional, answered })
    }
    const isMissing = heard.status === 404
    const isRefused = needs !== undefined && (heard.status === 412 || isMissing)
    // 409 says that something else was under way at the same time; nothing was done.
    if (needs !== undefined && heard.status === 409) return
    if (!isRefused) return this.#scene.wrong(`${says}: ${heard.status} ${heard.code}`)
    const looked = (value: Value): boolean => (isMissing ? value === undefined : !needs(value))
    this.#scene.seen(key, { called, answered, needs: looked, says: `${says}, refused` })
  }

  /** Where no answer comes, it may have had its effect until the server was dead. */
  async #send(asked: Omit<Effect, 'plan'>, plan: Plan): Promise<Heard> {
    try {
      return await this.#scene.client.send(plan)
    } catch (error) {
      const operation = { ...asked, answered: Infinity, isUnknown: true }
      this.#scene.seen(asked.key, { ...operation, says: `${asked.says}, unheard` })
      throw error
    }
  }

  #body(key: string): { tag: string; body: Buffer; value: string } {
    const tag = `${key}:${this.#name}:${this.#scene.life()}:${this.#tags++}`
    const sizeBytes = this.#random() < 0.7 ? 500 : 20_000 + Math.floor(this.#random() * 30_000)
    const body = bodyOf(tag, sizeBytes)
    const value = md5(body)
    this.#scene.bodies.set(value, { tag, sizeBytes })
    return { tag, body, value }
  }

  #key(): string {
    const { keys } = this.#scene
    return keys[Math.floor(this.#random() * keys.length)] ?? ''
  }
}

function needed(condition: Readonly<Record<string, string>>): Pick<Effect, 'needs'> {
  const match = condition['if-match']
  if (match !== undefined) return { needs: (value) => value === match }
  if (condition['if-none-match'] !== undefined) return { needs: (value) => value === undefined }
  return {}
}

function quoted(condition: Readonly<Record<string, string>>): Record<string, string> {
  const pairs = Object.entries(condition)
  return Object.fromEntries(pairs.map(([name, one]) => [name, one === '*' ? one : `"${one}"`]))
}

function path(key: string): string {
  return `/${bucket}/${key}`
}
