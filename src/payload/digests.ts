/** The digests of one body: what has to be computed, and whether it is what the client said. */
import type { Accelerator } from '../base/accelerator.ts'
import type { Payload } from '../model/payload.ts'
import type { ChecksumAlgorithm } from './checksums/algorithms.ts'
import type { Hasher } from './checksums/hasher.ts'
import { checksumOf, createHasher } from './checksums/hashers.ts'
import type { Md5, Md5Lanes } from './checksums/md5-lanes.ts'
import { checkChecksum, checkMd5, trailerValue, type DeclaredDigests } from './declared.ts'

export type Digests = ReadonlyMap<ChecksumAlgorithm, Uint8Array>

/** What is kept of a body whose digests hold. */
export interface ProvenDigests {
  /** 32 hex digits; undefined where nobody wanted it. */
  readonly md5: string | undefined
  /** Base64 by algorithm: what was declared and what was planned. */
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>
  /** The algorithm whose value the client sent. */
  readonly verified: ChecksumAlgorithm | undefined
}

export interface DigestsWanted {
  readonly declared: DeclaredDigests
  /** Computed whatever the client says. */
  readonly compute: readonly ChecksumAlgorithm[]
  /** S3's ETag is the MD5 of most objects. */
  readonly etagIsMd5: boolean
}

/** What to compute: each algorithm once, whoever asks for it, and none of them for MD5's sake twice. */
export class DigestPlan {
  readonly #declared: DeclaredDigests
  readonly #kept: ReadonlySet<ChecksumAlgorithm>
  readonly algorithms: ReadonlySet<ChecksumAlgorithm>

  constructor({ declared, compute, etagIsMd5 }: DigestsWanted) {
    const sent = declared.checksum?.algorithm ?? declared.trailer?.algorithm
    this.#declared = declared
    this.#kept = new Set(sent === undefined ? compute : [sent, ...compute])
    const needsMd5 = etagIsMd5 || declared.md5 !== undefined
    this.algorithms = needsMd5 ? new Set([...this.#kept, 'MD5']) : this.#kept
  }

  /** Holds what was computed against what was said, trailer included: the body was read to its end. BadDigest, InvalidRequest, MalformedTrailerError. */
  prove(digests: Digests, body: Pick<Payload, 'trailers'>): ProvenDigests {
    const { checksum, trailer } = this.#declared
    const sent = trailer && { ...trailer, value: trailerValue(trailer, body.trailers) }
    const verified = checksum ?? sent
    if (verified !== undefined) {
      checkChecksum(verified.algorithm, verified.value, digestOf(digests, verified.algorithm))
    }
    const md5 = digests.get('MD5')
    if (md5 !== undefined) checkMd5(this.#declared, md5)
    const checksums: Partial<Record<ChecksumAlgorithm, string>> = {}
    for (const algorithm of this.#kept) {
      checksums[algorithm] = Buffer.from(digestOf(digests, algorithm)).toString('base64')
    }
    const hex = md5 && Buffer.from(md5).toString('hex')
    return { md5: hex, checksums, verified: verified?.algorithm }
  }
}

/** By whom digests are computed. */
export interface DigestParts {
  readonly lanes: Md5Lanes
  readonly accelerator?: Accelerator | undefined
}

/** Digests of bytes that pass by. To be disposed of in every case, at the end. */
export class RunningDigests implements Disposable {
  readonly #hashers: ReadonlyArray<readonly [ChecksumAlgorithm, Hasher]>
  readonly #md5: Md5 | undefined

  constructor(algorithms: ReadonlySet<ChecksumAlgorithm>, { lanes, accelerator }: DigestParts) {
    const others = [...algorithms].filter((algorithm) => algorithm !== 'MD5')
    this.#hashers = others.map((algorithm) => [algorithm, createHasher(algorithm, accelerator)])
    this.#md5 = algorithms.has('MD5') ? lanes.open() : undefined
  }

  /** Keeps nothing of `bytes` once it returns, or once the promise resolves where it gives one: MD5 may want to wait. */
  update(bytes: Uint8Array): Promise<void> | undefined {
    for (const [, hasher] of this.#hashers) hasher.update(bytes)
    return this.#md5?.update(bytes)
  }

  async finish(): Promise<Digests> {
    const md5 = await this.#md5?.digest()
    const digests = new Map(
      this.#hashers.map(([algorithm, hasher]) => [algorithm, hasher.digest()]),
    )
    return md5 === undefined ? digests : digests.set('MD5', md5)
  }

  [Symbol.dispose](): void {
    this.#md5?.drop()
  }
}

/** Digests of bytes that are all here. */
export function digestsOf(algorithms: ReadonlySet<ChecksumAlgorithm>, bytes: Uint8Array): Digests {
  return new Map(Array.from(algorithms, (algorithm) => [algorithm, checksumOf(algorithm, bytes)]))
}

function digestOf(digests: Digests, algorithm: ChecksumAlgorithm): Uint8Array {
  return digests.get(algorithm) ?? new Uint8Array(0)
}
