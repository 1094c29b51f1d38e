/** One client of the server that is recorded: everything it does is written into a history, with its place in the record. */
import { bodyOf, type Content } from '../crash/bodies.ts'
import { element, type Client, type Heard } from '../crash/client.ts'
import { Dice } from '../crash/dice.ts'
import { completion, etagOf, latest } from './history.ts'
import type { History, Told, UploadStory } from './history.ts'

export interface WorkloadParts {
  readonly client: Client
  readonly history: History
  readonly name: string
  readonly random: () => number
}

export const bucket = 'power'
const keysOfEach = 5
/** Objects up to here lie in the database. */
export const smallMax = 16_384
const largeBytes = 5 * 1024 * 1024

export class Workload {
  readonly violations: string[] = []
  readonly #parts: WorkloadParts
  readonly #dice: Dice
  #upload: UploadStory | undefined

  constructor(parts: WorkloadParts) {
    this.#parts = parts
    this.#dice = new Dice(parts.name, parts.random, keysOfEach)
  }

  async work(steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) await this.#step()
  }

  async #step(): Promise<void> {
    const dice = this.#parts.random()
    if (this.#upload !== undefined) return this.#goOn(this.#upload, dice)
    if (dice < 0.3) return this.#put(this.#dice.size(0, smallMax))
    if (dice < 0.55) return this.#put(this.#dice.size(smallMax + 1, 200_000))
    if (dice < 0.65) return this.#copy()
    if (dice < 0.8) return this.#delete()
    const key = this.#dice.key()
    const told = this.#begin()
    const plan = { method: 'POST', path: path(key), query: { uploads: '' } }
    const heard = await this.#send({ ...plan, headers: this.#encryption() })
    told.heard = this.#parts.history.place()
    const id = element(heard, 'UploadId')
    this.#upload = { ...told, key, id, parts: [], end: undefined }
    this.#parts.history.uploads.push(this.#upload)
  }

  async #put(sizeBytes: number): Promise<void> {
    const key = this.#dice.key()
    const tag = this.#dice.tag(key)
    const headers = this.#encryption()
    const body = bodyOf(tag, sizeBytes)
    await this.#write(key, [{ tag, sizeBytes }], { path: path(key), headers, body })
  }

  async #copy(): Promise<void> {
    const source = this.#dice.key()
    const key = this.#dice.key()
    const content = this.#parts.history.possible(source, Infinity).at(-1)
    if (content === undefined || key === source) return
    const headers = { 'x-amz-copy-source': path(source) }
    await this.#write(key, content, { path: path(key), headers, body: '' })
  }

  async #delete(): Promise<void> {
    const key = this.#dice.key()
    await this.#write(key, undefined, { method: 'DELETE', path: path(key) })
  }

  async #write(key: string, content: Content, plan: Parameters<Client['send']>[0]): Promise<void> {
    const write = { ...this.#begin(), content }
    this.#parts.history.write(key, write)
    await this.#send(plan)
    write.heard = this.#parts.history.place()
  }

  async #goOn(upload: UploadStory, dice: number): Promise<void> {
    if (upload.parts.length === 0 || dice < 0.45) return this.#uploadPart(upload)
    const kind = dice < 0.85 ? 'complete' : 'abort'
    const body = kind === 'complete' ? completion(upload.parts) : ''
    const end: NonNullable<UploadStory['end']> = { ...this.#begin(), kind, body }
    upload.end = end
    this.#upload = undefined
    const query = { uploadId: upload.id }
    if (kind === 'abort') {
      await this.#send({ method: 'DELETE', path: path(upload.key), query })
    } else {
      const plan = { method: 'POST', path: path(upload.key), query, body }
      await this.#write(upload.key, latest(upload.parts), plan)
    }
    end.heard = this.#parts.history.place()
  }

  /** One part small or large, or two of which the first is as large as it must be. */
  async #uploadPart(upload: UploadStory): Promise<void> {
    const isLarge = this.#parts.random() < 0.04
    const first = upload.parts.findLast(({ number }) => number === 1)
    const number = !isLarge && (first?.sizeBytes ?? 0) >= largeBytes ? 2 : 1
    const sizeBytes = isLarge ? largeBytes : this.#dice.size(1, 120_000)
    const part = {
      ...this.#begin(),
      tag: this.#dice.tag(`${upload.key}#${number}`),
      sizeBytes,
      number,
    }
    upload.parts.push(part)
    const query = { uploadId: upload.id, partNumber: String(number) }
    const body = bodyOf(part.tag, sizeBytes)
    const heard = await this.#send({ path: path(upload.key), query, body })
    part.heard = this.#parts.history.place()
    if (heard.headers.etag !== `"${etagOf(part)}"`)
      this.violations.push(`a part has the ETag ${heard.headers.etag}`)
  }

  async #send(plan: Parameters<Client['send']>[0]): Promise<Heard> {
    const begun = performance.now()
    const heard = await this.#parts.client.send(plan)
    this.#parts.history.waited(performance.now() - begun)
    if (heard.status >= 300)
      this.violations.push(`${plan.method ?? 'PUT'} ${plan.path}: ${heard.status} ${heard.code}`)
    return heard
  }

  #begin(): Told {
    return { sent: this.#parts.history.place(), heard: Infinity }
  }

  /** Some objects are encrypted: the key that opens them has to survive with them. */
  #encryption(): Record<string, string> {
    return this.#parts.random() < 0.3 ? { 'x-amz-server-side-encryption': 'AES256' } : {}
  }
}

export function path(key: string): string {
  return `/${bucket}/${key}`
}
