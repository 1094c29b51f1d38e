/**
 * Hashers for S3's ten checksum algorithms: node:crypto's where it has them, WebAssembly elsewhere, which for the CRCs is our
 * own (crc.ts). MD5 of a body on its way has lanes of its own (md5-lanes.ts).
 *
 * An engine of hash-wasm exists once for each algorithm, and every hasher borrows it for one synchronous step: it puts
 * its own state in, works, and leaves. So any number of bodies may interleave, a hasher that is never finished leaks
 * nothing, and a hasher can be made without waiting. A body that is hashed without interruption never pays a swap.
 */
import { createHash, hash, type Hash } from 'node:crypto'
import { createXXHash128, createXXHash3, createXXHash64 } from 'hash-wasm'
import type { Accelerator } from '../../base/accelerator.ts'
import { assert } from '../../base/assert.ts'
import { isCombinable } from '../../model/checksum-types.ts'
import type { ChecksumAlgorithm } from './algorithms.ts'
import { CrcHasher } from './crc.ts'
import type { Hasher } from './hasher.ts'

export interface Hashers {
  createHasher(algorithm: ChecksumAlgorithm): Hasher
}

type WasmAlgorithm = 'XXHASH64' | 'XXHASH3' | 'XXHASH128'
type WasmHash = Awaited<ReturnType<typeof createXXHash64>>

/** Compiled code, the same for everyone; the state of a checksum lives in its hasher. */
let engines: Readonly<Record<WasmAlgorithm, Engine>> | undefined

/** Compiles what is WebAssembly; to be awaited once before the first `createHasher`. */
export async function loadHashers(): Promise<Hashers> {
  engines ??= await loadEngines()
  return { createHasher }
}

/** A fresh checksum of that algorithm. */
export function createHasher(algorithm: ChecksumAlgorithm, accelerator?: Accelerator): Hasher {
  // The CRCs.
  if (isCombinable(algorithm)) return new CrcHasher(algorithm, accelerator)
  if (isCrypto(algorithm)) return new CryptoHasher(algorithm)
  assert(engines !== undefined, 'loadHashers was awaited before the first hasher is made')
  return new WasmHasher(engines[algorithm])
}

/** The checksum of bytes that are all here. */
export function checksumOf(algorithm: ChecksumAlgorithm, bytes: Uint8Array): Uint8Array {
  if (isCrypto(algorithm)) return hash(algorithm.toLowerCase(), bytes, 'buffer')
  const hasher = createHasher(algorithm)
  hasher.update(bytes)
  return hasher.digest()
}

type CryptoAlgorithm = 'MD5' | 'SHA1' | 'SHA256' | 'SHA512'

function isCrypto(algorithm: ChecksumAlgorithm): algorithm is CryptoAlgorithm {
  return algorithm === 'MD5' || algorithm.startsWith('SHA')
}

async function loadEngines(): Promise<Readonly<Record<WasmAlgorithm, Engine>>> {
  const [xxh64, xxh3, xxh128] = await Promise.all([
    createXXHash64(),
    createXXHash3(),
    createXXHash128(),
  ])
  return {
    XXHASH64: new Engine(xxh64),
    XXHASH3: new Engine(xxh3),
    XXHASH128: new Engine(xxh128),
  }
}

class CryptoHasher implements Hasher {
  readonly #hash: Hash

  constructor(algorithm: CryptoAlgorithm) {
    this.#hash = createHash(algorithm.toLowerCase())
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes)
  }

  digest(): Uint8Array {
    return this.#hash.digest()
  }
}

/** One WebAssembly instance and the hasher whose state it holds right now. */
class Engine {
  readonly #hash: WasmHash
  readonly #fresh: Uint8Array
  #owner: WasmHasher | undefined

  constructor(hash: WasmHash) {
    this.#hash = hash
    this.#fresh = hash.init().save()
  }

  /** The instance with the state of `hasher` in it. */
  borrow(hasher: WasmHasher): WasmHash {
    if (this.#owner === hasher) return this.#hash
    if (this.#owner !== undefined) this.#owner.state = this.#hash.save()
    this.#hash.load(hasher.state ?? this.#fresh)
    this.#owner = hasher
    return this.#hash
  }

  /** Ends the checksum of `hasher`. */
  finish(hasher: WasmHasher): Uint8Array {
    const digest = this.borrow(hasher).digest('binary')
    this.#owner = undefined
    return digest
  }
}

class WasmHasher implements Hasher {
  readonly #engine: Engine
  /** What the engine left here when another hasher borrowed it; undefined before the first byte. */
  state: Uint8Array | undefined
  #ended = false

  constructor(engine: Engine) {
    this.#engine = engine
  }

  update(bytes: Uint8Array): void {
    assert(!this.#ended, 'a checksum takes no bytes after its digest')
    this.#engine.borrow(this).update(bytes)
  }

  digest(): Uint8Array {
    assert(!this.#ended, 'a checksum has one digest')
    this.#ended = true
    return this.#engine.finish(this)
  }
}
