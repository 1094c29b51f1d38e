/**
 * One client under whose hands the server dies. It alone writes its keys, so it knows what each must hold: what was
 * acknowledged last, or what the one request made of it that was under way. Its bodies say whose they are.
 */
import { partList } from '../harness/part-list.ts'
import { bodyOf, mismatch, type Content, type Piece } from './bodies.ts'
import { sealingOf } from './sealed.ts'
import { element, Unheard, type Client, type Heard } from './client.ts'
import { Dice } from './dice.ts'

interface Part extends Piece {
  readonly etag: string
}

interface Upload {
  readonly key: string
  readonly id: string
  readonly parts: Map<number, Part>
}

const bucket = 'proof'
const keysOfEach = 6
const smallMax = 16_384
/** The least that a part may have which is not the last. */
const largeBytes = 5 * 1024 * 1024

export class WriterClient {
  readonly violations: string[] = []
  acknowledged = 0
  readonly #client: Client
  readonly #name: string
  readonly #random: () => number
  readonly #dice: Dice
  readonly #kept = new Map<string, Content>()
  /** What a key may hold as well, since a request for it was not answered. */
  readonly #perhaps = new Map<string, Content>()
  #upload: Upload | undefined
  /** The request about the upload that was not answered. */
  #unanswered:
    | { readonly kind: 'part' | 'complete' | 'abort'; readonly number?: number }
    | undefined

  constructor(client: Client, name: string, random: () => number) {
    this.#client = client
    this.#name = name
    this.#random = random
    this.#dice = new Dice(name, random, keysOfEach)
  }

  /** Works until the server dies under it, or until it is over. */
  async work(isOver: () => boolean = () => false): Promise<void> {
    try {
      while (!isOver()) await this.#step()
    } catch (error) {
      if (!(error instanceof Unheard)) throw error
    }
  }

  /** Looks at every key and at the open upload, finishes that one, and forgets what was uncertain. */
  async check(): Promise<void> {
    await this.#checkUpload()
    for (const [key, kept] of this.#kept) await this.#checkKey(key, kept)
    this.#perhaps.clear()
  }

  async #step(): Promise<void> {
    const dice = this.#random()
    if (this.#upload !== undefined) return this.#continueUpload(this.#upload, dice)
    if (dice < 0.35) return this.#put(this.#dice.size(0, smallMax))
    if (dice < 0.6) return this.#put(this.#dice.size(smallMax + 1, 300_000))
    if (dice < 0.72) return this.#copy()
    if (dice < 0.82) return this.#delete()
    return this.#begin()
  }

  async #put(sizeBytes: number): Promise<void> {
    const key = this.#dice.key()
    const piece = { tag: this.#dice.tag(key), sizeBytes }
    const body = bodyOf(piece.tag, sizeBytes)
    await this.#write(key, [piece], { path: path(key), headers: sealingOf(key).write, body })
  }

  async #copy(): Promise<void> {
    const source = this.#dice.key()
    const content = this.#kept.get(source)
    const key = this.#dice.key()
    if (content === undefined || key === source) return
    const sealing = { ...sealingOf(source).source, ...sealingOf(key).write }
    const headers = { 'x-amz-copy-source': path(source), ...sealing }
    await this.#write(key, content, { path: path(key), headers, body: '' })
  }

  async #delete(): Promise<void> {
    const key = this.#dice.key()
    await this.#write(key, undefined, { method: 'DELETE', path: path(key) })
  }

  async #write(key: string, content: Content, plan: Parameters<Client['send']>[0]): Promise<Heard> {
    this.#perhaps.set(key, content)
    const heard = await this.#client.send(plan)
    if (heard.status >= 300) this.#wrong(`${plan.path}: ${heard.status} ${heard.code}`)
    else this.#kept.set(key, content)
    this.#perhaps.delete(key)
    this.acknowledged += 1
    return heard
  }

  async #begin(): Promise<void> {
    const key = this.#dice.key()
    const heard = await this.#client.send({
      method: 'POST',
      path: path(key),
      query: { uploads: '' },
      headers: sealingOf(key).write,
    })
    if (heard.status !== 200) return this.#wrong(`to begin: ${heard.status} ${heard.code}`)
    this.acknowledged += 1
    this.#upload = { key, id: element(heard, 'UploadId'), parts: new Map() }
  }

  async #continueUpload(upload: Upload, dice: number): Promise<void> {
    if (upload.parts.size === 0 || dice < 0.4) return this.#uploadPart(upload)
    if (dice < 0.85) return this.#complete(upload)
    return this.#abort(upload)
  }

  /** One part small or large, or two of which the first is as large as it must be. */
  async #uploadPart(upload: Upload): Promise<void> {
    const isLarge = this.#random() < 0.1
    const number = !isLarge && (upload.parts.get(1)?.sizeBytes ?? 0) >= largeBytes ? 2 : 1
    const sizeBytes = isLarge ? largeBytes : this.#dice.size(1, 120_000)
    const tag = this.#dice.tag(`${upload.key}#${number}`)
    const query = { uploadId: upload.id, partNumber: String(number) }
    this.#unanswered = { kind: 'part', number }
    const body = bodyOf(tag, sizeBytes)
    const headers = sealingOf(upload.key).access
    const heard = await this.#client.send({ path: path(upload.key), query, headers, body })
    this.#unanswered = undefined
    this.acknowledged += 1
    if (heard.status !== 200) return this.#wrong(`a part: ${heard.status} ${heard.code}`)
    upload.parts.set(number, { tag, sizeBytes, etag: String(heard.headers.etag) })
  }

  async #complete(upload: Upload): Promise<void> {
    this.#unanswered = { kind: 'complete' }
    const heard = await this.#write(upload.key, contentOf(upload), completion(upload))
    this.#unanswered = undefined
    this.#upload = undefined
    if (this.#random() < 0.2) await this.#completeAgain(upload, element(heard, 'ETag'))
  }

  /** The receipt: the same request has the same answer. */
  async #completeAgain(upload: Upload, etag: string): Promise<void> {
    const heard = await this.#client.send(completion(upload))
    if (heard.status === 200 && element(heard, 'ETag') === etag) return
    this.#wrong(`completed again: ${heard.status} ${heard.code} ${element(heard, 'ETag')}`)
  }

  async #abort(upload: Upload): Promise<void> {
    this.#unanswered = { kind: 'abort' }
    const query = { uploadId: upload.id }
    const heard = await this.#client.send({ method: 'DELETE', path: path(upload.key), query })
    this.#unanswered = undefined
    this.acknowledged += 1
    this.#upload = undefined
    if (heard.status !== 204) this.#wrong(`an abort: ${heard.status} ${heard.code}`)
    const listed = await this.#client.send({ path: path(upload.key), query })
    if (listed.status !== 404) this.#wrong(`an aborted upload is there: ${listed.status}`)
  }

  async #checkUpload(): Promise<void> {
    const upload = this.#upload
    const unanswered = this.#unanswered
    this.#upload = undefined
    this.#unanswered = undefined
    if (upload === undefined) return
    const query = { uploadId: upload.id }
    if (unanswered?.kind !== 'complete') await this.#checkParts(upload, unanswered)
    if (unanswered?.kind === 'complete') {
      const heard = await this.#client.send(completion(upload))
      if (heard.status !== 200) this.#wrong(`to complete again: ${heard.status} ${heard.code}`)
      this.#kept.set(upload.key, contentOf(upload))
      this.#perhaps.delete(upload.key)
      return
    }
    const heard = await this.#client.send({ method: 'DELETE', path: path(upload.key), query })
    const isFine = heard.status === 204 || (unanswered?.kind === 'abort' && heard.status === 404)
    if (!isFine) this.#wrong(`to abort: ${heard.status} ${heard.code}`)
  }

  /** Every acknowledged part is listed with its ETag, but for the number whose upload was not answered. */
  async #checkParts(
    upload: Upload,
    unanswered: { kind: string; number?: number } | undefined,
  ): Promise<void> {
    const heard = await this.#client.send({
      path: path(upload.key),
      query: { uploadId: upload.id },
    })
    if (unanswered?.kind === 'abort' && heard.status === 404) return
    if (heard.status !== 200) return this.#wrong(`an open upload: ${heard.status} ${heard.code}`)
    for (const [number, part] of upload.parts) {
      const isListed = heard.body.includes(part.etag.replaceAll('"', ''))
      if (!isListed && unanswered?.number !== number)
        this.#wrong(`part ${number} is lost: ${part.tag}`)
    }
  }

  async #checkKey(key: string, kept: Content): Promise<void> {
    const heard = await this.#client.send({ path: path(key), headers: sealingOf(key).access })
    const isUncertain = this.#perhaps.has(key)
    const wrong = mismatch(heard, kept)
    if (wrong === undefined) return
    const perhaps = this.#perhaps.get(key)
    if (isUncertain && mismatch(heard, perhaps) === undefined) this.#kept.set(key, perhaps)
    else this.#wrong(`${key}: ${wrong}`)
  }

  #wrong(what: string): void {
    this.violations.push(`${this.#name}: ${what}`)
  }
}

function path(key: string): string {
  return `/${bucket}/${key}`
}

function contentOf(upload: Upload): readonly Piece[] {
  return [...upload.parts].toSorted(([a], [b]) => a - b).map(([, part]) => part)
}

function completion(upload: Upload): Parameters<Client['send']>[0] {
  const parts = [...upload.parts].toSorted(([a], [b]) => a - b)
  const body = partList(parts.map(([number, { etag }]) => ({ number, etag })))
  return { method: 'POST', path: path(upload.key), query: { uploadId: upload.id }, body }
}
