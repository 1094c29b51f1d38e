/**
 * The key ring: named keys of this installation, made, rotated, disabled and enabled. It is shared by the server and the
 * command line, which may change it at the same time: what each of them does to it is one atomic step.
 */
import type { Chance } from '../../base/chance.ts'
import type { Clock } from '../../base/clock.ts'
import { isKeyName, materialBytes, newestVersion, type RingKey } from './ring-key.ts'
import type { Shelf } from './shelf.ts'
import { KeyMissing } from './store.ts'

export interface RingParts {
  readonly shelf: Shelf
  readonly clock: Clock
  readonly chance: Chance
}

/** A rotation that others always forestall is given up after so many. */
const rotationsMax = 10

export class KeyRing {
  readonly chance: Chance
  readonly #shelf: Shelf
  readonly #clock: Clock

  constructor({ shelf, clock, chance }: RingParts) {
    this.#shelf = shelf
    this.#clock = clock
    this.chance = chance
  }

  /** By name. */
  keys(): readonly RingKey[] {
    return [...this.#shelf.read().values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  find(name: string): RingKey | undefined {
    return this.#shelf.read().get(name)
  }

  /**
   * Throws KeyMissing. Where the key is missing, or lacks the version `number`, the shelf is looked at again: another process may
   * just have made it, and wrapped under it what this one is now asked for.
   */
  get(name: string, number?: number): RingKey {
    const found = this.find(name)
    const isKnown = number === undefined || found?.versions.some((one) => one.number === number)
    const key = found !== undefined && isKnown ? found : this.#shelf.look().get(name)
    if (key === undefined) throw new KeyMissing(`There is no key '${name}' in the key ring.`)
    return key
  }

  /** The key of that name, made when it is not there. Throws TypeError for what cannot be a name. */
  ensure(name: string): RingKey {
    const key = this.find(name)
    if (key !== undefined) return key
    this.create(name)
    return this.get(name)
  }

  /** False when there is one of that name already. Throws TypeError for what cannot be a name. */
  create(name: string): boolean {
    if (!isKeyName(name)) throw new TypeError(`not a name of a key: ${name}`)
    return this.#add(name, 1)
  }

  /** A newer version, under which everything is wrapped from now on; answers its number. Throws KeyMissing, KeyDisabled. */
  rotate(name: string): number {
    for (let attempt = 1; attempt <= rotationsMax; attempt++) {
      const number = newestVersion(this.get(name)).number + 1
      // Another process may just have made that version: this one then makes the one after it.
      if (this.#add(name, number)) return number
    }
    throw new Error(`the key '${name}' is rotated by others all the time`)
  }

  /** Throws KeyMissing. */
  setEnabled(name: string, enabled: boolean): void {
    this.get(name)
    this.#shelf.setEnabled(name, enabled)
  }

  /** Removes a version for good: whatever is still wrapped under it is lost. */
  forget(name: string, version: number): void {
    this.#shelf.remove(name, version)
  }

  #add(name: string, number: number): boolean {
    const material = this.chance.bytes(materialBytes)
    return this.#shelf.add(name, { number, created: this.#clock.now(), material })
  }
}
