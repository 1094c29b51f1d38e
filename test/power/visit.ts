/** The real server on a disk that lost its power: it starts by itself, and what it answers is held against the history. */
import { setTimeout as sleep } from 'node:timers/promises'
import { readConfig } from '../../src/server/config.ts'
import { startServer } from '../../src/server/start.ts'
import type { Fields, Log } from '../../src/observe/log.ts'
import { silentLog } from '../../src/observe/log.ts'
import { audit, settled } from '../crash/audit.ts'
import { differs } from '../crash/bodies.ts'
import { Client, element, type Heard } from '../crash/client.ts'
import type { Keys } from '../harness/server.ts'
import { etagOf, type Content, type History, type UploadStory } from './history.ts'
import { bucket, path } from './workload.ts'

export interface Visit {
  readonly data: string
  readonly history: History
  readonly cut: number
  /** The bucket was acknowledged at this place. */
  readonly bucketMade: number
  readonly keys: Keys
}

/** What is wrong; nothing is what is to be proved. */
export async function visit(asked: Visit): Promise<readonly string[]> {
  const wrong: string[] = []
  const told = (_: Fields, message: string): void => void wrong.push(`the log says: ${message}`)
  const log: Log = { ...silentLog, error: told, fatal: told }
  const env = {
    ASHLAR_ROOT_ACCESS_KEY: asked.keys.accessKeyId,
    ASHLAR_ROOT_SECRET_KEY: asked.keys.secretAccessKey,
    ASHLAR_RECLAIM_GRACE: '0',
  }
  const config = readConfig({ data: asked.data, listen: '127.0.0.1:0' }, env)
  const onFatal = (error: unknown): void =>
    void wrong.push(`storage is not trusted: ${String(error)}`)
  try {
    await using server = await startServer(config, { log, onFatal })
    const address = { host: '127.0.0.1', port: server.port, region: 'us-east-1', keys: asked.keys }
    using client = new Client(address)
    if (asked.cut >= asked.bucketMade) await new Look(client, asked, wrong).everything()
    await clean(asked.data, wrong)
  } catch (error) {
    wrong.push(`it does not start, or does not answer: ${String(error)}`)
  }
  return wrong
}

async function clean(data: string, wrong: string[]): Promise<void> {
  wrong.push(...audit(data).missing.map((name) => `${name} is missing`))
  await sleep(0)
  const found = await settled(data)
  wrong.push(...found.orphans.map((name) => `${name} is an orphan`))
  if (found.queued > 0) wrong.push(`${found.queued} entries stay in the queue`)
}

class Look {
  readonly #client: Client
  readonly #history: History
  readonly #cut: number
  readonly #wrong: string[]

  constructor(client: Client, { history, cut }: Visit, wrong: string[]) {
    this.#client = client
    this.#history = history
    this.#cut = cut
    this.#wrong = wrong
  }

  async everything(): Promise<void> {
    await this.#listed()
    await Promise.all([...this.#history.writes.keys()].map((key) => this.#object(key)))
    await Promise.all(this.#history.uploads.map((upload) => this.#upload(upload)))
    const heard = await this.#client.send({ path: path('after'), body: 'x' })
    if (heard.status !== 200) this.#wrong.push(`a new object: ${heard.status} ${heard.code}`)
  }

  /** Nothing is listed that cannot be there. */
  async #listed(): Promise<void> {
    const heard = await this.#client.send({ path: `/${bucket}` })
    if (heard.status !== 200) this.#wrong.push(`the listing: ${heard.status} ${heard.code}`)
    for (const [, key = ''] of heard.body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)) {
      const possible = this.#history.possible(key, this.#cut)
      if (possible.every((content) => content === undefined))
        this.#wrong.push(`${key} is listed, and nobody wrote it`)
    }
  }

  async #object(key: string): Promise<void> {
    const heard = await this.#client.send({ path: path(key) })
    const possible = this.#history.possible(key, this.#cut)
    const found = possible.map((content) => mismatch(heard, content))
    if (found.every((one) => one !== undefined)) this.#wrong.push(`${key}: ${found.join(', or ')}`)
  }

  async #upload(upload: UploadStory): Promise<void> {
    if (upload.sent > this.#cut || upload.heard > this.#cut) return
    const query = { uploadId: upload.id }
    const heard = await this.#client.send({ path: path(upload.key), query })
    const { end } = upload
    const isOver = end !== undefined && end.heard <= this.#cut
    const isEnding = end !== undefined && end.sent <= this.#cut
    if (isOver && heard.status !== 404)
      this.#wrong.push(`an upload that ended by ${end.kind} is there: ${heard.status}`)
    if (!isEnding && heard.status !== 200)
      this.#wrong.push(`an open upload: ${heard.status} ${heard.code}`)
    if (heard.status === 200 && !isOver) this.#parts(upload, heard)
    if (isOver && end.kind === 'complete') await this.#receipt(upload, end.body)
  }

  #parts(upload: UploadStory, heard: Heard): void {
    for (const number of [1, 2]) {
      const begun = upload.parts.filter((one) => one.number === number && one.sent <= this.#cut)
      const last = begun.findLastIndex((one) => one.heard <= this.#cut)
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

function mismatch(heard: Heard, content: Content): string | undefined {
  if (content === undefined)
    return heard.status === 404 ? undefined : `${heard.status} for a deleted key`
  if (heard.status !== 200) return `${heard.status} ${heard.code} for ${content[0]?.tag}`
  return differs(heard.body, content)
}
