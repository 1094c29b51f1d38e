/**
 * The log that logged-disk.c writes, replayed: the writes up to the last flush before a cut are on the disk, and of those after
 * it any may be, whole or in part.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs'

/**
 * What becomes of what was written after the last flush: all of it lost, all of it kept, each write there or not, or each sector.
 */
export type Tail = 'lost' | 'kept' | 'some' | 'torn'
export const tails: readonly Tail[] = ['lost', 'torn', 'some', 'kept']

interface Write {
  /** On the disk. */
  readonly at: number
  readonly sizeBytes: number
  /** Where its bytes lie in the log. */
  readonly logged: number
}

export interface TailOptions {
  readonly tail: Tail
  readonly random: () => number
  /** What the disk writes whole or not at all. */
  readonly sectorBytes: number
}

const headBytes = 16
const flush = 2

export class Blocks implements Disposable {
  readonly #log: number
  /** Holds everything that was flushed. */
  readonly #durable: number
  readonly #head = Buffer.alloc(headBytes)
  #at = 0
  #pending: Write[] = []

  constructor(log: string, durable: string) {
    this.#log = openSync(log, 'r')
    this.#durable = openSync(durable, 'r+')
  }

  /** Takes all whole entries up to this place of the log. */
  readUntil(place: number): void {
    for (let next = this.#next(place); next !== undefined; next = this.#next(place)) {
      if (next === 'flush') this.flush()
      else this.#pending.push(next)
    }
  }

  /** Everything that was read is on the disk from now on. */
  flush(): void {
    for (const write of this.#pending) this.#copy(write, this.#durable)
    this.#pending = []
  }

  /** Adds to a copy of the durable disk what may have reached it of the rest. */
  addTail(image: string, { tail, random, sectorBytes }: TailOptions): void {
    if (tail === 'lost') return
    const pieces = this.#pending.flatMap((write) =>
      tail === 'torn' ? sectorsOf(write, sectorBytes) : [write],
    )
    const file = openSync(image, 'r+')
    for (const piece of pieces) if (tail === 'kept' || random() < 0.5) this.#copy(piece, file)
    closeSync(file)
  }

  [Symbol.dispose](): void {
    closeSync(this.#log)
    closeSync(this.#durable)
  }

  #next(place: number): Write | 'flush' | undefined {
    const logged = this.#at + headBytes
    if (logged > place) return undefined
    if (readSync(this.#log, this.#head, 0, headBytes, this.#at) < headBytes) return undefined
    const at = Number(this.#head.readBigUInt64LE(0))
    const sizeBytes = this.#head.readUInt32LE(8)
    const isFlush = this.#head.readUInt32LE(12) === flush
    if (logged + sizeBytes > place) return undefined
    this.#at = logged + sizeBytes
    return isFlush ? 'flush' : { at, sizeBytes, logged }
  }

  #copy({ at, sizeBytes, logged }: Write, into: number): void {
    const bytes = Buffer.alloc(sizeBytes)
    const isWhole = readSync(this.#log, bytes, 0, sizeBytes, logged) === sizeBytes
    if (!isWhole || writeSync(into, bytes, 0, sizeBytes, at) !== sizeBytes)
      throw new Error(`a write at ${at} cannot be replayed`)
  }
}

function sectorsOf({ at, sizeBytes, logged }: Write, sectorBytes: number): readonly Write[] {
  return Array.from({ length: Math.ceil(sizeBytes / sectorBytes) }, (_, index) => {
    const from = index * sectorBytes
    const size = Math.min(sectorBytes, sizeBytes - from)
    return { at: at + from, sizeBytes: size, logged: logged + from }
  })
}
