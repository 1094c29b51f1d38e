/**
 * A folder of keys: `<name>.<version>.json` for each version, written once and never changed, and `<name>.disabled` beside
 * the versions of a disabled key. So every change is one new name or one name less: it is there or it is not, whoever is
 * killed in the middle, and two processes that write at once cannot undo each other. Which names there are says everything,
 * so a reader that sees the same names again has nothing to read.
 */
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Chance } from '../../base/chance.ts'
import type { Clock, Instant } from '../../base/clock.ts'
import type { KeyVersion, RingKey } from './ring-key.ts'
import type { Shelf } from './shelf.ts'
import { KeyStoreUnavailable } from './store.ts'
import { decodeVersion, encodeVersion } from './version-file.ts'

export interface FolderParts {
  readonly folder: string
  readonly clock: Clock
  readonly chance: Chance
}

/** What another process did to the folder is seen after this at the latest. */
const trustedMs = 1000
/** A file that nobody finished within this belongs to a process that is gone. */
const unfinishedMs = 60 * 60 * 1000

const versionName = /^(?<name>[A-Za-z0-9][A-Za-z0-9_-]{0,127})\.(?<number>[1-9][0-9]{0,8})\.json$/
const disabledName = /^(?<name>[A-Za-z0-9][A-Za-z0-9_-]{0,127})\.disabled$/
const unfinishedName = /^\.new-[0-9a-f]{16}$/

/**
 * Makes the folder when it is not there. Throws KeyStoreUnavailable, with a sentence for the operator, when it cannot be
 * read, when others than its owner may read it or a file in it, and when a file is damaged or of a later format.
 */
export function openFolderShelf(parts: FolderParts): Shelf {
  const shelf = new FolderShelf(parts)
  shelf.open()
  return shelf
}

class FolderShelf implements Shelf {
  readonly #folder: string
  readonly #clock: Clock
  readonly #chance: Chance
  #keys: ReadonlyMap<string, RingKey> = new Map()
  /** The names from which `#keys` came; undefined before the first reading. */
  #names: string | undefined
  #looked: Instant | undefined
  /** Set by a sync that failed: which names would outlive a power cut is then not known, in this process, ever again. */
  #failure: KeyStoreUnavailable | undefined

  constructor({ folder, clock, chance }: FolderParts) {
    this.#folder = resolve(folder)
    this.#clock = clock
    this.#chance = chance
  }

  open(): void {
    this.#told(() => makeFolder(this.#folder))
    refuseOpen(this.#folder, 700)
    this.#sweep()
    this.#look()
    for (const { fault } of this.#keys.values()) {
      if (fault !== undefined) throw new KeyStoreUnavailable(fault)
    }
  }

  read(): ReadonlyMap<string, RingKey> {
    const now = this.#clock.now()
    // A clock that was set back must not make an old look seem fresh.
    const isFresh = this.#looked !== undefined && Math.abs(now - this.#looked) < trustedMs
    if (!isFresh) this.#look()
    return this.#keys
  }

  look(): ReadonlyMap<string, RingKey> {
    this.#look()
    return this.#keys
  }

  add(name: string, version: KeyVersion): boolean {
    return this.#place(`${name}.${version.number}.json`, encodeVersion(name, version))
  }

  setEnabled(name: string, enabled: boolean): void {
    if (enabled) this.#unlink(`${name}.disabled`)
    else this.#place(`${name}.disabled`, '')
  }

  remove(name: string, version: number): void {
    this.#unlink(`${name}.${version}.json`)
  }

  /** Whole under its name or not there at all: the name is given to a file that is durable already. */
  #place(name: string, text: string): boolean {
    const random = Buffer.from(this.#chance.bytes(8)).toString('hex')
    const unfinished = join(this.#folder, `.new-${random}`)
    return this.#told(() => {
      try {
        writeDurably(unfinished, text)
        return isNewName(unfinished, join(this.#folder, name))
      } finally {
        rmSync(unfinished, { force: true })
        this.#changed()
      }
    })
  }

  #unlink(name: string): void {
    this.#told(() => {
      rmSync(join(this.#folder, name), { force: true })
      this.#changed()
    })
  }

  #changed(): void {
    this.#looked = undefined
    this.#sync()
  }

  #sync(): void {
    try {
      syncFolder(this.#folder)
    } catch (error) {
      this.#failure = unavailable(this.#folder, error)
      throw this.#failure
    }
  }

  #look(): void {
    const names = this.#told(() => readdirSync(this.#folder).toSorted())
    const seen = names.join('/')
    // A key with a fault is read again: its file may have been mended under the same name.
    const hasFault = [...this.#keys.values()].some(({ fault }) => fault !== undefined)
    if (seen !== this.#names || hasFault) {
      // Another process may have given a name that is not durable yet: nothing is wrapped under it before it is.
      this.#told(() => this.#sync())
      this.#keys = this.#readAll(names)
    }
    this.#names = seen
    this.#looked = this.#clock.now()
  }

  #readAll(names: readonly string[]): ReadonlyMap<string, RingKey> {
    const disabled = new Set(names.map((name) => disabledName.exec(name)?.groups?.['name']))
    const keys = new Map<string, RingKey>()
    for (const file of names) {
      const { name, number } = versionName.exec(file)?.groups ?? {}
      if (name === undefined) continue
      const key = keys.get(name) ?? { name, enabled: !disabled.has(name), versions: [] }
      keys.set(name, this.#withVersion(key, Number(number), file))
    }
    return keys
  }

  #withVersion(key: RingKey, number: number, file: string): RingKey {
    const found = readVersion(join(this.#folder, file), key.name, number)
    if (typeof found === 'string') return { ...key, fault: key.fault ?? found }
    const versions = [...key.versions, found].toSorted((a, b) => a.number - b.number)
    return { ...key, versions }
  }

  /** Files that a process was writing when it ended. */
  #sweep(): void {
    const before = this.#clock.now() - unfinishedMs
    for (const name of this.#told(() => readdirSync(this.#folder))) {
      const path = join(this.#folder, name)
      if (unfinishedName.test(name) && (statOf(path)?.mtimeMs ?? before) < before) {
        rmSync(path, { force: true })
      }
    }
  }

  #told<T>(work: () => T): T {
    if (this.#failure !== undefined) throw this.#failure
    try {
      return work()
    } catch (error) {
      throw error instanceof KeyStoreUnavailable ? error : unavailable(this.#folder, error)
    }
  }
}

function unavailable(folder: string, error: unknown): KeyStoreUnavailable {
  const { code, message } = error as NodeJS.ErrnoException
  const advice =
    'Check that it is there, that its disk has room, and that it belongs to the user of the server; a disk that failed needs a restart too.'
  const sentence = `The folder of keys ${folder} cannot be used (${code ?? message}). ${advice}`
  return new KeyStoreUnavailable(sentence, { cause: error })
}

function writeDurably(path: string, text: string): void {
  const descriptor = openSync(path, 'wx', 0o600)
  try {
    writeSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** A sentence for the operator when there is no sound version in the file. */
function readVersion(path: string, name: string, number: number): KeyVersion | string {
  try {
    refuseOpen(path, 600)
    const found = decodeVersion(readFileSync(path, 'utf8'), name, number)
    if (typeof found !== 'string') return found
    return `The key file ${path} ${found}. Restore it from a backup of the folder of keys: what it wrapped cannot be read without it.`
  } catch (error) {
    if (error instanceof KeyStoreUnavailable) return error.message
    const why = (error as NodeJS.ErrnoException).code ?? 'unreadable'
    return `The key file ${path} cannot be read (${why}). Check its permissions, or restore it from a backup of the folder of keys.`
  }
}

function refuseOpen(path: string, mode: 600 | 700): void {
  const found = statOf(path)
  if (found === undefined || (found.mode & 0o077) === 0) return
  throw new KeyStoreUnavailable(
    `${path} holds keys and others than its owner may read it. Run: chmod ${mode} ${path}`,
  )
}

function statOf(path: string): { readonly mode: number; readonly mtimeMs: number } | undefined {
  return statSync(path, { throwIfNoEntry: false })
}

/** Of two that give the same name, one is told no. */
function isNewName(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** The folder's own name is durable too. */
function makeFolder(folder: string): void {
  const made = mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (made === undefined) return
  for (let path = folder; path.length >= made.length; path = dirname(path))
    syncFolder(dirname(path))
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
