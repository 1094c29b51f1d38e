/**
 * MD5 of many bodies side by side. One body's MD5 is a chain in which every step waits for the one before, 0.9 GB/s on a
 * core whatever else it could do; a multipart upload is parallel by nature, and sixteen chains side by side pass 3.5 GB/s.
 *
 * Each body has a ring of bytes that wait. They wait until some body has no room left or has ended, or until all lanes are
 * taken; then everything that waits is hashed, and the longer the others could wait the fuller the lanes are. A body that is
 * alone is hashed alone. All of it happens on this thread, between two turns of the event loop and never for long.
 */
import { createHash } from 'node:crypto'
import { assert } from '../../base/assert.ts'
import { createKernels, type Kernels } from '../../base/kernels/kernels.ts'
import { kibibyte } from '../../base/limits.ts'

/** Bodies whose MD5 may run in lanes at the same time; more of them are hashed one by one. */
export const bodiesMax = 64
/** What a body may have waiting for its turn: whole blocks of MD5. */
export const ringBytes: number = 128 * kibibyte
/** Room behind a ring for the last block and what MD5 adds to it. */
const paddingBytes = 128
/** What the rings of all bodies take. */
export const ringsBytes: number = bodiesMax * (ringBytes + paddingBytes)

/** Bytes that come and go one after the other. */
export interface Md5 {
  /** Copies the bytes. A promise where they have to wait for room. */
  update(bytes: Uint8Array): Promise<void> | undefined
  digest(): Promise<Uint8Array>
  /** To be called in every case, at the end. */
  drop(): void
}

const blockBytes = 64
const lanesMax = 16
/** Two bodies in four lanes take longer than one after the other. */
const lanesMin = 3
const beginning = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476] as const

export class Md5Lanes {
  readonly #kernels: Kernels
  readonly #free: number[]
  readonly #waiting = new Set<Body>()
  #scheduled = false

  constructor(kernels: Kernels = createKernels(ringsBytes)) {
    this.#kernels = kernels
    this.#free = Array.from({ length: bodiesMax }, (_, index) => bodiesMax - 1 - index)
  }

  /** In a lane, or alone where too many bodies came at once. */
  open(): Md5 {
    const ring = this.#free.pop()
    return ring === undefined ? new Alone() : new Body(this, this.#kernels, ring)
  }

  /** Something of `body` can be hashed. */
  enqueue(body: Body): void {
    this.#waiting.add(body)
    if (body.isBlocked || this.#waiting.size >= lanesMax) this.#schedule()
  }

  release(body: Body, ring: number): void {
    this.#waiting.delete(body)
    this.#free.push(ring)
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#run()
    })
  }

  /** Hashes all that waits, the bodies with most first, as many side by side as there are. */
  #run(): void {
    for (let next = this.#next(); next.length > 0; next = this.#next()) this.#hash(next)
    for (const body of this.#waiting) body.goOn()
    this.#waiting.clear()
  }

  /** Who is hashed together. One or two that could still wait for company are left for later. */
  #next(): readonly Lane[] {
    const ready: Lane[] = []
    for (const body of this.#waiting) {
      const run = body.run
      if (run.blocks > 0) ready.push({ body, run })
    }
    if (ready.length < lanesMin) return ready.filter(({ body }) => body.isPressed).slice(0, 1)
    return ready.toSorted((one, other) => other.run.blocks - one.run.blocks).slice(0, lanesMax)
  }

  #hash(taken: readonly Lane[]): void {
    const { words, lanes } = this.#kernels
    const count = taken.reduce((least, { run }) => Math.min(least, run.blocks), Infinity)
    for (const [lane, { body, run }] of taken.entries()) {
      words.set(body.state, lanes.states / 4 + lane * 4)
      words[lanes.blocks / 4 + lane] = run.at
    }
    this.#compute(taken.length, count)
    for (const [lane, { body, run }] of taken.entries()) {
      const at = lanes.states / 4 + lane * 4
      body.hashed(run, count, words.subarray(at, at + 4))
    }
  }

  /** Lanes without a body hash what the first one does, and nobody reads what comes of it. */
  #compute(bodies: number, count: number): void {
    const { run, words, lanes } = this.#kernels
    const first = words[lanes.blocks / 4] ?? 0
    if (bodies === 1) return run.md5(lanes.states, first, count)
    words.fill(first, lanes.blocks / 4 + bodies, lanes.blocks / 4 + lanesMax)
    if (bodies <= 4) run.md5x4(lanes.states, lanes.blocks, lanes.words, count)
    else if (bodies <= 8) run.md5x8(lanes.states, lanes.blocks, lanes.words, count)
    else run.md5x16(lanes.states, lanes.blocks, lanes.words, count)
  }
}

/** A run of whole blocks in the kernels' memory. */
interface Run {
  readonly at: number
  readonly blocks: number
}

interface Lane {
  readonly body: Body
  readonly run: Run
}

class Body implements Md5 {
  readonly #lanes: Md5Lanes
  readonly #kernels: Kernels
  readonly #ring: number
  readonly #from: number
  readonly state: Uint32Array = Uint32Array.from(beginning)
  /** Counted from the beginning of the body, so a position in the ring is the remainder. */
  #writtenBytes = 0
  #hashedBytes = 0
  /** The body has ended: its last blocks lie in the staging of its own behind the ring. */
  #tail: Run | undefined
  #ended = false
  #dropped = false
  #waiter: (() => void) | undefined

  constructor(lanes: Md5Lanes, kernels: Kernels, ring: number) {
    this.#lanes = lanes
    this.#kernels = kernels
    this.#ring = ring
    this.#from = kernels.room + ring * (ringBytes + paddingBytes)
  }

  /** Somebody waits for this body. */
  get isBlocked(): boolean {
    return this.#waiter !== undefined
  }

  /** It cannot wait for company: it has no room left, or has ended. */
  get isPressed(): boolean {
    return this.#ended || this.#writtenBytes - this.#hashedBytes >= ringBytes - blockBytes
  }

  /** What can be hashed next, in one piece. */
  get run(): Run {
    const start = this.#hashedBytes % ringBytes
    const waiting = this.#writtenBytes - this.#hashedBytes
    const blocks = Math.floor(Math.min(waiting, ringBytes - start) / blockBytes)
    if (blocks > 0) return { at: this.#from + start, blocks }
    return this.#tail ?? { at: this.#from, blocks: 0 }
  }

  update(bytes: Uint8Array): Promise<void> | undefined {
    assert(!this.#ended, 'an MD5 takes no bytes after its end')
    const taken = this.#take(bytes)
    return taken < bytes.length ? this.#takeRest(bytes, taken) : undefined
  }

  async digest(): Promise<Uint8Array> {
    assert(!this.#ended, 'an MD5 has one end')
    this.#ended = true
    this.#pad()
    while (this.run.blocks > 0) await this.#turn()
    return new Uint8Array(this.state.buffer)
  }

  drop(): void {
    if (this.#dropped) return
    this.#dropped = true
    this.#lanes.release(this, this.#ring)
    this.goOn()
  }

  hashed(run: Run, blocks: number, state: Uint32Array): void {
    this.state.set(state)
    if (run === this.#tail) this.#tail = rest(run, blocks)
    else this.#hashedBytes += blocks * blockBytes
  }

  /** There is room again. */
  goOn(): void {
    const waiter = this.#waiter
    this.#waiter = undefined
    waiter?.()
  }

  /** Copies what there is room for; answers how much that was. */
  #take(bytes: Uint8Array): number {
    let taken = 0
    while (taken < bytes.length) {
      const start = this.#writtenBytes % ringBytes
      const room = ringBytes - (this.#writtenBytes - this.#hashedBytes)
      const part = bytes.subarray(taken, taken + Math.min(room, ringBytes - start))
      if (part.length === 0) break
      this.#kernels.memory.set(part, this.#from + start)
      this.#writtenBytes += part.length
      taken += part.length
    }
    if (this.#writtenBytes - this.#hashedBytes >= ringBytes / 2) this.#lanes.enqueue(this)
    return taken
  }

  async #takeRest(bytes: Uint8Array, from: number): Promise<void> {
    let taken = from
    while (taken < bytes.length) {
      await this.#turn()
      assert(!this.#dropped, 'an MD5 takes no bytes once it was dropped')
      taken += this.#take(bytes.subarray(taken))
    }
  }

  /** Resolves when all whole blocks were hashed. */
  #turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiter = resolve
      this.#lanes.enqueue(this)
    })
  }

  /** A bit, zeros, and the length in bits: RFC 1321, 3.1 and 3.2. */
  #pad(): void {
    const { memory } = this.#kernels
    const left = this.#writtenBytes % blockBytes
    const at = this.#from + ringBytes
    const end = at + (left < blockBytes - 8 ? blockBytes : 2 * blockBytes)
    const last = (this.#writtenBytes - left) % ringBytes
    memory.fill(0, at, at + paddingBytes)
    memory.copyWithin(at, this.#from + last, this.#from + last + left)
    memory[at + left] = 0x80
    const length = Buffer.from(memory.buffer, end - 8, 8)
    length.writeBigUInt64LE(BigInt.asUintN(64, BigInt(this.#writtenBytes) * 8n))
    this.#tail = { at, blocks: (end - at) / blockBytes }
  }
}

function rest({ at, blocks }: Run, done: number): Run {
  return { at: at + done * blockBytes, blocks: blocks - done }
}

/** Where there is no lane: as many as a body needs, one after the other. */
class Alone implements Md5 {
  readonly #hash = createHash('md5')

  update(bytes: Uint8Array): undefined {
    this.#hash.update(bytes)
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }

  drop(): void {
    // It holds nothing.
  }
}
