/** Where the keys of a ring lie: what a key ring needs of a folder, and of memory in tests. */
import type { KeyVersion, RingKey } from './ring-key.ts'

export interface Shelf {
  /** Every key as of now, or of at most a second ago. Throws KeyStoreUnavailable. */
  read(): ReadonlyMap<string, RingKey>
  /** Every key as of now. Throws KeyStoreUnavailable. */
  look(): ReadonlyMap<string, RingKey>
  /** Durable when it returns. False when that version exists already, from whomever. */
  add(name: string, version: KeyVersion): boolean
  /** Durable when it returns; a key that is so already stays so. */
  setEnabled(name: string, enabled: boolean): void
  remove(name: string, version: number): void
}

/** A shelf that forgets everything with its process. */
export function memoryShelf(): Shelf {
  const keys = new Map<string, RingKey>()
  const keyOf = (name: string): RingKey => keys.get(name) ?? { name, enabled: true, versions: [] }
  return {
    read: () => keys,
    look: () => keys,
    add: (name, version) => {
      const key = keyOf(name)
      if (key.versions.some(({ number }) => number === version.number)) return false
      keys.set(name, { ...key, versions: [...key.versions, version] })
      return true
    },
    setEnabled: (name, enabled) => keys.set(name, { ...keyOf(name), enabled }),
    remove: (name, number) => {
      const key = keyOf(name)
      keys.set(name, { ...key, versions: key.versions.filter((one) => one.number !== number) })
    },
  }
}
