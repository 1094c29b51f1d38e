/** The real server on a disk that lost its power: it starts by itself, and what it answers is held against the history. */
import { hash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '../../src/server/config.ts'
import { startServer } from '../../src/server/start.ts'
import type { Durability } from '../../src/server/keeping-options.ts'
import type { Fields, Log } from '../../src/observe/log.ts'
import { silentLog } from '../../src/observe/log.ts'
import { audit, settled } from '../crash/audit.ts'
import { mismatch, type Content } from '../crash/bodies.ts'
import { Client, element, Unheard, type Heard } from '../crash/client.ts'
import type { Keys } from '../harness/server.ts'
import { etagOf, type History, type UploadStory } from './history.ts'
import { bucket, path, smallMax } from './workload.ts'

export interface Visit {
  readonly data: string
  readonly history: History
  readonly cut: number
  /** What was acknowledged up to here must be there; what came later, up to the cut, may be forgotten. */
  readonly promised: number
  readonly durability: Durability
  /** The bucket was acknowledged at this place. */
  readonly bucketMade: number
  readonly keys: Keys
}

export interface Found {
  /** Nothing is what is to be proved. */
  readonly wrong: readonly string[]
  /** Of the metadata, and notes beside them: each is whole. */
  readonly snapshots: number
  /** Acknowledged results that are not there, and need not be. */
  readonly forgotten: number
  /** Objects whose bytes are not there, and need not be. */
  readonly unreadable: number
}

/** What carries its hash in its name: snapshots of the metadata and notes of completions. */
const named = /\.([0-9a-f]{64})\.(?:sqlite|completions\.json)$/

/** Each got its name when it was whole and synced, so no cut may leave other bytes under it. Answers how many there are. */
function snapshotsWhole(data: string, wrong: string[]): number {
  const folder = join(data, 'snapshots')
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => named.test(name)) : []
  for (const name of names) {
    const found = hash('sha256', readFileSync(join(folder, name)))
    if (named.exec(name)?.[1] !== found) wrong.push(`${name} is not what its name says`)
  }
  return names.length
}

/** Starts the server on what is left and looks at everything; never rejects. */
export async function visit(asked: Visit): Promise<Found> {
  const wrong: string[] = []
  const seen = { snapshots: 0, forgotten: 0, unreadable: 0 }
  const told = (_: Fields, message: string): void => void wrong.push(`the log says: ${message}`)
  // Of bytes that are missing the log has to speak.
  const error = asked.durability === 'none' ? (): void => undefined : told
  const log: Log = { ...silentLog, error, fatal: told }
  const env = {
    ASHLAR_ROOT_ACCESS_KEY: asked.keys.accessKeyId,
    ASHLAR_ROOT_SECRET_KEY: asked.keys.secretAccessKey,
    ASHLAR_RECLAIM_GRACE: '0',
    ASHLAR_DISK_RESERVE: '0',
  }
  const config = readConfig({ data: asked.data, listen: '127.0.0.1:0' }, env)
  const onFatal = (cause: unknown): void =>
    void wrong.push(`storage is not trusted: ${String(cause)}`)
  try {
    seen.snapshots = snapshotsWhole(asked.data, wrong)
    await using server = await startServer(config, { log, onFatal })
    const address = { host: '127.0.0.1', port: server.port, region: 'us-east-1', keys: asked.keys }
    using client = new Client(address)
    if (asked.promised >= asked.bucketMade) {
      const look = new Look(client, asked, wrong)
      await look.everything()
      Object.assign(seen, { forgotten: look.forgotten, unreadable: look.unreadable })
    }
    await clean(asked, wrong)
  } catch (cause) {
    wrong.push(`it does not start, or does not answer: ${String(cause)}`)
  }
  return { wrong, ...seen }
}

async function clean({ data, durability }: Visit, wrong: string[]): Promise<void> {
  const mayMiss = durability === 'none'
  if (!mayMiss) wrong.push(...audit(data).missing.map((name) => `${name} is missing`))
  const found = await settled(data, { mayMiss })
  wrong.push(...found.orphans.map((name) => `${name} is an orphan`))
  // What is not there cannot be moved.
  if (!mayMiss) wrong.push(...found.sparse.map((name) => `${name} keeps more than it has`))
  if (found.queued > 0) wrong.push(`${found.queued} entries stay in the queue`)
}

class Look {
  forgotten = 0
  unreadable = 0
  readonly #client: Client
  readonly #asked: Visit
  readonly #wrong: string[]

  constructor(client: Client, asked: Visit, wrong: string[]) {
    this.#client = client
    this.#asked = asked
    this.#wrong = wrong
  }

  async everything(): Promise<void> {
    const { writes, uploads } = this.#asked.history
    await this.#listed()
    await Promise.all([...writes.keys()].map((key) => this.#object(key)))
    await Promise.all(uploads.map((upload) => this.#upload(upload)))
    const heard = await this.#client.send({ path: path('after'), body: 'x' })
    if (heard.status !== 200) this.#wrong.push(`a new object: ${heard.status} ${heard.code}`)
  }

  /** Nothing is listed that cannot be there. */
  async #listed(): Promise<void> {
    const heard = await this.#client.send({ path: `/${bucket}` })
    if (heard.status !== 200) this.#wrong.push(`the listing: ${heard.status} ${heard.code}`)
    for (const [, key = ''] of heard.body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)) {
      const isPossible = this.#possible(key).some((content) => content !== undefined)
      if (!isPossible) this.#wrong.push(`${key} is listed, and nobody wrote it`)
    }
  }

  async #object(key: string): Promise<void> {
    const possible = this.#possible(key)
    const heard = await this.#read(key)
    if (heard instanceof Unheard) return this.#unread(key, heard.message)
    if (heard.status >= 500) return this.#unread(key, `${heard.status} ${heard.code}`)
    const fits = possible.map((content) => mismatch(heard, content))
    const latest = this.#asked.history.possible(key, this.#asked.cut)
    if (fits.every((one) => one !== undefined)) this.#wrong.push(`${key}: ${fits.join(', or ')}`)
    else if (latest.every((content) => mismatch(heard, content) !== undefined)) this.forgotten += 1
  }

  #unread(key: string, why: string): void {
    const mayBe = this.#asked.durability === 'none' && this.#possible(key).some(isInFiles)
    if (mayBe) this.unreadable += 1
    else this.#wrong.push(`${key} cannot be read: ${why}`)
  }

  #possible(key: string): readonly Content[] {
    const { history, cut, promised } = this.#asked
    return history.possible(key, cut, promised)
  }

  async #read(key: string): Promise<Heard | Unheard> {
    try {
      return await this.#client.send({ path: path(key) })
    } catch (error) {
      if (error instanceof Unheard) return error
      throw error
    }
  }

  async #upload(upload: UploadStory): Promise<void> {
    const { cut, promised } = this.#asked
    if (upload.heard > promised) return
    const query = { uploadId: upload.id }
    const heard = await this.#client.send({ path: path(upload.key), query })
    const { end } = upload
    const isOver = end !== undefined && end.heard <= promised
    const isEnding = end !== undefined && end.sent <= cut
    if (isOver && heard.status !== 404)
      this.#wrong.push(`an upload that ended by ${end.kind} is there: ${heard.status}`)
    if (!isEnding && heard.status !== 200)
      this.#wrong.push(`an open upload: ${heard.status} ${heard.code}`)
    if (heard.status === 200 && !isOver) this.#parts(upload, heard)
    if (isOver && end.kind === 'complete') await this.#receipt(upload, end.body)
  }

  #parts(upload: UploadStory, heard: Heard): void {
    const { cut, promised } = this.#asked
    for (const number of [1, 2]) {
      const begun = upload.parts.filter((one) => one.number === number && one.sent <= cut)
      const last = begun.findLastIndex((one) => one.heard <= promised)
      if (last < 0) continue
      const isListed = begun.slice(last).some((part) => heard.body.includes(etagOf(part)))
      if (!isListed) this.#wrong.push(`part ${number} of ${upload.id} is lost`)
    }
  }

  /** The same completion has the same answer. */
  async #receipt(upload: UploadStory, body: string): Promise<void> {
    const query = { uploadId: upload.id }
    const heard = await this.#client.send({ method: 'POST', path: path(upload.key), query, body })
    if (heard.status !== 200 || !element(heard, 'ETag').includes('-'))
      this.#wrong.push(`completed again: ${heard.status} ${heard.code}`)
  }
}

/** Small bytes lie in the database. */
function isInFiles(content: Content): boolean {
  return content?.some(({ sizeBytes }) => sizeBytes > smallMax) ?? false
}
