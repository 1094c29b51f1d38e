/**
 * The checksum kernels that are our own, WebAssembly over one memory: MD5 of one body or of up to 16 side by side, and CRCs.
 *
 * Their source is AssemblyScript (tools/kernels/). The module keeps no state between calls: what a call works on lies where
 * the caller says, in the part of the memory that this file gives out.
 */
import { kibibyte } from '../../base/limits.ts'
import { kernels } from './kernels.gen.ts'

/** Bodies whose MD5 may run in lanes at the same time; more of them are hashed one by one. */
export const bodiesMax = 64
/** What a body may have waiting for its turn: whole blocks of MD5. */
export const ringBytes: number = 128 * kibibyte
/** Room behind a ring for the last block and what MD5 adds to it. */
export const paddingBytes = 128

/** The type libraries of this project know neither browsers nor WebAssembly. */
declare const WebAssembly: {
  readonly Memory: new (pages: { initial: number; maximum: number }) => {
    readonly buffer: ArrayBuffer
  }
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

/** Addresses are offsets in `memory`. */
export interface Functions {
  crcTables(tables: number, modulus: bigint): void
  crc(tables: number, state: bigint, at: number, lengthBytes: number): bigint
  md5(state: number, block: number, blocks: number): void
  /** The lanes' states one after the other, an address of blocks for each lane, room to turn the words round, blocks of each. */
  md5x4(states: number, blocks: number, words: number, count: number): void
  md5x8(states: number, blocks: number, words: number, count: number): void
  md5x16(states: number, blocks: number, words: number, count: number): void
}

const wasmPageBytes = 64 * kibibyte

/** Where things lie. The first page is the compiler's. */
const tableBytes = 32 * kibibyte
const crcTablesAt = wasmPageBytes
/** CRC64NVME and CRC32C. */
const crcTablesCount = 2
const lanesAt: number = crcTablesAt + crcTablesCount * tableBytes
/** States, addresses and words of 16 lanes take less than this. */
const lanesBytes = 4 * kibibyte
const stagingAt: number = lanesAt + lanesBytes
export const stagingBytes: number = 64 * kibibyte
const ringsAt: number = stagingAt + stagingBytes
const totalBytes = ringsAt + bodiesMax * (ringBytes + paddingBytes)

export interface Kernels {
  readonly run: Functions
  readonly memory: Uint8Array
  readonly words: Uint32Array
  /** Of `lanes.ts`: 16 states of 16 bytes, then 16 addresses, then the words. */
  readonly lanes: { readonly states: number; readonly blocks: number; readonly words: number }
  /** Bytes that are to be looked at for one synchronous call. */
  readonly staging: number
  /** The address of a body's ring. */
  ring(body: number): number
  /** Tables of a reflected CRC, made once for each modulus. */
  tables(modulus: bigint): number
}

let compiled: object | undefined

/** An instance with a memory of its own, which is only reserved until it is used. */
export function createKernels(): Kernels {
  compiled ??= new WebAssembly.Module(Buffer.from(kernels, 'base64'))
  const pages = Math.ceil(totalBytes / wasmPageBytes)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } })
  const run = exports as Functions
  const made = new Map<bigint, number>()
  return {
    run,
    memory: new Uint8Array(memory.buffer),
    words: new Uint32Array(memory.buffer),
    lanes: { states: lanesAt, blocks: lanesAt + 256, words: lanesAt + 512 },
    staging: stagingAt,
    ring: (body) => ringsAt + body * (ringBytes + paddingBytes),
    tables: (modulus) => {
      const known = made.get(modulus)
      if (known !== undefined) return known
      const at = crcTablesAt + made.size * tableBytes
      run.crcTables(at, modulus)
      made.set(modulus, at)
      return at
    },
  }
}
