/**
 * The accelerator: kernels in C for what WebAssembly and Node have no instruction or call for. It is built by `npm run
 * accelerator` from tools/accelerator and never needed: where it is not there, or this processor lacks what a kernel uses,
 * WebAssembly and Node do the same work (docs/decisions/0025-accelerator.md).
 *
 * It is looked for once, by whoever starts a server, and handed on to those that can use it.
 */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** Each call is synchronous, keeps nothing and checks what it is given: TypeError and RangeError are defects of the caller. */
export interface Accelerator {
  /** The state of a CRC after so many bytes, by `crcNumbers`. Bits that are turned round at its beginning and end are not its matter. */
  readonly crc?: (which: number, state: bigint, bytes: Uint8Array) => bigint
  /** MD5 of 16 bodies side by side, in `memory`: where 16 states lie and 16 addresses of so many blocks (32 bits each). */
  readonly md5?: (memory: Uint8Array, states: number, bodies: number, blocks: number) => void
  /** XXH64 of each block, the last one perhaps shorter: 8 bytes each into `sums`, the highest first. */
  readonly blockSums: (bytes: Uint8Array, blockBytes: number, sums: Uint8Array) => void
  /** A descriptor for reading, had without waiting for a disk; -1 for whatever reason there is none: the usual way then tells it. */
  readonly openCached: (path: string) => number
  /** Bytes that were read without waiting for a disk, perhaps none, for whatever reason: the usual way then tells it. */
  readonly readCached: (descriptor: number, into: Uint8Array, position: number) => number
}

/** As tools/accelerator/module.c counts them. */
export const crcNumbers = { crc32: 0, crc32c: 1, crc64nvme: 2 } as const

/** Of that file too: what was built from another state of it is not used. */
const revision = 2

/** Where it is built: beside the program, whether that runs from its sources or built. One folder may serve several machines. */
export const acceleratorFile: string = join(
  import.meta.dirname,
  `../../.cache/accelerator/${process.platform}-${process.arch}.node`,
)

export const accelerations = ['auto', 'off'] as const
export type Acceleration = (typeof accelerations)[number]

export interface Found {
  /** Undefined: all goes on without it. */
  readonly accelerator: Accelerator | undefined
  /** `on` with what it does, or `off` with the reason. */
  readonly told: string
  /** It is there and cannot be used: what an operator should know. */
  readonly isBroken: boolean
}

/** Looks for it, unless it is not wanted. Never throws. */
export function findAccelerator(wanted: Acceleration, file: string = acceleratorFile): Found {
  if (wanted === 'off') return { accelerator: undefined, told: 'off', isBroken: false }
  if (!existsSync(file)) return { accelerator: undefined, told: 'off, not built', isBroken: false }
  try {
    const loaded = createRequire(import.meta.url)(file) as Accelerator & { revision: unknown }
    if (loaded.revision === revision)
      return { accelerator: loaded, told: `on: ${skills(loaded)}`, isBroken: false }
    return broken('it was built from another state of this program')
  } catch (error) {
    return broken(error instanceof Error ? error.message : String(error))
  }
}

function broken(why: string): Found {
  return { accelerator: undefined, told: `off: ${why}`, isBroken: true }
}

function skills({ crc, md5 }: Accelerator): string {
  return ['reads', 'block checksums', crc && 'CRCs', md5 && 'MD5'].filter(Boolean).join(', ')
}
