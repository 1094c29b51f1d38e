/**
 * Many ask for the same at once, each on the condition that nobody was before: exactly one is told that it did, all others
 * that the condition failed, and what is there afterwards is what that one wrote. Puts, completions, copies and deletes.
 */
import { bodyOf, differs, type Piece } from '../crash/bodies.ts'
import { Client, element, type Heard } from '../crash/client.ts'
import { clockOf, workersArgs, type Proof, type Run, type Scale } from '../crash/proof.ts'
import { partList } from '../harness/part-list.ts'
import { startServer } from '../harness/server.ts'

type Plan = Parameters<Client['send']>[0]

interface Size {
  /** Of each kind. */
  readonly rounds: number
  readonly racers: number
}

const scales: Readonly<Record<Scale, Size>> = {
  ci: { rounds: 2, racers: 16 },
  nightly: { rounds: 250, racers: 64 },
  release: { rounds: 1000, racers: 64 },
}
const bucket = '/winners'
/** Of racers in turn: what lies in the database, and what lies in a file. */
const sizes: readonly number[] = [3000, 30_000]

/** How a racer writes, and on which condition. */
interface Kind {
  readonly name: string
  readonly needs: 'nothing' | 'present'
  readonly write: 'put' | 'complete' | 'copy' | 'delete'
}

const kinds: readonly Kind[] = [
  { name: 'put where there is nothing', needs: 'nothing', write: 'put' },
  { name: 'put over what is known', needs: 'present', write: 'put' },
  { name: 'complete where there is nothing', needs: 'nothing', write: 'complete' },
  { name: 'complete over what is known', needs: 'present', write: 'complete' },
  { name: 'copy where there is nothing', needs: 'nothing', write: 'copy' },
  { name: 'copy over what is known', needs: 'present', write: 'copy' },
  { name: 'delete what is known', needs: 'present', write: 'delete' },
]

export async function proveWinners(run: Run): Promise<Proof> {
  await using server = await startServer({
    args: workersArgs(run),
    env: { ASHLAR_RECLAIM_GRACE: '0' },
  })
  using client = new Client(server)
  await client.send({ method: 'PUT', path: bucket })
  const { rounds, racers } = scales[run.scale]
  const winners = new Winners(client, racers)
  await winners.begin()
  const hasTime = clockOf(run)
  const { figures, violations } = winners
  while (hasTime() && figures.rounds < rounds && violations.length === 0) {
    figures.rounds += 1
    for (const kind of kinds) await winners.race(kind)
    run.progress(`${JSON.stringify(figures)}, ${violations.length} violations`)
  }
  return { figures, violations }
}

class Winners {
  readonly violations: string[] = []
  readonly figures = { rounds: 0, races: 0, racers: 0, failed: 0, conflicts: 0 }
  readonly #client: Client
  readonly #racers: number

  constructor(client: Client, racers: number) {
    this.#client = client
    this.#racers = racers
    this.figures.racers = racers
  }

  /** What is copied: one source for each racer, so that the winner can be told. */
  async begin(): Promise<void> {
    await Promise.all(
      this.#each((racer) =>
        this.#client.send({ path: `${bucket}/source-${racer}`, body: bodyOfRacer(racer) }),
      ),
    )
  }

  async race(kind: Kind): Promise<void> {
    this.figures.races += 1
    const key = `key-${this.figures.races}`
    const condition = await this.#condition(kind, key)
    const plans = await Promise.all(
      this.#each((racer) => this.#plan(kind, { key, racer, condition })),
    )
    const heard = await Promise.all(plans.map((plan) => this.#client.send(plan)))
    const winners = heard.flatMap(({ status }, racer) => (status < 300 ? [racer] : []))
    if (winners.length !== 1)
      this.violations.push(`${kind.name}: ${winners.length} of ${heard.length} were told they did`)
    for (const one of heard) this.#loser(kind, one)
    await this.#look(kind, key, winners[0])
    await this.#client.send({ method: 'DELETE', path: `${bucket}/${key}` })
  }

  /** Of a completion S3 wants that what it replaces was there before the upload began. */
  async #condition({ needs }: Kind, key: string): Promise<Record<string, string>> {
    if (needs === 'nothing') return { 'if-none-match': '*' }
    const heard = await this.#client.send({ path: `${bucket}/${key}`, body: 'before' })
    return { 'if-match': String(heard.headers.etag) }
  }

  async #plan(
    { write }: Kind,
    { key, racer, condition }: { key: string; racer: number; condition: Record<string, string> },
  ): Promise<Plan> {
    const path = `${bucket}/${key}`
    switch (write) {
      case 'put':
        return { path, headers: condition, body: bodyOfRacer(racer) }
      case 'copy': {
        const headers = { ...condition, 'x-amz-copy-source': `${bucket}/source-${racer}` }
        return { path, headers, body: '' }
      }
      case 'delete':
        return { method: 'DELETE', path, headers: condition }
      case 'complete':
        return this.#completion(path, { racer, condition })
    }
  }

  async #completion(
    path: string,
    { racer, condition }: { racer: number; condition: Record<string, string> },
  ): Promise<Plan> {
    const begun = await this.#client.send({ method: 'POST', path, query: { uploads: '' } })
    const uploadId = element(begun, 'UploadId')
    const query = { uploadId, partNumber: '1' }
    const part = await this.#client.send({ path, query, body: bodyOfRacer(racer) })
    const body = partList([{ number: 1, etag: String(part.headers.etag) }])
    return { method: 'POST', path, query: { uploadId }, headers: condition, body }
  }

  /** Whoever deletes what was just deleted, or asks for what is known of it, finds nothing. */
  #loser({ name, needs }: Kind, { status, code }: Heard): void {
    if (status < 300) return
    this.figures.failed += 1
    if (status === 409) this.figures.conflicts += 1
    const isMissing = status === 404 && needs === 'present'
    if (status !== 412 && status !== 409 && !isMissing)
      this.violations.push(`${name}: ${status} ${code}`)
  }

  async #look({ name, write }: Kind, key: string, winner: number | undefined): Promise<void> {
    if (winner === undefined) return
    const heard = await this.#client.send({ path: `${bucket}/${key}` })
    if (write === 'delete') {
      if (heard.status !== 404) this.violations.push(`${name}: it is there, ${heard.status}`)
      return
    }
    const wrong = differs(heard.body, [pieceOf(winner)])
    if (wrong !== undefined) this.violations.push(`${name}: not what the winner wrote: ${wrong}`)
  }

  #each<T>(one: (racer: number) => T): T[] {
    return Array.from({ length: this.#racers }, (_, racer) => one(racer))
  }
}

function pieceOf(racer: number): Piece {
  return { tag: `racer-${racer}`, sizeBytes: sizes[racer % sizes.length] ?? 1 }
}

function bodyOfRacer(racer: number): Buffer {
  const { tag, sizeBytes } = pieceOf(racer)
  return bodyOf(tag, sizeBytes)
}
