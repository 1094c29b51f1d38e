/**
 * S3's three CRCs: by the accelerator where there is one, else in WebAssembly (tools/kernels), divided by sparse multiples of
 * their moduli and the rest by tables.
 */
import { crc32 } from 'node:zlib'
import { crcNumbers, type Accelerator } from '../../base/accelerator.ts'
import { createKernels, stagingBytes, type Kernels } from '../../base/kernels/kernels.ts'
import { kibibyte } from '../../base/limits.ts'
import type { CombinableAlgorithm } from '../../model/checksum-types.ts'
import type { Hasher } from './hasher.ts'

/** A reflected CRC that begins and ends with all bits turned round. */
interface Crc {
  readonly kernel: 'crc32' | 'crc32c' | 'crc64nvme'
  readonly bits: 32 | 64
  /** Reversed. */
  readonly modulus: bigint
}

/** That of Ethernet and zlib, Castagnoli's (RFC 3720), and NVM Express' of 64 bits. */
export const crcs: Readonly<Record<CombinableAlgorithm, Crc>> = {
  CRC32: { kernel: 'crc32', bits: 32, modulus: 0xedb88320n },
  CRC32C: { kernel: 'crc32c', bits: 32, modulus: 0x82f63b78n },
  CRC64NVME: { kernel: 'crc64nvme', bits: 64, modulus: 0x9a6c9329ac4bc9b5n },
}

/** Node's own CRC32 has tables too, and no way to go: it is the faster one below this (docs/decisions/0021-sparse-crc.md). */
const kernelBytesMin = 16 * kibibyte

let kernels: Kernels | undefined

/** The same for everyone: a call is synchronous, and the state of a checksum lives in its hasher. */
export function crcKernels(): Kernels {
  kernels ??= createKernels()
  return kernels
}

export class CrcHasher implements Hasher {
  readonly #kernels: Kernels
  readonly #crc: Crc
  readonly #tables: number
  readonly #ones: bigint
  readonly #accelerated: Accelerator['crc']
  #state: bigint

  constructor(algorithm: CombinableAlgorithm, accelerator?: Accelerator) {
    this.#kernels = crcKernels()
    this.#crc = crcs[algorithm]
    this.#tables = this.#kernels.tables(this.#crc.modulus)
    this.#ones = (1n << BigInt(this.#crc.bits)) - 1n
    this.#state = this.#ones
    this.#accelerated = accelerator?.crc
  }

  update(bytes: Uint8Array): void {
    if (this.#accelerated !== undefined) {
      const which = crcNumbers[this.#crc.kernel]
      this.#state = this.#accelerated(which, this.#state, bytes)
      return
    }
    const { run, memory, work, staging } = this.#kernels
    if (this.#crc.kernel === 'crc32' && bytes.length < kernelBytesMin) return this.#short(bytes)
    for (let at = 0; at < bytes.length; at += stagingBytes) {
      const part = bytes.subarray(at, at + stagingBytes)
      memory.set(part, staging)
      this.#state = run[this.#crc.kernel](this.#tables, work, this.#state, staging, part.length)
    }
  }

  #short(bytes: Uint8Array): void {
    this.#state = BigInt(crc32(bytes, Number(this.#state ^ this.#ones))) ^ this.#ones
  }

  digest(): Uint8Array {
    const digest = Buffer.alloc(8)
    digest.writeBigUInt64BE(BigInt.asUintN(64, this.#state ^ this.#ones))
    return digest.subarray(8 - this.#crc.bits / 8)
  }
}
