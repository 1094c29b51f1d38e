/**
 * A small volume is filled and emptied, again and again: writes are refused by a 503 that says why, reads and deletes go on, an
 * upload that was open goes on when there is room, and nothing that was acknowledged is lost.
 */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { settled } from '../crash/audit.ts'
import { bodyOf, differs } from '../crash/bodies.ts'
import { Client, element, Unheard, type Heard } from '../crash/client.ts'
import { clockOf, type Proof, type Run, type Scale } from '../crash/proof.ts'
import { putAwayAtEnd } from '../harness/mounts.ts'
import { partList } from '../harness/part-list.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { until } from '../harness/until.ts'
import { scrape } from '../server/scrape.ts'

const cyclesOf: Readonly<Record<Scale, number>> = { ci: 2, nightly: 25, release: 100 }
const volumeMebibytes = 40
const reserveMebibytes = 16
const sizeBytes = 1024 * 1024
const full = /The disk of the server is nearly full/

export async function proveFull(run: Run): Promise<Proof> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-full-'))
  try {
    const option = `size=${volumeMebibytes}m`
    execFileSync('mount', ['-t', 'tmpfs', '-o', option, 'tmpfs', folder], { stdio: 'pipe' })
    putAwayAtEnd(folder)
  } catch {
    await rm(folder, { recursive: true })
    const skipped = 'a small volume needs the right to mount one'
    return { figures: {}, violations: [], skipped }
  }
  try {
    const env = { ASHLAR_RECLAIM_GRACE: '0', ASHLAR_DISK_RESERVE: String(reserveMebibytes) }
    const args = ['--admin', '127.0.0.1:0']
    await using server = await startServer({ args, dataDir: join(folder, 'data'), env })
    using client = new Client(server)
    await client.send({ method: 'PUT', path: '/proof' })
    const proof = new Full(server, client)
    const cycles = cyclesOf[run.scale]
    const hasTime = clockOf(run)
    while (hasTime() && proof.figures.cycles < cycles && proof.violations.length === 0) {
      await proof.cycle().catch((error: unknown) => proof.unheard(error))
      run.progress(`${JSON.stringify(proof.figures)}, ${proof.violations.length} violations`)
    }
    return { figures: proof.figures, violations: proof.violations }
  } finally {
    execFileSync('umount', ['-l', folder])
    await rm(folder, { recursive: true, force: true })
  }
}

class Full {
  readonly violations: string[] = []
  readonly figures = { cycles: 0, objects: 0, refused: 0, refusedParts: 0 }
  readonly #server: TestServer
  readonly #client: Client

  constructor(server: TestServer, client: Client) {
    this.#server = server
    this.#client = client
  }

  /** A full disk is no reason to end. */
  unheard(error: unknown): void {
    if (!(error instanceof Unheard)) throw error
    this.#wrong(`it answers no more: ${error.message}`)
  }

  async cycle(): Promise<void> {
    this.figures.cycles += 1
    const upload = { path: '/proof/upload', query: { uploads: '' } }
    const uploadId = element(await this.#client.send({ method: 'POST', ...upload }), 'UploadId')
    const first = await this.#part(uploadId, 1)
    if (first.status !== 200) this.#wrong(`a first part: ${first.status} ${first.code}`)
    const kept = await this.#fill()
    await this.#partsUntilFull(uploadId)
    await this.#read(kept)
    if (this.figures.cycles % 2 === 0) {
      await this.#server.kill()
      await this.#server.restart()
      await this.#read(kept)
    }
    await this.#empty(kept)
    await this.#recovers(uploadId, element(first, 'ETag') || String(first.headers.etag))
    await this.#client.send({ method: 'DELETE', path: '/proof/upload' })
    const { missing, orphans } = await settled(this.#server.dataDir)
    for (const name of missing) this.#wrong(`${name} is missing`)
    for (const name of orphans) this.#wrong(`${name} is an orphan`)
    await this.#seesTheRoom()
  }

  /** The server looks a few times a second: the next cycle begins when it has seen what this one gave back. */
  async #seesTheRoom(): Promise<void> {
    const isSeen = async (): Promise<boolean> => {
      const { bavail, bsize } = await statfs(this.#server.dataDir)
      const metrics = await scrape(this.#server)
      const seenBytes = metrics.value('ashlar_disk_free_bytes') ?? 0
      return Math.abs(bavail * bsize - seenBytes) < sizeBytes / 2
    }
    if (!(await until(isSeen))) this.#wrong('it does not see that there is room')
  }

  /** Four at a time, until one is refused. */
  async #fill(): Promise<readonly string[]> {
    const kept: string[] = []
    for (let round = 0; round < volumeMebibytes; round++) {
      const keys = [0, 1, 2, 3].map((lane) => `${this.figures.cycles}-${round}-${lane}`)
      const heard = await Promise.all(keys.map((key) => this.#put(key)))
      kept.push(...keys.filter((_, index) => heard[index]?.status === 200))
      const refused = heard.filter(({ status }) => status !== 200)
      for (const one of refused) this.#refusal(one)
      if (refused.length > 0) break
    }
    this.figures.objects += kept.length
    if (kept.length < 10) this.#wrong(`it is full after ${kept.length} objects`)
    if (kept.length >= volumeMebibytes) this.#wrong('it is never full')
    return kept
  }

  /** What refused requests had counted is free again, so one or the other part may still find room. */
  async #partsUntilFull(uploadId: string): Promise<void> {
    for (let number = 2; number < volumeMebibytes; number++) {
      const heard = await this.#part(uploadId, number)
      if (heard.status === 200) continue
      this.figures.refusedParts += 1
      return this.#refusal(heard)
    }
    this.#wrong('parts find room for ever')
  }

  async #read(kept: readonly string[]): Promise<void> {
    for (const key of kept) {
      const { body } = await this.#client.send({ path: `/proof/${key}` })
      const wrong = differs(body, [{ tag: key, sizeBytes }])
      if (wrong !== undefined) this.#wrong(`${key}: ${wrong}`)
    }
  }

  async #empty(kept: readonly string[]): Promise<void> {
    for (const key of kept) {
      const { status } = await this.#client.send({ method: 'DELETE', path: `/proof/${key}` })
      if (status !== 204) this.#wrong(`a delete: ${status}`)
    }
  }

  /** By itself, and the upload that was open is as it was. */
  async #recovers(uploadId: string, etag: string): Promise<void> {
    if (!(await until(async () => (await this.#put('again')).status === 200)))
      return this.#wrong('it does not recover')
    await this.#client.send({ method: 'DELETE', path: '/proof/again' })
    const body = partList([{ number: 1, etag: etag.replaceAll('"', '') }])
    const plan = { method: 'POST', path: '/proof/upload', query: { uploadId }, body }
    const completed = await this.#client.send(plan)
    if (completed.status !== 200) this.#wrong(`to complete: ${completed.status} ${completed.code}`)
    const { body: bytes } = await this.#client.send({ path: '/proof/upload' })
    const wrong = differs(bytes, [{ tag: `part-1-${this.figures.cycles}`, sizeBytes }])
    if (wrong !== undefined) this.#wrong(`the upload: ${wrong}`)
  }

  #refusal(heard: Heard): void {
    this.figures.refused += 1
    if (heard.status !== 503 || !full.test(heard.body.toString()))
      this.#wrong(`a write on a full disk: ${heard.status} ${heard.code}`)
  }

  #put(key: string): Promise<Heard> {
    return this.#client.send({ path: `/proof/${key}`, body: bodyOf(key, sizeBytes) })
  }

  #part(uploadId: string, number: number): Promise<Heard> {
    const query = { uploadId, partNumber: String(number) }
    const body = bodyOf(`part-${number}-${this.figures.cycles}`, sizeBytes)
    return this.#client.send({ path: '/proof/upload', query, body })
  }

  #wrong(what: string): void {
    this.violations.push(`cycle ${this.figures.cycles}: ${what}`)
  }
}
