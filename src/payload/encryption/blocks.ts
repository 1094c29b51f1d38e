/**
 * Sealed blocks: a run of plain bytes in pieces, each encrypted and authenticated in its place (docs/format/encryption.md).
 *
 * A run has keys of its own, used for this run only, so the number of a block can be its nonce. What a block is (its number,
 * whether it is the last) is authenticated with it: a block that was moved, left out, repeated or cut does not open.
 */
import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { free } from '../../base/free.ts'
import { blockBytes as sealedBlockBytes } from '../../stores/blobs/block-checksum.ts'
import { BlobCorrupt } from '../../stores/blobs/store.ts'

const formatVersion = 1
const algorithm = 'aes-256-gcm'
const nonceBytes = 12
/** Of one layer, behind the bytes that it proves. */
export const tagBytes = 16
export { sealedBlockBytes }

/** One for each layer, the innermost first. */
export type RunKeys = readonly KeyObject[]

/** Plain bytes in a full block: a sealed one is exactly a block of the blob store, so that reading one reads no other. */
export function plainBlockBytes(layers: number): number {
  return sealedBlockBytes - layers * tagBytes
}

/** Bytes that `plainBytes` take once they are sealed. No bytes have no block. */
export function sealedSize(plainBytes: number, layers: number): number {
  const blocks = Math.ceil(plainBytes / plainBlockBytes(layers))
  return plainBytes + blocks * layers * tagBytes
}

/** A block's place in its run. */
export interface BlockPlace {
  readonly index: number
  readonly last: boolean
}

export class BlockCipher {
  readonly #keys: RunKeys
  readonly #nonce = Buffer.alloc(nonceBytes)
  readonly #about = Buffer.alloc(16)

  constructor(keys: RunKeys) {
    this.#keys = keys
    this.#about[0] = formatVersion
    this.#about[1] = keys.length
  }

  get layers(): number {
    return this.#keys.length
  }

  /** The sealed block, at the beginning of `into`; `plain` may be reused afterwards. */
  seal(plain: Uint8Array, place: BlockPlace, into: Uint8Array): Uint8Array {
    let pieces: readonly Uint8Array[] = [plain]
    for (const [layer, key] of this.#keys.entries()) {
      const about = this.#place(place, layer)
      const cipher = createCipheriv(algorithm, key, this.#nonce, { authTagLength: tagBytes })
      cipher.setAAD(about)
      const sealed = pieces.map((piece) => cipher.update(piece))
      cipher.final()
      if (layer > 0) pieces.forEach(free)
      pieces = [...sealed, cipher.getAuthTag()]
    }
    let filled = 0
    for (const piece of pieces) {
      into.set(piece, filled)
      filled += piece.length
      free(piece)
    }
    return into.subarray(0, filled)
  }

  /** Its plain bytes, once every layer has proven them. Throws BlobCorrupt. */
  open(sealed: Uint8Array, place: BlockPlace): Uint8Array {
    let bytes = sealed
    for (const [above, key] of this.#keys.toReversed().entries()) {
      const below = this.#openLayer(bytes, key, this.#place(place, this.layers - 1 - above))
      if (above > 0) free(bytes)
      bytes = below
    }
    return bytes
  }

  #openLayer(sealed: Uint8Array, key: KeyObject, about: Uint8Array): Uint8Array {
    const tagAt = sealed.length - tagBytes
    // A block without plain bytes is never written.
    if (tagAt <= 0) throw new BlobCorrupt('a sealed block is shorter than its tag')
    const cipher = createDecipheriv(algorithm, key, this.#nonce, { authTagLength: tagBytes })
    cipher.setAAD(about)
    cipher.setAuthTag(sealed.subarray(tagAt))
    const plain = cipher.update(sealed.subarray(0, tagAt))
    try {
      cipher.final()
    } catch {
      throw new BlobCorrupt('a sealed block does not prove itself')
    }
    return plain
  }

  /** Sets the nonce, and answers what is authenticated besides the bytes: both are copied by the cipher that is given them. */
  #place({ index, last }: BlockPlace, layer: number): Uint8Array {
    this.#nonce.writeUIntBE(index, nonceBytes - 6, 6)
    this.#about[2] = layer
    this.#about[3] = last ? 1 : 0
    this.#about.writeBigUInt64BE(BigInt(index), 8)
    return this.#about
  }
}
