/** One client whose keys lose their database: puts, copies, deletes and uploads, each of them written down; and the look at them afterwards. */
import { partList, type ListedPart } from '../harness/part-list.ts'
import { bodyOf, differs, type Piece } from './bodies.ts'
import { element, Unheard, type Client, type Heard } from './client.ts'
import { Dice } from './dice.ts'
import { KeyStory, type Content } from './key-story.ts'

const bucket = 'proof'
const keysOfEach = 5
/** Up to here bytes lie in the database. */
const smallMax = 16_384
const partBytes = 5 * 1024 * 1024

type Plan = Parameters<Client['send']>[0]

interface Upload {
  readonly key: string
  readonly id: string
  readonly content: Content
  readonly completion: Plan
  /** Of its Complete. */
  readonly story: KeyStory
}

/** What may be shown of a key. */
export type Allowed = (story: KeyStory) => readonly (Content | undefined)[]

export class RebuildWriter {
  readonly violations: string[] = []
  acknowledged = 0
  readonly #client: Client
  readonly #name: string
  readonly #random: () => number
  readonly #dice: Dice
  readonly #stories = new Map<string, KeyStory>()
  #uploads: Upload[] = []

  constructor(client: Client, name: string, random: () => number) {
    this.#client = client
    this.#name = name
    this.#random = random
    this.#dice = new Dice(name, random, keysOfEach)
  }

  /** Works until the server dies, or for so long. */
  async work(isOver: () => boolean): Promise<void> {
    try {
      while (!isOver()) await this.#step()
    } catch (error) {
      if (!(error instanceof Unheard)) throw error
    }
  }

  /** Every key of this writer on `client`'s server is one of those that it may be; `shown` are the keys listed there. */
  async check(
    client: Client,
    allowed: Allowed,
    shown: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, Content | undefined>> {
    const there = new Map<string, Content | undefined>()
    for (const [key, story] of this.#stories) {
      const found = await this.#found(client, key, allowed(story))
      there.set(key, found.content)
      if (found.is && shown.has(key) !== (found.content !== undefined))
        this.#wrong(`${key}: the listing says otherwise`)
    }
    return there
  }

  /** The same after a rebuild, whose uploads can still be completed; what is there is where this writer goes on from. */
  async goOn(allowed: Allowed, shown: ReadonlySet<string>): Promise<void> {
    const there = await this.check(this.#client, allowed, shown)
    for (const upload of this.#uploads) await this.#completeAgain(upload)
    this.#uploads = []
    this.#stories.clear()
    for (const [key, content] of there)
      if (isOfUpload(key)) await this.#send({ method: 'DELETE', path: path(key) })
      else this.#stories.set(key, new KeyStory(content))
  }

  owns(key: string): boolean {
    return this.#stories.has(key)
  }

  async #step(): Promise<void> {
    const dice = this.#random()
    if (dice < 0.35) return this.#put(this.#dice.size(0, smallMax))
    if (dice < 0.65) return this.#put(this.#dice.size(smallMax + 1, 150_000))
    if (dice < 0.77) return this.#copy()
    if (dice < 0.9) return this.#delete()
    return this.#upload(this.#random() < 0.15)
  }

  async #put(sizeBytes: number): Promise<void> {
    const isEncrypted = this.#random() < 0.25
    const key = isEncrypted ? `${this.#name}/sealed` : this.#dice.key()
    const tag = this.#dice.tag(key)
    const headers = { ...described(tag), ...(isEncrypted ? sealing : {}) }
    const plan = { path: path(key), headers, body: bodyOf(tag, sizeBytes) }
    await this.#write(key, { tag, pieces: [{ tag, sizeBytes }], etag: undefined }, plan)
  }

  async #copy(): Promise<void> {
    const [source, key] = [this.#dice.key(), this.#dice.key()]
    const content = this.#stories.get(source)?.content
    if (content === undefined || source === key) return
    const headers = { 'x-amz-copy-source': path(source) }
    await this.#write(key, content, { path: path(key), headers, body: '' })
  }

  async #delete(): Promise<void> {
    const key = this.#dice.key()
    await this.#write(key, undefined, { method: 'DELETE', path: path(key) })
  }

  /** A key of its own: nothing ever replaces it. */
  async #upload(isLong: boolean): Promise<void> {
    const key = `${this.#name}/upload-${this.#dice.tags}`
    const tag = this.#dice.tag(key)
    const story = new KeyStory()
    this.#stories.set(key, story)
    const begun = { method: 'POST', path: path(key), query: { uploads: '' } }
    const id = element(await this.#send({ ...begun, headers: described(tag) }), 'UploadId')
    const pieces: Piece[] = isLong ? [{ tag: `${tag}/1`, sizeBytes: partBytes }] : []
    pieces.push({ tag: `${tag}/last`, sizeBytes: this.#dice.size(smallMax + 1, 90_000) })
    const listed: ListedPart[] = []
    for (const [index, piece] of pieces.entries()) {
      const query = { uploadId: id, partNumber: String(index + 1) }
      const body = bodyOf(piece.tag, piece.sizeBytes)
      const { headers } = await this.#send({ path: path(key), query, body })
      listed.push({ number: index + 1, etag: String(headers.etag) })
    }
    const body = partList(listed)
    const completion = { method: 'POST', path: path(key), query: { uploadId: id }, body }
    const content = { tag, pieces, etag: undefined }
    this.#uploads.push({ key, id, content, completion, story })
    await this.#write(key, content, completion)
  }

  async #write(key: string, content: Content | undefined, plan: Plan): Promise<void> {
    const story = this.#stories.get(key) ?? new KeyStory()
    this.#stories.set(key, story)
    const isCopy = Object.hasOwn(plan.headers ?? {}, 'x-amz-copy-source')
    const [piece] = content?.pieces ?? []
    const isBlob = plan.method === undefined && !isCopy && (piece?.sizeBytes ?? 0) > smallMax
    const step = story.begin(content, { isBlob, isNoted: plan.method === 'POST' })
    const heard = await this.#send(plan)
    const etag = heard.headers.etag ?? unescaped(element(heard, 'ETag'))
    step.content = content === undefined ? undefined : { ...content, etag }
    step.heard = Date.now()
  }

  async #send(plan: Plan): Promise<Heard> {
    const heard = await this.#client.send(plan)
    this.acknowledged += 1
    if (heard.status >= 300) this.#wrong(`${plan.path}: ${heard.status} ${heard.code}`)
    return heard
  }

  async #found(
    client: Client,
    key: string,
    allowed: readonly (Content | undefined)[],
  ): Promise<{ readonly is: boolean; readonly content?: Content | undefined }> {
    const heard = await client.send({ path: path(key) })
    const wrongs: string[] = []
    for (const content of allowed) {
      const wrong = mismatch(heard, content) ?? (await this.#wrongTags(client, key, content))
      if (wrong === undefined) return { is: true, content }
      wrongs.push(wrong)
    }
    this.#wrong(`${key}: ${[...new Set(wrongs)].join(' | ')}`)
    return { is: false }
  }

  /** A quarter of the keys is asked. */
  async #wrongTags(
    client: Client,
    key: string,
    content: Content | undefined,
  ): Promise<string | undefined> {
    if (content === undefined || this.#random() > 0.25) return undefined
    const heard = await client.send({ path: path(key), query: { tagging: '' } })
    const isSaid = heard.body.includes(`<Key>of</Key><Value>${content.tag}</Value>`)
    return isSaid ? undefined : `other tags than those of ${content.tag}`
  }

  /** It is an object already, or open again with all of its parts. */
  async #completeAgain({ key, story, completion, content }: Upload): Promise<void> {
    const heard = await this.#client.send(completion)
    // Nothing of an upload was promised whose Complete was not answered; but what there is, is whole.
    if (heard.status !== 200 && story.content !== undefined)
      return this.#wrong(`${key}: to complete again: ${heard.status} ${heard.code}`)
    if (heard.status === 200) await this.#found(this.#client, key, [content])
  }

  #wrong(what: string): void {
    this.violations.push(`${this.#name}: ${what}`)
  }
}

const sealing = { 'x-amz-server-side-encryption': 'AES256' }

function described(tag: string): Readonly<Record<string, string>> {
  const tags = `of=${encodeURIComponent(tag)}`
  return { 'content-type': 'text/x-proof', 'x-amz-meta-tag': tag, 'x-amz-tagging': tags }
}

function isOfUpload(key: string): boolean {
  return key.includes('/upload-')
}

function path(key: string): string {
  return `/${bucket}/${key}`
}

function unescaped(etag: string): string {
  return etag.replaceAll('&quot;', '"')
}

function mismatch(heard: Heard, content: Content | undefined): string | undefined {
  if (content === undefined)
    return heard.status === 404 ? undefined : `${heard.status} where nothing is`
  if (heard.status !== 200) return `${heard.status} ${heard.code} for ${content.tag}`
  const { headers } = heard
  if (headers['x-amz-meta-tag'] !== content.tag)
    return `${String(headers['x-amz-meta-tag'])} for ${content.tag}`
  if (headers['content-type'] !== 'text/x-proof')
    return `${headers['content-type']} of ${content.tag}`
  if (content.etag !== undefined && headers.etag !== content.etag)
    return `ETag ${headers.etag} of ${content.tag}, not ${content.etag}`
  return differs(heard.body, content.pieces)
}

/** Of all writers. */
export async function listed(client: Client): Promise<ReadonlySet<string>> {
  const keys = new Set<string>()
  for (let from = '', more = true; more;) {
    const query = { 'list-type': '2', 'start-after': from }
    const heard = await client.send({ path: `/${bucket}`, query })
    const found = [...heard.body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)].map(
      ([, key = '']) => key,
    )
    for (const key of found) keys.add(key)
    from = found.at(-1) ?? ''
    more = element(heard, 'IsTruncated') === 'true'
  }
  return keys
}
