/** The key stores of a server, in memory: for tests, and for servers that keep nothing. */
import { systemChance, type Chance } from '../../base/chance.ts'
import { systemClock, type Clock } from '../../base/clock.ts'
import { keyStoresOf, type KeyStores } from './key-stores.ts'
import { KeyRing } from './ring.ts'
import { memoryShelf } from './shelf.ts'

/** With the named keys of `kms` made. */
export function memoryKeys(
  kms: readonly string[] = [],
  { clock, chance }: { readonly clock: Clock; readonly chance: Chance } = {
    clock: systemClock,
    chance: systemChance,
  },
): KeyStores & { readonly ring: KeyRing } {
  const ring = new KeyRing({ shelf: memoryShelf(), clock, chance })
  for (const name of kms) ring.ensure(name)
  return { ring, ...keyStoresOf(ring) }
}
