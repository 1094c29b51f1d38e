/** CRC64NVME and CRC32C with tables in WebAssembly: node has neither, and this is the default checksum of every upload. */
import type { Hasher } from './hasher.ts'
import { createKernels, stagingBytes, type Kernels } from './kernels.ts'

/** A reflected CRC that begins and ends with all bits turned round. */
interface Crc {
  readonly bits: 32 | 64
  /** Reversed. */
  readonly modulus: bigint
}

/** NVM Express' 64-bit CRC, and Castagnoli's (RFC 3720). */
export const crcs: Readonly<Record<'CRC64NVME' | 'CRC32C', Crc>> = {
  CRC64NVME: { bits: 64, modulus: 0x9a6c9329ac4bc9b5n },
  CRC32C: { bits: 32, modulus: 0x82f63b78n },
}

/** The same for everyone: a call is synchronous, and the state of a checksum lives in its hasher. */
let kernels: Kernels | undefined

export class CrcHasher implements Hasher {
  readonly #kernels: Kernels
  readonly #crc: Crc
  readonly #tables: number
  readonly #ones: bigint
  #state: bigint

  constructor(crc: Crc) {
    kernels ??= createKernels()
    this.#kernels = kernels
    this.#crc = crc
    this.#tables = this.#kernels.tables(crc.modulus)
    this.#ones = (1n << BigInt(crc.bits)) - 1n
    this.#state = this.#ones
  }

  update(bytes: Uint8Array): void {
    const { run, memory, staging } = this.#kernels
    for (let at = 0; at < bytes.length; at += stagingBytes) {
      const part = bytes.subarray(at, at + stagingBytes)
      memory.set(part, staging)
      this.#state = run.crc(this.#tables, this.#state, staging, part.length)
    }
  }

  digest(): Uint8Array {
    const digest = Buffer.alloc(8)
    digest.writeBigUInt64BE(BigInt.asUintN(64, this.#state ^ this.#ones))
    return digest.subarray(8 - this.#crc.bits / 8)
  }
}
