/**
 * Races on one upload and on one copy source, over HTTP, with reclaim at their heels (no grace): exactly one outcome, exact
 * receipts, and every byte that a row names is there.
 */
import { partList } from '../harness/part-list.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { settled } from './audit.ts'
import { bodyOf, differs, type Piece } from './bodies.ts'
import { Client, element, type Heard } from './client.ts'
import { chance, workersArgs, type Proof, type Run, type Scale } from './proof.ts'

const roundsOf: Readonly<Record<Scale, number>> = { ci: 160, nightly: 2500, release: 10_000 }
const racersMax = 16
const roundsBetweenAudits = 200

export async function proveRaces(run: Run): Promise<Proof> {
  await using server = await startServer({
    args: workersArgs(run),
    env: { ASHLAR_RECLAIM_GRACE: '0' },
  })
  using client = new Client(server)
  await client.send({ method: 'PUT', path: '/proof' })
  const races = new Races(client, chance(run.seed))
  const rounds = roundsOf[run.scale]
  for (let round = 1; round <= rounds && races.violations.length === 0; round++) {
    await (round % 2 === 0 ? races.upload(`u${round % 8}`) : races.copy(`c${round % 8}`))
    if (round % roundsBetweenAudits !== 0 && round !== rounds) continue
    await checkRoom(server, races.violations)
    run.progress(
      `round ${round} of ${rounds}: ${JSON.stringify(races.figures)}, ${races.violations.length} violations`,
    )
  }
  return { figures: { rounds, ...races.figures }, violations: races.violations }
}

async function checkRoom({ dataDir }: TestServer, violations: string[]): Promise<void> {
  const found = await settled(dataDir)
  violations.push(...found.missing.map((name) => `${name} is missing`))
  violations.push(...found.orphans.map((name) => `${name} is an orphan`))
  violations.push(...found.sparse.map((name) => `${name} keeps more than it has`))
  if (found.queued > 0) violations.push(`${found.queued} entries stay in the queue`)
}

interface Sent extends Piece {
  readonly heard: Heard
}

class Races {
  readonly violations: string[] = []
  readonly figures = { completed: 0, aborted: 0, copied: 0, notCopied: 0 }
  readonly #client: Client
  readonly #random: () => number
  #tags = 0

  constructor(client: Client, random: () => number) {
    this.#client = client
    this.#random = random
  }

  /** Complete ∥ Complete ∥ Abort ∥ UploadPart ∥ Delete on one upload of one part. */
  async upload(key: string): Promise<void> {
    const path = `/proof/${key}`
    const begun = await this.#client.send({ method: 'POST', path, query: { uploads: '' } })
    const uploadId = element(begun, 'UploadId')
    const first = await this.#part(path, uploadId)
    const completing = completion(path, uploadId, String(first.heard.headers.etag))
    const completes: Promise<Heard>[] = []
    const parts: Promise<Sent>[] = []
    const aborts: Promise<Heard>[] = []
    const racers = 2 + Math.floor(this.#random() * (racersMax - 1))
    for (let racer = 0; racer < racers; racer++) {
      const dice = this.#random()
      if (dice < 0.3) parts.push(this.#part(path, uploadId))
      else if (dice < 0.6)
        aborts.push(this.#client.send({ method: 'DELETE', path, query: { uploadId } }))
      else completes.push(this.#client.send(completing))
    }
    await this.#judge({ path, uploadId, first, completes, parts, aborts })
  }

  async #judge(race: Race): Promise<void> {
    const { path, uploadId, first } = race
    const completes = await Promise.all(race.completes)
    const aborts = await Promise.all(race.aborts)
    const parts = await Promise.all(race.parts)
    const won = completes.filter(({ status }) => status === 200)
    const aborted = aborts.filter(({ status }) => status === 204)
    if (won.length > 0 && aborted.length > 0) this.#wrong(`${path}: completed and aborted`)
    // Whoever asks for the same completion gets its receipt; a part that was replaced before would have been no part of the list.
    if (won.length > 0 && won.length < completes.length)
      this.#wrong(`${path}: a receipt is missing`)
    if (won.length > 0 && parts.some(({ heard }) => heard.status === 200))
      this.#wrong(`${path}: completed with a part that was replaced`)
    if (aborted.length > 1) this.#wrong(`${path}: aborted ${aborted.length} times`)
    if (new Set(won.map((heard) => element(heard, 'ETag'))).size > 1)
      this.#wrong(`${path}: receipts differ`)
    const losers = [...completes, ...aborts, ...parts.map(({ heard }) => heard)]
    for (const { status, code } of losers.filter(({ status }) => status >= 300))
      if (!['NoSuchUpload', 'InvalidPart'].includes(code ?? ''))
        this.#wrong(`${path}: ${status} ${code}`)
    const listed = await this.#client.send({ path, query: { uploadId } })
    const isOpen = listed.status === 200
    if (isOpen === won.length + aborted.length > 0)
      this.#wrong(`${path}: the upload is open: ${isOpen}`)
    if (won.length > 0) {
      this.figures.completed += 1
      const found = await this.#client.send({ path })
      const wrong = found.status === 200 ? differs(found.body, [first]) : `${found.status}`
      if (wrong !== undefined) this.#wrong(`${path}: ${wrong}`)
      if (found.headers.etag !== unescaped(element(won[0] ?? found, 'ETag')))
        this.#wrong(`${path}: another ETag`)
    }
    if (aborted.length > 0) this.figures.aborted += 1
    if (isOpen) await this.#client.send({ method: 'DELETE', path, query: { uploadId } })
  }

  /** CopyObject and UploadPartCopy of a source that is overwritten and deleted all the while. */
  async copy(key: string): Promise<void> {
    const source = `/proof/${key}`
    const written = [this.#piece(source)]
    await this.#put(source, written[0] as Piece)
    const begun = await this.#client.send({
      method: 'POST',
      path: `${source}-mpu`,
      query: { uploads: '' },
    })
    const uploadId = element(begun, 'UploadId')
    const writing = this.#overwrite(source, written)
    const copies: Promise<void>[] = []
    for (let racer = 0; racer < 8; racer++)
      copies.push(this.#copyOnce(source, `${source}-${racer}`, written))
    const part = this.#copyPart(source, uploadId)
    await Promise.all([writing, ...copies])
    const heard = await part
    if (heard.status !== 200) return this.#uncopied(heard, source)
    const path = `${source}-mpu`
    await this.#client.send(completion(path, uploadId, element(heard, 'ETag')))
    const found = await this.#client.send({ path })
    if (
      !written.some((piece) => found.status === 200 && differs(found.body, [piece]) === undefined)
    )
      this.#wrong(`${path}: ${found.status}, of no source`)
    this.figures.copied += 1
  }

  async #overwrite(source: string, written: Piece[]): Promise<void> {
    for (let time = 0; time < 6; time++) {
      const piece = this.#piece(source)
      written.push(piece)
      await this.#put(source, piece)
      if (this.#random() < 0.4) await this.#client.send({ method: 'DELETE', path: source })
    }
  }

  async #copyOnce(source: string, path: string, written: readonly Piece[]): Promise<void> {
    const asked = this.#random() < 0.3 ? { 'x-amz-checksum-algorithm': 'SHA256' } : {}
    const headers = { 'x-amz-copy-source': source, ...asked }
    const heard = await this.#client.send({ path, headers, body: '' })
    if (heard.status !== 200) return this.#uncopied(heard, source)
    this.figures.copied += 1
    const found = await this.#client.send({ path })
    const isOne = written.some((piece) => differs(found.body, [piece]) === undefined)
    if (found.status !== 200 || !isOne) this.#wrong(`${path}: ${found.status}, of no source`)
  }

  async #copyPart(source: string, uploadId: string): Promise<Heard> {
    const query = { uploadId, partNumber: '1' }
    const headers = { 'x-amz-copy-source': source }
    return this.#client.send({ path: `${source}-mpu`, query, headers, body: '' })
  }

  /** The source may just have been deleted; nothing else is an excuse. */
  #uncopied({ status, code }: Heard, source: string): void {
    this.figures.notCopied += 1
    if (code !== 'NoSuchKey') this.#wrong(`a copy of ${source}: ${status} ${code}`)
  }

  async #part(path: string, uploadId: string): Promise<Sent> {
    const piece = this.#piece(path)
    const query = { uploadId, partNumber: '1' }
    const heard = await this.#client.send({ path, query, body: bodyOf(piece.tag, piece.sizeBytes) })
    return { ...piece, heard }
  }

  async #put(path: string, { tag, sizeBytes }: Piece): Promise<void> {
    const heard = await this.#client.send({ path, body: bodyOf(tag, sizeBytes) })
    if (heard.status !== 200) this.#wrong(`${path}: ${heard.status} ${heard.code}`)
  }

  #piece(path: string): Piece {
    const isSmall = this.#random() < 0.3
    return {
      tag: `${path}:${this.#tags++}`,
      sizeBytes: Math.floor(1 + this.#random() * (isSmall ? 16_000 : 90_000)),
    }
  }

  #wrong(what: string): void {
    this.violations.push(what)
  }
}

interface Race {
  readonly path: string
  readonly uploadId: string
  readonly first: Piece
  readonly completes: readonly Promise<Heard>[]
  readonly parts: readonly Promise<Sent>[]
  readonly aborts: readonly Promise<Heard>[]
}

function completion(path: string, uploadId: string, etag: string): Parameters<Client['send']>[0] {
  const body = partList([{ number: 1, etag }])
  return { method: 'POST', path, query: { uploadId }, body }
}

function unescaped(text: string): string {
  return text.replaceAll(/&quot;|&#34;/g, '"')
}
