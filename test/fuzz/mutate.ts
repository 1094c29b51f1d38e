/** Inputs made of valid ones by a few random faults: what a fuzzer feeds. Texts hold one char per byte. */

export type Random = () => number

/** Values that parsers stumble over wherever a number stands. */
const numbers = [
  '0',
  '-1',
  '1e3',
  '0x10',
  '+1',
  ' 1',
  '1.0',
  '10001',
  '2147483648',
  '9007199254740993',
  '99999999999999999999999999',
  'NaN',
]
const everywhere = [
  '\0',
  '\r\n',
  '\n',
  '\t',
  '%',
  '%00',
  '%zz',
  '%ff',
  '..',
  '//',
  '__proto__',
  '\x80',
  '\xff',
]

export class Mutator {
  readonly #random: Random
  readonly #tokens: readonly string[]

  /** `tokens` are words of the language that is fuzzed. */
  constructor(random: Random, tokens: readonly string[]) {
    this.#random = random
    this.#tokens = [...tokens, ...everywhere, ...numbers]
  }

  /** One fault in `seed`, half of the time, else up to four; `other` is a second valid text. */
  mutate(seed: string, other: string): string {
    let text = seed
    const faultsMax = this.#random() < 0.5 ? 1 : 4
    for (let faults = 1 + this.#below(faultsMax); faults > 0; faults--)
      text = this.#fault(text, other)
    return text
  }

  /** A text of about `lengthBytes`, most of it one thing repeated: what takes long if anything does. */
  enlarge(seed: string, lengthBytes: number): string {
    const at = this.#below(seed.length + 1)
    const piece =
      this.#random() < 0.5 ? this.any(this.#tokens) : seed.slice(at, at + 1 + this.#below(40))
    const count = Math.max(1, Math.floor((lengthBytes - seed.length) / Math.max(1, piece.length)))
    return (seed.slice(0, at) + piece.repeat(count) + seed.slice(at)).slice(0, lengthBytes)
  }

  any<T>(all: readonly T[]): T {
    return all[this.#below(all.length)] as T
  }

  #fault(text: string, other: string): string {
    const at = this.#below(text.length + 1)
    const end = Math.min(text.length, at + 1 + this.#below(12))
    const dice = this.#below(10)
    if (dice < 2) return text.slice(0, at) + this.#byte() + text.slice(at + 1)
    if (dice === 2) return text.slice(0, at) + this.#byte() + text.slice(at)
    if (dice === 3) return text.slice(0, at) + text.slice(end)
    if (dice === 4) return text.slice(0, end) + text.slice(at, end) + text.slice(end)
    if (dice === 5) return text.slice(0, at) + this.any(this.#tokens) + text.slice(at)
    if (dice === 6) return text.slice(0, at) + this.any(this.#tokens) + text.slice(end)
    if (dice === 7) return text.slice(0, at)
    if (dice === 8) return text.slice(0, at) + other.slice(this.#below(other.length + 1))
    return this.#renumbered(text)
  }

  /** One of the numbers in it becomes another. */
  #renumbered(text: string): string {
    const found = text.search(/\d/)
    if (found < 0) return text + this.any(numbers)
    const start = this.#random() < 0.5 ? found : text.slice(this.#below(text.length)).search(/\d/)
    const at = Math.max(found, start)
    const [digits = ''] = /^\d+/.exec(text.slice(at)) ?? []
    return text.slice(0, at) + this.any(numbers) + text.slice(at + digits.length)
  }

  #byte(): string {
    return String.fromCharCode(this.#below(256))
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound)
  }
}
