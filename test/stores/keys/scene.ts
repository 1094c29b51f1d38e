/** Folders of keys for tests: they go when the test file ends. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { systemChance } from '../../../src/base/chance.ts'
import type { Instant } from '../../../src/base/clock.ts'
import { openFolderShelf } from '../../../src/stores/keys/folder-shelf.ts'
import { KeyRing } from '../../../src/stores/keys/ring.ts'

const root = await mkdtemp(join(tmpdir(), 'ashlar-keys-'))
after(() => rm(root, { recursive: true }))

/** A path at which there is nothing yet. */
export async function freshPath(): Promise<string> {
  return join(await mkdtemp(join(root, 'ring-')), 'keys')
}

/** A clock that moves when the test says so. */
export interface HandClock {
  time: Instant
  now(): Instant
}

export function handClock(): HandClock {
  const clock = { time: 1_800_000_000_000, now: () => clock.time }
  return clock
}

export function ringIn(folder: string, clock: HandClock = handClock()): KeyRing {
  const shelf = openFolderShelf({ folder, clock, chance: systemChance })
  return new KeyRing({ shelf, clock, chance: systemChance })
}
