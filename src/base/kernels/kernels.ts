/**
 * Checksum kernels of our own, WebAssembly over one memory: MD5 of one body or of up to 16 side by side, CRCs, and XXH64.
 *
 * Their source is AssemblyScript (tools/kernels/). The module keeps no state between calls: what a call works on lies where
 * the caller says, in the part of the memory that this file gives out. What an earlier call left there is never read.
 */
import type { Accelerator } from '../accelerator.ts'
import { kibibyte } from '../limits.ts'
import { kernels } from './kernels.gen.ts'

/** The type libraries of this project know neither browsers nor WebAssembly. */
declare const WebAssembly: {
  readonly Memory: new (pages: { initial: number; maximum: number }) => {
    readonly buffer: ArrayBuffer
  }
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

/** The state after so many bytes. The bits that a CRC turns round at its beginning and end are its caller's matter. */
type Crc = (tables: number, work: number, state: bigint, at: number, lengthBytes: number) => bigint

/** Addresses are offsets in `memory`. 64 bits come and go as a bigint, signed or not. */
export interface Functions {
  crcTables(tables: number, modulus: bigint): void
  readonly crc32: Crc
  readonly crc32c: Crc
  readonly crc64nvme: Crc
  /** The product of two remainders. */
  times(a: bigint, b: bigint, modulus: bigint): bigint
  xxh64(at: number, lengthBytes: number): bigint
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
const crcTablesCount = 3
/** Zeros, a quotient, a remainder (tools/kernels/sparse.ts). */
const workAt: number = crcTablesAt + crcTablesCount * tableBytes
const workBytes = (8 + 64 + 8) * kibibyte
const lanesAt: number = workAt + workBytes
/** States, addresses and words of 16 lanes take less than this. */
const lanesBytes = 4 * kibibyte
const stagingAt: number = lanesAt + lanesBytes
export const stagingBytes: number = 64 * kibibyte
/** On a page, of WebAssembly and of the machine. */
const roomAt: number = Math.ceil((stagingAt + stagingBytes) / wasmPageBytes) * wasmPageBytes

export interface Kernels {
  readonly run: Functions
  readonly memory: Uint8Array
  readonly words: Uint32Array
  /** Of MD5 side by side: 16 states of 16 bytes, then 16 addresses, then the words. */
  readonly lanes: { readonly states: number; readonly blocks: number; readonly words: number }
  /** Where a CRC is divided. */
  readonly work: number
  /** Bytes that are to be looked at for one synchronous call. */
  readonly staging: number
  /** The memory that was asked for, on a page. */
  readonly room: number
  /** Tables of a reflected CRC, made once for each modulus. */
  tables(modulus: bigint): number
}

let compiled: object | undefined

/**
 * An instance with a memory of its own, `roomBytes` of it for the caller; memory is only reserved until it is used. What the
 * accelerator does better runs there, on the same memory.
 */
export function createKernels(roomBytes = 0, accelerator?: Accelerator): Kernels {
  compiled ??= new WebAssembly.Module(Buffer.from(kernels, 'base64'))
  const pages = Math.ceil((roomAt + roomBytes) / wasmPageBytes)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } })
  const bytes = new Uint8Array(memory.buffer)
  const run = accelerated(exports as Functions, bytes, accelerator)
  const made = new Map<bigint, number>()
  return {
    run,
    memory: bytes,
    words: new Uint32Array(memory.buffer),
    lanes: { states: lanesAt, blocks: lanesAt + 256, words: lanesAt + 512 },
    work: workAt,
    staging: stagingAt,
    room: roomAt,
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

/** Sixteen lanes there, however few are taken, are faster than four here. */
function accelerated(run: Functions, memory: Uint8Array, accelerator?: Accelerator): Functions {
  const md5 = accelerator?.md5
  if (md5 === undefined) return run
  const sideBySide = (
    ...[states, blocks, , count]: Parameters<Functions['md5x16']>
  ): ReturnType<Functions['md5x16']> => md5(memory, states, blocks, count)
  return { ...run, md5x4: sideBySide, md5x8: sideBySide, md5x16: sideBySide }
}
