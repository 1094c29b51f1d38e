/** What a writer that works by chance chooses: keys of its own, tags that no two bodies share, sizes. */

export class Dice {
  readonly #name: string
  readonly #random: () => number
  readonly #keys: number
  #tags = 0

  /** `keys`: how many different ones. */
  constructor(name: string, random: () => number, keys: number) {
    this.#name = name
    this.#random = random
    this.#keys = keys
  }

  /** Tags given so far. */
  get tags(): number {
    return this.#tags
  }

  key(): string {
    return `${this.#name}/${Math.floor(this.#random() * this.#keys)}`
  }

  tag(key: string): string {
    return `${key}:${this.#tags++}`
  }

  /** Bytes, from `least` to `most`. */
  size(least: number, most: number): number {
    return least + Math.floor(this.#random() * (most - least + 1))
  }
}
