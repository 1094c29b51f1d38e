/**
 * Each parser with millions of inputs: none may throw anything but an S3Error, take longer than 50 ms, or leave memory behind.
 * An input that seems slow is tried three times more, by the processor's clock: on a busy machine any of them may wait its turn.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { chance, type Proof, type Run, type Scale } from '../crash/proof.ts'
import { Mutator } from './mutate.ts'
import { parsers, type Parser } from './parsers.ts'
import { isRefusal } from './parsers-of-requests.ts'

const inputsOf: Readonly<Record<Scale, number>> = {
  ci: 3000,
  nightly: 1_000_000,
  release: 10_000_000,
}
const slowMilliseconds = 50
/** From here on an input is tried again, so that the figures tell of the parser and not of the machine. */
const suspectMilliseconds = 5
const retries = 3
/** One input in so many is as large as the parser ever gets. */
const largeEvery = 2000
const growthBytesMax = 32 * 1024 * 1024
const millisecondsInMinute = 60_000

export async function proveFuzz(run: Run): Promise<Proof> {
  const figures: Record<string, number> = { asked: inputsOf[run.scale] }
  const violations: string[] = []
  const chosen = parsers.filter(({ name }) => run.only === undefined || name === run.only)
  if (chosen.length === 0) throw new TypeError(`no parser of that name: ${String(run.only)}`)
  for (const parser of chosen) {
    const share = (run.minutes ?? Infinity) / chosen.length
    const fuzzer = new Fuzzer(parser, run.seed + parsers.indexOf(parser))
    const until = performance.now() + share * millisecondsInMinute
    const seconds = await timed(() => fuzzer.feed(inputsOf[run.scale], until))
    violations.push(...fuzzer.violations)
    figures[parser.name] = fuzzer.inputs
    figures[`${parser.name} accepted`] = fuzzer.accepted
    figures[`${parser.name} worst ms`] = Math.round(fuzzer.worstMilliseconds * 10) / 10
    run.progress(
      `${parser.name}: ${fuzzer.inputs} inputs in ${seconds} s, ${fuzzer.accepted} accepted, worst ${fuzzer.worstMilliseconds.toFixed(1)} ms, ${violations.length} violations`,
    )
  }
  return { figures, violations }
}

/** Whole seconds. Meanwhile errors carry no stack: most inputs end in one, and of it only the text is told. */
async function timed(feed: () => Promise<void>): Promise<number> {
  const { stackTraceLimit } = Error
  const begun = performance.now()
  Error.stackTraceLimit = 0
  try {
    await feed()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
  return Math.round((performance.now() - begun) / 1000)
}

class Fuzzer {
  readonly violations: string[] = []
  inputs = 0
  accepted = 0
  worstMilliseconds = 0
  readonly #parser: Parser
  readonly #seed: number
  readonly #mutator: Mutator
  readonly #random: () => number

  constructor(parser: Parser, seed: number) {
    this.#parser = parser
    this.#seed = seed
    this.#random = chance(seed)
    this.#mutator = new Mutator(this.#random, parser.tokens)
  }

  async feed(count: number, until: number): Promise<void> {
    const settledAt = Math.ceil(count / 10)
    let settledBytes = Infinity
    while (this.inputs < count && this.violations.length < 5) {
      if (this.inputs === settledAt) settledBytes = heapBytes()
      const text = this.#input()
      const before = performance.now()
      // Most parsers answer at once, and a wait for each of ten million would cost more than what it waits for.
      const answer = this.#run(text)
      if (answer !== undefined) await answer
      const milliseconds = performance.now() - before
      if (milliseconds > suspectMilliseconds) await this.#again(text, milliseconds)
      else this.worstMilliseconds = Math.max(this.worstMilliseconds, milliseconds)
      this.inputs += 1
      if (this.inputs % 1024 === 0 && performance.now() > until) break
    }
    const grown = heapBytes() - settledBytes
    if (grown > growthBytesMax)
      this.violations.push(`${this.#parser.name}: the heap grew by ${grown} bytes`)
  }

  #input(): string {
    const { seeds, bytesMax } = this.#parser
    const seed = this.#mutator.any(seeds)
    if (this.inputs % largeEvery === largeEvery - 1) return this.#mutator.enlarge(seed, bytesMax)
    return this.#mutator.mutate(seed, this.#mutator.any(seeds)).slice(0, bytesMax)
  }

  async #again(text: string, first: number): Promise<void> {
    let milliseconds = first
    for (let again = 0; milliseconds > suspectMilliseconds && again < retries; again++) {
      const start = process.threadCpuUsage()
      await this.#run(text)
      const { user, system } = process.threadCpuUsage(start)
      milliseconds = Math.min(milliseconds, (user + system) / 1000)
    }
    this.worstMilliseconds = Math.max(this.worstMilliseconds, milliseconds)
    if (milliseconds > slowMilliseconds) this.#violated(`${milliseconds.toFixed(0)} ms`, text)
  }

  /** Undefined when the parser is done. */
  #run(text: string): Promise<void> | undefined {
    try {
      const answer = this.#parser.run(text, this.#random)
      if (answer instanceof Promise) return this.#settled(answer, text)
      this.accepted += 1
    } catch (error) {
      this.#threw(error, text)
    }
    return undefined
  }

  async #settled(answer: Promise<unknown>, text: string): Promise<void> {
    try {
      await answer
      this.accepted += 1
    } catch (error) {
      this.#threw(error, text)
    }
  }

  #threw(error: unknown, text: string): void {
    if (!isRefusal(error)) this.#violated(String(error), text)
  }

  #violated(what: string, text: string): void {
    const shown = JSON.stringify(text.length > 600 ? `${text.slice(0, 600)}…` : text)
    this.violations.push(`${this.#parser.name}, seed ${this.#seed}: ${what}: ${shown}`)
  }
}

/**
 * What is in use once the collector has been through. Twice: what lies outside the heap and dies with the last large input is freed
 * by the first run, and counted as free by the second (16 MiB and more between the two, with documents of 8 Mi characters).
 */
function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
