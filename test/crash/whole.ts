/**
 * An object is the one or the other, never a mixture and never nothing: while uploads with parts that were sent several times
 * are completed over it, readers spin, and now and then the process dies. The bytes, their length, the ETag and the
 * metadata of every answer belong to one version, and to one that the key may have at that time.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { partList } from '../harness/part-list.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { md5, multipartEtag } from '../simulate/memory.ts'
import { settled } from './audit.ts'
import { bodyOf, differs, type Piece } from './bodies.ts'
import { Client, element, Unheard, unquoted, type Heard } from './client.ts'
import { chance, clockOf, workersArgs, type Proof, type Run, type Scale } from './proof.ts'

const roundsOf: Readonly<Record<Scale, number>> = { ci: 10, nightly: 400, release: 5000 }
/** Of each round: one upload by each, on a key of its own. */
const clientCount = 8
const readersOfEach = 2
/** Two parts are asked for 5 MiB in the first of them, so they are the exception. */
const twoPartsShare = 0.04
const largeBytes = 5 * 1024 * 1024
const killEvery = 8
const killMsMax = 60
const roundsBetweenAudits = 50

export async function proveWhole(run: Run): Promise<Proof> {
  await using server = await startServer({
    args: workersArgs(run),
    env: { ASHLAR_RECLAIM_GRACE: '0' },
  })
  using client = new Client(server)
  await client.send({ method: 'PUT', path: '/proof' })
  const random = chance(run.seed)
  const whole = new Whole(client)
  const authors = Array.from({ length: clientCount }, (_, index) => whole.author(index, random))
  await Promise.all(authors.map((author) => author.begin()))
  const hasTime = clockOf(run)
  const { figures, violations } = whole
  while (hasTime() && figures.rounds < roundsOf[run.scale] && violations.length === 0) {
    figures.rounds += 1
    await Promise.all(authors.map((author) => author.prepare()))
    const isKilled = figures.rounds % killEvery === 0
    const completing = authors.map((author) => author.complete())
    if (isKilled) await kill(server, random() * killMsMax, completing)
    else await Promise.all(completing)
    figures.kills += isKilled ? 1 : 0
    await Promise.all(authors.map((author) => author.settle()))
    if (figures.rounds % roundsBetweenAudits !== 0 && figures.rounds !== roundsOf[run.scale])
      continue
    const { missing, orphans } = await settled(server.dataDir)
    violations.push(...missing.map((name) => `${name} is missing`))
    violations.push(...orphans.map((name) => `${name} is an orphan`))
    run.progress(`${JSON.stringify(figures)}, ${violations.length} violations`)
  }
  return { figures, violations }
}

async function kill(
  server: TestServer,
  afterMs: number,
  completing: readonly Promise<void>[],
): Promise<void> {
  await sleep(afterMs)
  await server.kill()
  await Promise.all(completing)
  await server.restart()
}

interface Version {
  /** Its metadata. */
  readonly told: string
  readonly pieces: readonly Piece[]
  readonly etag: string
}

interface Upload {
  readonly plan: Parameters<Client['send']>[0]
  readonly version: Version
}

class Whole {
  readonly violations: string[] = []
  readonly figures = { rounds: 0, kills: 0, completed: 0, replacedParts: 0, reads: 0, listings: 0 }
  readonly client: Client

  constructor(client: Client) {
    this.client = client
  }

  author(index: number, random: () => number): Author {
    return new Author(this, `key-${index}`, random)
  }
}

/** Who alone writes one key. */
class Author {
  readonly #whole: Whole
  readonly #key: string
  readonly #path: string
  readonly #random: () => number
  #now: Version = { told: '', pieces: [], etag: '' }
  #upload: Upload | undefined
  #tags = 0

  constructor(whole: Whole, key: string, random: () => number) {
    this.#whole = whole
    this.#key = key
    this.#path = `/proof/${key}`
    this.#random = random
  }

  async begin(): Promise<void> {
    await this.prepare()
    await this.#whole.client.send(this.#plan())
    await this.settle()
  }

  /** An upload whose parts were each sent three times at once: one of them is what is listed, and that one is completed. */
  async prepare(): Promise<void> {
    const told = this.#tag('told')
    const headers = { 'x-amz-meta-told': told }
    const plan = { method: 'POST', path: this.#path, query: { uploads: '' }, headers }
    const uploadId = element(await this.#whole.client.send(plan), 'UploadId')
    const pieces =
      this.#random() < twoPartsShare
        ? [
            await this.#part(uploadId, { number: 1, leastBytes: largeBytes }),
            await this.#part(uploadId, { number: 2, leastBytes: 1 }),
          ]
        : [await this.#part(uploadId, { number: 1, leastBytes: 1 })]
    const etags = pieces.map(({ tag, sizeBytes }) => md5(bodyOf(tag, sizeBytes)))
    const body = partList(etags.map((etag, index) => ({ number: index + 1, etag })))
    const etag = multipartEtag(etags.map((one) => ({ etag: one })))
    this.#upload = {
      plan: { method: 'POST', path: this.#path, query: { uploadId }, body },
      version: { told, pieces, etag },
    }
  }

  /** Readers look on until the answer is there, or will never be. */
  async complete(): Promise<void> {
    const over = new AbortController()
    const reading = Array.from({ length: readersOfEach }, (_, index) =>
      this.#read(index, over.signal),
    )
    try {
      const heard = await this.#whole.client.send(this.#plan())
      if (heard.status !== 200) this.#wrong(`to complete: ${heard.status} ${heard.code}`)
    } catch (error) {
      if (!(error instanceof Unheard)) throw error
    } finally {
      over.abort()
      await Promise.all(reading)
    }
  }

  /** The same request again has the same answer, and from then on the key is the new version only. */
  async settle(): Promise<void> {
    const { version } = this.#upload ?? { version: this.#now }
    const heard = await this.#whole.client.send(this.#plan())
    if (heard.status !== 200 || unquoted(element(heard, 'ETag')) !== version.etag)
      this.#wrong(`completed again: ${heard.status} ${heard.code}`)
    this.#now = version
    this.#upload = undefined
    this.#whole.figures.completed += 1
    this.#judge(await this.#whole.client.send({ path: this.#path }))
  }

  async #part(
    uploadId: string,
    { number, leastBytes }: { number: number; leastBytes: number },
  ): Promise<Piece> {
    const attempts = await Promise.all(
      [1, 2, 3].map(async (): Promise<Piece> => {
        const sizeBytes = leastBytes + Math.floor(this.#random() * 60_000)
        const piece = { tag: this.#tag(`${uploadId}#${number}`), sizeBytes }
        const query = { uploadId, partNumber: String(number) }
        const body = bodyOf(piece.tag, sizeBytes)
        const heard = await this.#whole.client.send({ path: this.#path, query, body })
        if (unquoted(String(heard.headers.etag)) !== md5(body))
          this.#wrong('a part has another ETag')
        return piece
      }),
    )
    this.#whole.figures.replacedParts += attempts.length - 1
    const query = { uploadId, 'part-number-marker': String(number - 1) }
    const listed = await this.#whole.client.send({ path: this.#path, query })
    const [etag, size] = [unquoted(element(listed, 'ETag')), Number(element(listed, 'Size'))]
    const found = attempts.find((piece) => md5(bodyOf(piece.tag, piece.sizeBytes)) === etag)
    if (found === undefined || found.sizeBytes !== size)
      throw new Error(`part ${number} of ${this.#key} is listed as none that was sent`)
    return found
  }

  async #read(index: number, over: AbortSignal): Promise<void> {
    try {
      for (let turn = index; !over.aborted; turn++) {
        if (turn % 4 === 0) await this.#list()
        else this.#judge(await this.#whole.client.send({ path: this.#path }))
      }
    } catch (error) {
      if (!(error instanceof Unheard)) throw error
    }
  }

  #judge({ status, headers, body, code }: Heard): void {
    this.#whole.figures.reads += 1
    if (status !== 200) return this.#wrong(`a read: ${status} ${code}`)
    const told = headers['x-amz-meta-told']
    const version = this.#possible().find((one) => one.told === told)
    if (version === undefined) return this.#wrong(`a read shows ${String(told)}`)
    const wrong = differs(body, version.pieces)
    if (wrong !== undefined) this.#wrong(`${String(told)}: ${wrong}`)
    if (unquoted(String(headers.etag)) !== version.etag)
      this.#wrong(`${String(told)}: another ETag`)
  }

  async #list(): Promise<void> {
    const query = { 'list-type': '2', prefix: this.#key }
    const listed = await this.#whole.client.send({ path: '/proof', query })
    this.#whole.figures.listings += 1
    const [etag, size] = [unquoted(element(listed, 'ETag')), Number(element(listed, 'Size'))]
    const isOne = this.#possible().some(
      (version) => version.etag === etag && sizeOf(version) === size,
    )
    if (!isOne) this.#wrong(`it is listed with ${size} bytes and the ETag ${etag}`)
  }

  #possible(): readonly Version[] {
    return this.#upload === undefined ? [this.#now] : [this.#now, this.#upload.version]
  }

  #plan(): Upload['plan'] {
    if (this.#upload === undefined) throw new Error('nothing is prepared')
    return this.#upload.plan
  }

  #tag(what: string): string {
    return `${this.#key}:${what}:${this.#tags++}`
  }

  #wrong(what: string): void {
    this.#whole.violations.push(`${this.#key}: ${what}`)
  }
}

function sizeOf({ pieces }: Version): number {
  return pieces.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}
