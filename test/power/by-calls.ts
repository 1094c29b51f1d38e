/** A recorder of system calls: the server is started with a library that writes them down, and a model of a disk does the rest. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { buildPreloaded } from '../harness/preloaded.ts'
import { entriesOf, type Placed } from './calls.ts'
import { Disk, type Fate } from './disk.ts'
import type { Image, Recorder, Recording } from './recorder.ts'

const fates: readonly Fate[] = ['lost', 'strict', 'ordered', 'lost', 'strict', 'ordered', 'kept']

export class CallRecorder implements Recorder {
  readonly skipped: string | undefined
  readonly #folder: string
  readonly #library: string
  readonly #random: () => number

  constructor(folder: string, random: () => number) {
    this.#folder = folder
    this.#library = join(folder, 'record.so')
    this.#random = random
    this.skipped = buildPreloaded(join(import.meta.dirname, 'record.c'), this.#library)
  }

  async begin(): Promise<Recording> {
    const data = join(this.#folder, 'data')
    await mkdir(data, { mode: 0o700 })
    return new CallRecording(this.#folder, this.#library, this.#random)
  }
}

class CallRecording implements Recording {
  readonly data: string
  readonly env: Readonly<Record<string, string>>
  readonly #folder: string
  readonly #record: string
  readonly #random: () => number
  readonly #disk: Disk
  #entries: Iterator<Placed> | undefined
  #next: Placed | undefined
  #images = 0

  constructor(folder: string, library: string, random: () => number) {
    this.#folder = folder
    this.#random = random
    this.data = join(folder, 'data')
    this.#record = join(folder, 'record')
    this.#disk = new Disk(statSync(this.data).ino)
    this.env = {
      LD_PRELOAD: library,
      ASHLAR_RECORD: this.#record,
      ASHLAR_RECORD_FOLDER: this.data,
    }
  }

  place(): number {
    return statSync(this.#record).size
  }

  async finish(): Promise<void> {
    this.#entries = entriesOf(this.#record, this.data)
    this.#next = this.#entries.next().value
  }

  async image(cut: number): Promise<Image> {
    this.#applyUntil(cut)
    const fate = fates[this.#images++ % fates.length] ?? 'lost'
    const data = await this.#write('image', fate)
    // The index of the log is memory shared between the connections of a life, and says nothing to the next one.
    await rm(join(data, 'metadata.sqlite-shm'), { force: true })
    const close = async (): Promise<readonly string[]> => {
      await rm(data, { recursive: true })
      return []
    }
    return { data, fate, close }
  }

  /** With all of it kept, the disk is what the server left. */
  async missed(): Promise<readonly string[]> {
    this.#applyUntil(Infinity)
    const data = await this.#write('whole', 'kept')
    const [made, left] = [filesOf(data), filesOf(this.data)]
    await rm(data, { recursive: true })
    const names = new Set([...made.keys(), ...left.keys()])
    const different = [...names].filter((name) => {
      const [ours, theirs] = [made.get(name), left.get(name)]
      return ours === undefined || theirs === undefined || !ours.equals(theirs)
    })
    return [
      ...different.map((name) => `the recorder missed something of ${name}`),
      ...this.#disk.strange.map((what) => `the recorder cannot follow: ${what}`),
    ]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.data, { recursive: true, force: true })
    await rm(this.#record, { force: true })
  }

  #applyUntil(cut: number): void {
    while (this.#next !== undefined && this.#next.end <= cut) {
      this.#disk.apply(this.#next.entry)
      this.#next = this.#entries?.next().value
    }
  }

  async #write(name: string, fate: Fate): Promise<string> {
    const folder = join(this.#folder, name)
    await mkdir(folder, { mode: 0o700 })
    this.#disk.writeTo(folder, fate, this.#random)
    return folder
  }
}

function filesOf(folder: string): Map<string, Buffer> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('-shm'))
  return new Map(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name)
      return [path.slice(folder.length + 1), readFileSync(path)]
    }),
  )
}
