/**
 * Listings under writers: a key that is there for all of a listing, page after page, is in it exactly once, one that is not there
 * for all of it is in none, what was acknowledged before it began is seen, and keys come in the order of their UTF-8 bytes.
 */
import { Client, element, type Heard } from '../crash/client.ts'
import { chance, clockOf, workersArgs, type Proof, type Run, type Scale } from '../crash/proof.ts'
import { startServer } from '../harness/server.ts'

const pagesOf: Readonly<Record<Scale, number>> = { ci: 250, nightly: 20_000, release: 100_000 }
const bucket = '/listings'
const writerCount = 4
const readerCount = 4
const keysOfEach = 60
const delimiters: readonly string[] = ['', '/', 'b', '//', '\u{1f600}']
/** Above U+FFFF the order of UTF-8 is not that of UTF-16. */
const syllables: readonly string[] = [
  'a',
  'b',
  '/',
  'é',
  '\u{ff5e}',
  '\u{1f600}',
  '%',
  ' ',
  '+',
  '&',
]
const pagesToSay = 500

export async function proveListings(run: Run): Promise<Proof> {
  await using server = await startServer({ args: workersArgs(run) })
  using client = new Client(server)
  await client.send({ method: 'PUT', path: bucket })
  const listings = new Listings(client, run)
  await listings.prove()
  return { figures: listings.figures, violations: listings.violations }
}

/** When a key came to be there or not: a change was certain from `done`, and not begun before `begun`. */
interface Change {
  readonly isThere: boolean
  readonly begun: number
  done: number
}

interface Listed {
  readonly prefix: string
  readonly delimiter: string
  readonly begun: number
  readonly ended: number
  readonly keys: readonly string[]
  readonly prefixes: readonly string[]
}

class Listings {
  readonly violations: string[] = []
  readonly figures = { pages: 0, listings: 0, changes: 0, certain: 0 }
  readonly #client: Client
  readonly #run: Run
  /** The changes of each key, the first of which is that it was never there. */
  readonly #changes = new Map<string, Change[]>()
  #isOver = false

  constructor(client: Client, run: Run) {
    this.#client = client
    this.#run = run
  }

  async prove(): Promise<void> {
    const writers = Array.from({ length: writerCount }, (_, index) => this.#write(index))
    const readers = Array.from({ length: readerCount }, (_, index) => this.#read(index))
    await Promise.all(readers)
    this.#isOver = true
    await Promise.all(writers)
  }

  /** Each has keys of its own, and leaves some of them alone for long. */
  async #write(index: number): Promise<void> {
    const random = chance(this.#run.seed + index)
    const keys = Array.from({ length: keysOfEach }, (_, at) => `${name(random)}${index}-${at}`)
    for (const key of keys) this.#changes.set(key, [{ isThere: false, begun: 0, done: 0 }])
    while (!this.#isOver) {
      const at = Math.floor(random() ** 2 * keys.length)
      const key = keys[at] ?? ''
      const changes = this.#changes.get(key) ?? []
      const change: Change = {
        isThere: changes.at(-1)?.isThere !== true,
        begun: performance.now(),
        done: Infinity,
      }
      changes.push(change)
      const path = `${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`
      const heard = await this.#client.send(
        change.isThere ? { path, body: 'x' } : { method: 'DELETE', path },
      )
      change.done = performance.now()
      this.figures.changes += 1
      if (heard.status >= 300) this.violations.push(`${key}: ${heard.status} ${heard.code}`)
    }
  }

  async #read(index: number): Promise<void> {
    const random = chance(this.#run.seed + 100 + index)
    const hasTime = clockOf(this.#run)
    const pages = pagesOf[this.#run.scale]
    while (hasTime() && this.figures.pages < pages && this.violations.length === 0) {
      const delimiter = delimiters[Math.floor(random() * delimiters.length)] ?? ''
      const prefix = random() < 0.5 ? '' : (syllables[Math.floor(random() * 4)] ?? '')
      const listed = await this.#list({ prefix, delimiter, max: 1 + Math.floor(random() * 40) })
      this.figures.listings += 1
      this.#judge(listed)
    }
  }

  async #list(asked: { prefix: string; delimiter: string; max: number }): Promise<Listed> {
    const { prefix, delimiter, max } = asked
    const begun = performance.now()
    const [keys, prefixes]: [string[], string[]] = [[], []]
    let token = ''
    do {
      const query = {
        'list-type': '2',
        'encoding-type': 'url',
        'max-keys': String(max),
        ...(prefix && { prefix }),
        ...(delimiter && { delimiter }),
        ...(token && { 'continuation-token': token }),
      }
      const heard = await this.#client.send({ path: bucket, query })
      if (heard.status !== 200) this.violations.push(`a page: ${heard.status} ${heard.code}`)
      const entries = namesIn(heard, 'Contents', 'Key')
      const common = namesIn(heard, 'CommonPrefixes', 'Prefix')
      if (entries.length + common.length > max) this.violations.push('a page is too long')
      keys.push(...entries)
      prefixes.push(...common)
      token = element(heard, 'NextContinuationToken')
      this.figures.pages += 1
      if (this.figures.pages % pagesToSay === 0)
        this.#run.progress(`${JSON.stringify(this.figures)}, ${this.violations.length} violations`)
    } while (token !== '')
    return { prefix, delimiter, begun, ended: performance.now(), keys, prefixes }
  }

  #judge(listed: Listed): void {
    const { prefix, delimiter, keys, prefixes } = listed
    const where = `prefix ${JSON.stringify(prefix)}, delimiter ${JSON.stringify(delimiter)}`
    for (const names of [keys, prefixes])
      if (!isAscending(names)) this.violations.push(`${where}: out of order or twice`)
    const seen = new Set(keys)
    const common = new Set(prefixes)
    const possible = new Set<string>()
    for (const key of keys)
      if (!this.#changes.has(key) || !key.startsWith(prefix))
        this.violations.push(`${where}: ${key} is not of it`)
    for (const [key, changes] of this.#changes) {
      if (!key.startsWith(prefix)) continue
      const isThere = certainly(changes, listed)
      if (isThere !== undefined) this.figures.certain += 1
      const rolled = commonPrefix(key, prefix, delimiter)
      if (isThere !== false && rolled !== undefined) possible.add(rolled)
      const isSeen = rolled === undefined ? seen.has(key) : common.has(rolled)
      if (isThere === true && !isSeen) this.violations.push(`${where}: ${key} is left out`)
      if (isThere === false && seen.has(key))
        this.violations.push(`${where}: ${key} is there, and was not`)
    }
    for (const one of prefixes)
      if (!possible.has(one)) this.violations.push(`${where}: nothing is under ${one}`)
  }
}

/** Whether it was there, or not, from before the listing began until it had ended; undefined where that cannot be said. */
function certainly(changes: readonly Change[], { begun, ended }: Listed): boolean | undefined {
  const last = changes.findLast((change) => change.done <= begun)
  const isQuiet = changes.every((change) => change.done <= begun || change.begun >= ended)
  return isQuiet ? last?.isThere : undefined
}

function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
  return end < 0 ? undefined : key.slice(0, end + delimiter.length)
}

function isAscending(names: readonly string[]): boolean {
  return names.every(
    (one, index) =>
      index === 0 || Buffer.compare(Buffer.from(names[index - 1] ?? ''), Buffer.from(one)) < 0,
  )
}

function namesIn({ body }: Heard, within: string, name: string): string[] {
  const pattern = new RegExp(`<${within}>.*?<${name}>([^<]*)</${name}>`, 'gs')
  return [...body.toString().matchAll(pattern)].map(([, found = '']) =>
    decodeURIComponent(found.replaceAll('+', '%20')),
  )
}

function name(random: () => number): string {
  const length = 1 + Math.floor(random() * 5)
  return Array.from(
    { length },
    () => syllables[Math.floor(random() * syllables.length)] ?? 'a',
  ).join('')
}
