/** The data key of one object or upload while it is open: it wraps the keys of runs, and seals no byte itself. */
import { createSecretKey, type KeyObject } from 'node:crypto'
import { assert } from '../../base/assert.ts'
import type { Chance } from '../../base/chance.ts'
import type { Encryption, RunSeal } from '../../stores/metadata/records.ts'
import type { DataKey, RunCopying } from './envelope.ts'
import { keyBytes, secretKeys, unwrapKeys, wrapKeys } from './key-wrap.ts'
import { OpeningRun, SealingRun } from './runs.ts'

/** Times that every block is sealed, each time with a key of its own. */
export function layersOf({ method }: Pick<Encryption, 'method'>): number {
  return method === 'DSSE-KMS' ? 2 : 1
}

/** S3's ETag is the MD5 of the bytes, unless they are sealed with a key that others than the server hold. */
export function etagIsMd5(encryption: Encryption | undefined): boolean {
  return encryption === undefined || encryption.method === 'SSE-S3'
}

export class OpenDataKey implements DataKey {
  readonly encryption: Encryption
  readonly #secret: KeyObject
  readonly #chance: Chance

  /** Takes `secret` over, and erases it where it was. */
  constructor(secret: Uint8Array, encryption: Encryption, chance: Chance) {
    assert(secret.length === keyBytes, 'a data key has 32 bytes')
    this.#secret = createSecretKey(secret)
    secret.fill(0)
    this.encryption = encryption
    this.#chance = chance
  }

  newRun(): SealingRun {
    const keys = this.#chance.bytes(this.#layers * keyBytes)
    const wrapped = wrapKeys(keys, this.#secret)
    return new SealingRun(secretKeys(keys), wrapped)
  }

  openRun({ wrapped, sizeBytes }: RunSeal): OpeningRun {
    const keys = secretKeys(unwrapKeys(wrapped, this.#secret, this.#layers))
    return new OpeningRun(keys, sizeBytes)
  }

  rewrapRun({ wrapped, sizeBytes }: RunSeal, to: DataKey): RunSeal {
    assert(to instanceof OpenDataKey, 'data keys are made by one maker')
    assert(to.#layers === this.#layers, 'a run keeps its layers')
    const keys = unwrapKeys(wrapped, this.#secret, this.#layers)
    const rewrapped = wrapKeys(keys, to.#secret)
    keys.fill(0)
    return { wrapped: rewrapped, sizeBytes }
  }

  /** The key itself, to be wrapped; whoever asks erases it. */
  exported(): Uint8Array {
    return this.#secret.export()
  }

  get #layers(): number {
    return layersOf(this.encryption)
  }
}

/** Copies of runs from one data key to another of as many layers. */
export function runsBetween(from: DataKey, to: DataKey): RunCopying {
  return {
    rewrap: (seal) => from.rewrapRun(seal, to),
    recut: (sealed, seal, range) => {
      const plain = from.openRun(seal).openSmall(sealed, range)
      const run = to.newRun()
      return { bytes: run.sealSmall(plain), seal: run.sealed(plain.length) }
    },
  }
}
