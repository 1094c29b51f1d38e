/**
 * Bit rot in a live store: blob files are flipped, zeroed, cut, swapped, lengthened and deleted, rows of the metadata damaged and
 * exchanged. Whoever reads gets an error or a connection that breaks off, and never a whole answer with wrong bytes.
 */
import {
  appendFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { partList, type ListedPart } from '../harness/part-list.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { blobFiles } from './blob-files.ts'
import { bodyOf, differs, type Piece } from './bodies.ts'
import { Client, element, Unheard } from './client.ts'
import { chance, type Proof, type Run, type Scale } from './proof.ts'
import { damageRow } from './rot-rows.ts'
import { sealedEnv, sealingOf } from './sealed.ts'

const damagesOf: Readonly<Record<Scale, number>> = { ci: 100, nightly: 1000, release: 4000 }
/** The server reads its keys when it starts, so each of these costs two restarts. */
const keysEvery = 25
const headerBytes = 4096

/** Of one object each; those with numbers that differ by six are sealed alike (sealed.ts). */
const sizes: readonly number[] = [
  700, 700, 16_000, 20_000, 65_536, 65_536, 400_000, 1_500_000, 700, 700, 700, 300_000, 20_000,
  65_600,
]
const largeBytes = 5 * 1024 * 1024

interface Kept {
  readonly key: string
  readonly pieces: readonly Piece[]
}

export async function proveRot(run: Run): Promise<Proof> {
  await using server = await startServer({ env: sealedEnv })
  using client = new Client(server)
  const rot = new Rot(client, server, chance(run.seed))
  await rot.fill()
  const damages = damagesOf[run.scale]
  for (let damage = 1; damage <= damages && rot.violations.length === 0; damage++) {
    if (damage % keysEvery === 0) await rot.inKeys()
    else await (damage % 3 === 0 ? rot.inRows() : rot.inBlobs())
    if (damage % 50 === 0)
      run.progress(
        `damage ${damage} of ${damages}: ${JSON.stringify(rot.figures)}, ${rot.violations.length} violations`,
      )
  }
  await rot.checkWhole()
  return { figures: { damages, ...rot.figures }, violations: rot.violations }
}

class Rot {
  readonly violations: string[] = []
  readonly figures = { found: 0, harmless: 0, refused: 0, brokenOff: 0, keys: 0 }
  readonly #client: Client
  readonly #server: TestServer
  readonly #random: () => number
  readonly #kept: Kept[] = []
  #files: readonly string[] = []

  constructor(client: Client, server: TestServer, random: () => number) {
    this.#client = client
    this.#server = server
    this.#random = random
  }

  async fill(): Promise<void> {
    await this.#client.send({ method: 'PUT', path: '/proof' })
    for (const sizeBytes of sizes) await this.#put(`k${this.#kept.length}`, sizeBytes)
    await this.#upload('k14', 2)
    await this.#upload('k15', 1)
    await this.#upload('k16', 1)
    this.#files = blobFiles(this.#server.dataDir)
  }

  /** One key of the ring is damaged: the server says so when it starts, or what that key opens is not read. */
  async inKeys(): Promise<void> {
    const { what, undo } = this.#damageBytes(this.#any(filesOf(join(this.#server.dataDir, 'keys'))))
    await this.#server.kill()
    const seen = await this.#server.restart().then(
      () => this.#readAll(what),
      () => 1,
    )
    undo()
    this.figures[seen > 0 ? 'found' : 'harmless'] += 1
    this.figures.keys += 1
    await this.#server.restart()
    if ((await this.#readAll(what)) > 0) this.violations.push(`${what}: put back, it is not read`)
  }

  /** One blob file is damaged, every object read, and the file put back. */
  async inBlobs(): Promise<void> {
    const file = this.#any(this.#files)
    const { what, mayBeHarmless, undo } = this.#damage(file)
    const seen = await this.#readAll(what)
    undo()
    if (seen > 0) this.figures.found += 1
    else if (mayBeHarmless) this.figures.harmless += 1
    else this.violations.push(`${what}: nobody noticed`)
  }

  /** One row is damaged, or two are exchanged; some columns are of no account to who reads. */
  async inRows(): Promise<void> {
    const damaged = damageRow(join(this.#server.dataDir, 'metadata.sqlite'), this.#random)
    await this.#forget()
    const seen = await this.#readAll(damaged.what)
    damaged.undo()
    await this.#forget()
    if (seen > 0) this.figures.found += 1
    else this.figures.harmless += 1
  }

  /** Rows that the server keeps in memory do not rot: with a bucket that is deleted it lets go of all of them. */
  async #forget(): Promise<void> {
    for (const method of ['PUT', 'DELETE']) {
      const { status, code } = await this.#client.send({ method, path: '/forgotten' })
      if (status >= 300) this.violations.push(`${method} of a bucket: ${status} ${code}`)
    }
  }

  async checkWhole(): Promise<void> {
    const seen = await this.#readAll('after all of it')
    if (seen > 0) this.violations.push('what was put back cannot be read')
  }

  /** How many objects could not be read. */
  async #readAll(what: string): Promise<number> {
    let unread = 0
    for (const { key, pieces } of this.#kept) {
      try {
        const headers = sealingOf(key).access
        const heard = await this.#client.send({ path: `/proof/${key}`, headers })
        if (heard.status >= 500) this.figures.refused += 1
        if (heard.status !== 200) unread += 1
        const wrong = heard.status === 200 ? differs(heard.body, pieces) : undefined
        if (wrong !== undefined) this.violations.push(`${what}: ${key}: ${wrong}`)
      } catch (error) {
        if (!(error instanceof Unheard)) throw error
        unread += 1
        this.figures.brokenOff += 1
      }
    }
    return unread
  }

  #damage(file: string): Damage {
    if (this.#random() < 0.85) return this.#damageBytes(file)
    const other = this.#any(this.#files.filter((name) => name !== file))
    const exchange = (): void => {
      renameSync(file, `${file}.away`)
      renameSync(other, file)
      renameSync(`${file}.away`, other)
    }
    exchange()
    const what = `${file.slice(-12)}: exchanged with another`
    return { what, mayBeHarmless: false, undo: exchange }
  }

  #damageBytes(file: string): Damage {
    const whole = readFileSync(file)
    const at = Math.floor(this.#random() * whole.length)
    // A key that others may read would be refused for that.
    const undo = (): void => writeFileSync(file, whole, { mode: 0o600 })
    const said = (what: string, mayBeHarmless = false): Damage => ({
      what: `${file.slice(-12)}: ${what}`,
      mayBeHarmless,
      undo,
    })
    const dice = this.#random()
    if (dice < 0.45) {
      writeFileSync(file, flipped(whole, at, this.#random))
      return said(`a bit of byte ${at} flipped`, at < headerBytes)
    }
    if (dice < 0.65) {
      const page = at - (at % 4096)
      const zeroed = Buffer.from(whole).fill(0, page, Math.min(page + 4096, whole.length))
      writeFileSync(file, zeroed)
      return said(`the page of byte ${at} zeroed`, at < headerBytes)
    }
    if (dice < 0.83) {
      writeFileSync(file, whole.subarray(0, at))
      return said(`cut to ${at} bytes`)
    }
    if (dice < 0.94) {
      rmSync(file)
      return said('deleted')
    }
    appendFileSync(file, 'more')
    return said('lengthened')
  }

  async #put(key: string, sizeBytes: number): Promise<void> {
    const piece = { tag: key, sizeBytes }
    const headers = sealingOf(key).write
    const body = bodyOf(key, sizeBytes)
    const heard = await this.#client.send({ path: `/proof/${key}`, headers, body })
    if (heard.status !== 200) this.violations.push(`${key}: ${heard.status} ${heard.code}`)
    this.#kept.push({ key, pieces: [piece] })
  }

  async #upload(key: string, largeParts: number): Promise<void> {
    const path = `/proof/${key}`
    const { write, access } = sealingOf(key)
    const plan = { method: 'POST', path, query: { uploads: '' }, headers: write }
    const begun = await this.#client.send(plan)
    const uploadId = element(begun, 'UploadId')
    const large = Array<number>(largeParts).fill(largeBytes)
    const pieces = [...large, 9000].map((sizeBytes, index) => ({
      tag: `${key}#${index}`,
      sizeBytes,
    }))
    const parts: ListedPart[] = []
    for (const [index, { tag, sizeBytes }] of pieces.entries()) {
      const number = index + 1
      const query = { uploadId, partNumber: String(number) }
      const part = { path, query, headers: access, body: bodyOf(tag, sizeBytes) }
      const heard = await this.#client.send(part)
      parts.push({ number, etag: String(heard.headers.etag) })
    }
    const body = partList(parts)
    const heard = await this.#client.send({ method: 'POST', path, query: { uploadId }, body })
    if (heard.status !== 200) this.violations.push(`${key}: ${heard.status} ${heard.code}`)
    this.#kept.push({ key, pieces })
  }

  #any<T>(all: readonly T[]): T {
    return all[Math.floor(this.#random() * all.length)] as T
  }
}

interface Damage {
  readonly what: string
  readonly mayBeHarmless: boolean
  readonly undo: () => void
}

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

function flipped(whole: Buffer, at: number, random: () => number): Buffer {
  const damaged = Buffer.from(whole)
  damaged[at] = (damaged[at] ?? 0) ^ (1 << Math.floor(random() * 8))
  return damaged
}
