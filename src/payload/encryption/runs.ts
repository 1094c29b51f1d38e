/** Runs of bytes, sealed once on their way in and opened, whole or in ranges, on their way out. */
import { assert } from '../../base/assert.ts'
import { free } from '../../base/free.ts'
import { BlobCorrupt, type ByteRange } from '../../stores/blobs/store.ts'
import type { RunSeal } from '../../stores/metadata/records.ts'
import {
  BlockCipher,
  plainBlockBytes,
  sealedBlockBytes,
  sealedSize,
  type RunKeys,
} from './blocks.ts'

/** A run that is about to be sealed. Its keys are used once: a second run under them would repeat their nonces. */
export class SealingRun {
  /** Its keys under the data key, as a row and the blob's own header keep them. */
  readonly wrapped: string
  readonly #cipher: BlockCipher
  #used = false

  constructor(keys: RunKeys, wrapped: string) {
    this.#cipher = new BlockCipher(keys)
    this.wrapped = wrapped
  }

  /** The sealed blocks of all these bytes. A chunk is done with when the next one is asked for, and so has a block to be. */
  async *seal(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    this.#use()
    const block = Buffer.allocUnsafeSlow(plainBlockBytes(this.#cipher.layers))
    const sealed = Buffer.allocUnsafeSlow(sealedBlockBytes)
    let filled = 0
    let index = 0
    for await (const chunk of bytes) {
      for (let taken = 0; taken < chunk.length;) {
        // Only what follows tells that a full block is not the last one.
        if (filled === block.length) {
          yield this.#cipher.seal(block, { index, last: false }, sealed)
          index++
          filled = 0
        }
        const part = chunk.subarray(taken, taken + block.length - filled)
        block.set(part, filled)
        filled += part.length
        taken += part.length
      }
    }
    const rest = block.subarray(0, filled)
    if (filled > 0) yield this.#cipher.seal(rest, { index, last: true }, sealed)
  }

  /** Bytes that are all here and fit into one block. */
  sealSmall(bytes: Uint8Array): Uint8Array {
    assert(bytes.length <= plainBlockBytes(this.#cipher.layers), 'small bytes are one block')
    this.#use()
    const sealed = new Uint8Array(sealedSize(bytes.length, this.#cipher.layers))
    return bytes.length === 0 ? sealed : this.#cipher.seal(bytes, { index: 0, last: true }, sealed)
  }

  /** What a row keeps, once `sizeBytes` plain bytes were sealed. */
  sealed(sizeBytes: number): RunSeal {
    return { wrapped: this.wrapped, sizeBytes }
  }

  /** Bytes that so many plain ones take. */
  sealedSize(plainBytes: number): number {
    return sealedSize(plainBytes, this.#cipher.layers)
  }

  #use(): void {
    assert(!this.#used, 'the keys of a run seal one run')
    this.#used = true
  }
}

/** A sealed run that is read. Ranges are of its plain bytes. */
export class OpeningRun {
  readonly #cipher: BlockCipher
  readonly #sizeBytes: number

  constructor(keys: RunKeys, sizeBytes: number) {
    this.#cipher = new BlockCipher(keys)
    this.#sizeBytes = sizeBytes
  }

  /** The sealed bytes that have to be read for a range: its whole blocks. Throws BlobCorrupt for one outside of the run. */
  sealedRange({ offset, lengthBytes }: ByteRange): ByteRange {
    const end = offset + lengthBytes
    if (offset < 0 || end > this.#sizeBytes) {
      throw new BlobCorrupt(`a sealed run has ${this.#sizeBytes} bytes, not ${end}`)
    }
    if (lengthBytes === 0) return { offset: 0, lengthBytes: 0 }
    const first = this.#indexOf(offset) * sealedBlockBytes
    const all = sealedSize(this.#sizeBytes, this.#cipher.layers)
    const sealedEnd = Math.min((this.#indexOf(end - 1) + 1) * sealedBlockBytes, all)
    return { offset: first, lengthBytes: sealedEnd - first }
  }

  /**
   * The range, from the sealed bytes that `sealedRange` names, which are used up; what it yields is the caller's own. Throws
   * BlobCorrupt before a byte that does not prove itself.
   */
  async *open(sealed: AsyncIterable<Uint8Array>, range: ByteRange): AsyncGenerator<Uint8Array> {
    const blockBytes = plainBlockBytes(this.#cipher.layers)
    const end = range.offset + range.lengthBytes
    let index = this.#indexOf(range.offset)
    for await (const blocks of wholeBlocks(sealed)) {
      const start = index * blockBytes
      const plain = this.#blocks(blocks, index)
      yield plain.subarray(Math.max(0, range.offset - start), Math.min(plain.length, end - start))
      index += Math.ceil(blocks.length / sealedBlockBytes)
    }
    if (Math.min(index * blockBytes, this.#sizeBytes) < end) {
      throw new BlobCorrupt('a sealed run ends before its bytes do')
    }
  }

  /** The same of a run that is one block, and all here. */
  openSmall(sealed: Uint8Array, { offset, lengthBytes }: ByteRange): Uint8Array {
    if (sealed.length !== sealedSize(this.#sizeBytes, this.#cipher.layers)) {
      throw new BlobCorrupt(`sealed small bytes are ${sealed.length}, not as many as they were`)
    }
    if (offset < 0 || offset + lengthBytes > this.#sizeBytes) {
      throw new BlobCorrupt(
        `a sealed run has ${this.#sizeBytes} bytes, not ${offset + lengthBytes}`,
      )
    }
    if (lengthBytes === 0) return new Uint8Array()
    return this.#block(sealed, 0).subarray(offset, offset + lengthBytes)
  }

  /** Blocks that lie one behind the other, as one piece: many small ones would cost whoever sends them more than the copy. */
  #blocks(sealed: Uint8Array, first: number): Uint8Array {
    if (sealed.length <= sealedBlockBytes) return this.#block(sealed, first)
    const count = Math.ceil(sealed.length / sealedBlockBytes)
    const overhead = sealedBlockBytes - plainBlockBytes(this.#cipher.layers)
    const plain = Buffer.allocUnsafeSlow(Math.max(0, sealed.length - count * overhead))
    let filled = 0
    for (let block = 0; block < count; block++) {
      const at = block * sealedBlockBytes
      const opened = this.#block(sealed.subarray(at, at + sealedBlockBytes), first + block)
      plain.set(opened, filled)
      filled += opened.length
      free(opened)
    }
    return plain
  }

  #block(sealed: Uint8Array, index: number): Uint8Array {
    return this.#cipher.open(sealed, { index, last: index === this.#indexOf(this.#sizeBytes - 1) })
  }

  #indexOf(offset: number): number {
    return Math.floor(offset / plainBlockBytes(this.#cipher.layers))
  }
}

/** The stream, which begins on a block, in pieces of whole blocks; only the last one may end within a block. */
async function* wholeBlocks(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let begun = Buffer.alloc(0)
  let filled = 0
  for await (const chunk of bytes) {
    let from = 0
    if (filled > 0) {
      const part = chunk.subarray(0, sealedBlockBytes - filled)
      begun.set(part, filled)
      filled += part.length
      from = part.length
    }
    if (filled === sealedBlockBytes) {
      yield begun
      filled = 0
    }
    const end = chunk.length - ((chunk.length - from) % sealedBlockBytes)
    if (end > from) yield chunk.subarray(from, end)
    if (end < chunk.length) {
      if (begun.length === 0) begun = Buffer.allocUnsafeSlow(sealedBlockBytes)
      begun.set(chunk.subarray(end))
      filled = chunk.length - end
    }
    free(chunk)
  }
  if (filled > 0) yield begun.subarray(0, filled)
}
