/** Randomness as something that is handed in, so that a run can be replayed from a seed. */
import { randomBytes } from 'node:crypto'

export interface Chance {
  /** `lengthBytes` unpredictable bytes. */
  bytes(lengthBytes: number): Uint8Array
}

export const systemChance: Chance = { bytes: (lengthBytes) => randomBytes(lengthBytes) }
