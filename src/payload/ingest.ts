/** Ingest: one body becomes durable bytes, verified as they pass, yet unseen until a row names them. */
import { createHash } from 'node:crypto'
import type { Accelerator } from '../base/accelerator.ts'
import { assert } from '../base/assert.ts'
import type { Holds } from '../base/holds.ts'
import type { BlobNames } from '../base/ids.ts'
import { inlineBytesMax } from '../base/limits.ts'
import { S3Error } from '../model/errors.ts'
import type { Payload } from '../model/payload.ts'
import { HeldName } from '../stores/blobs/held-name.ts'
import type { BlobAbout, BlobClosing, BlobStore } from '../stores/blobs/store.ts'
import type { MetadataStore } from '../stores/metadata/store.ts'
import type { ChecksumAlgorithm } from './checksums/algorithms.ts'
import { createKernels } from '../base/kernels/kernels.ts'
import { Md5Lanes, ringsBytes } from './checksums/md5-lanes.ts'
import type { DeclaredDigests } from './declared.ts'
import {
  DigestPlan,
  digestsOf,
  RunningDigests,
  type DigestParts,
  type ProvenDigests,
} from './digests.ts'
import { etagIsMd5 } from './encryption/data-key.ts'
import type { DataKey } from './encryption/envelope.ts'
import type { SealingRun } from './encryption/runs.ts'
import { IngestedBlob, IngestedBytes, type Facts, type Ingested } from './ingested.ts'

export interface IngestPlan {
  /** What the client says of the bytes: parsed by payload/declared.ts before the body is read. */
  readonly declared: DeclaredDigests
  /** Computed whatever the client says: the upload's algorithm, or the server's default. */
  readonly compute: readonly ChecksumAlgorithm[]
  /** EntityTooLarge beyond, before the body where its length is known. */
  readonly sizeBytesMax: number
  readonly about: BlobAbout
  /** Seals the bytes; undefined keeps them as they are. What is declared, computed and counted is always the plain bytes. */
  readonly dataKey?: DataKey | undefined
}

/** Rejects with IncompleteBody, BadDigest, EntityTooLarge, MalformedTrailerError and what the body's seal throws. */
export type Ingest = (body: Payload, plan: IngestPlan) => Promise<Ingested>

export interface IngestParts {
  readonly blobs: BlobStore
  readonly names: BlobNames
  readonly holds: Holds
  readonly metadata: Pick<MetadataStore, 'failure' | 'abandonBytes'>
  /** Told of bytes that are about to go to the disk; throws where there is no room for them. */
  readonly takeRoom?: (sizeBytes: number) => void
  readonly accelerator?: Accelerator | undefined
}

/** Small bodies are handed on to the metadata store (one commit, no file), all others become a blob. */
export function createIngest(given: IngestParts): Ingest {
  const lanes = new Md5Lanes(createKernels(ringsBytes, given.accelerator))
  const parts = { ...given, lanes }
  return async (body, plan) => {
    refuseTooLarge(body.lengthBytes ?? 0, plan)
    const bytes = body[Symbol.asyncIterator]()
    if ((body.lengthBytes ?? 0) > inlineBytesMax) return ingestBlob(parts, plan, { body, bytes })
    const small = new Uint8Array(body.lengthBytes ?? inlineBytesMax)
    let sizeBytes = 0
    for (;;) {
      const step = await bytes.next()
      if (step.done === true) {
        parts.takeRoom?.(sizeBytes)
        return inline(small.subarray(0, sizeBytes), plan, body)
      }
      if (sizeBytes + step.value.length > small.length) {
        const before = [small.subarray(0, sizeBytes), step.value]
        return ingestBlob(parts, plan, { body, bytes: rejoined(before, bytes) })
      }
      small.set(step.value, sizeBytes)
      sizeBytes += step.value.length
    }
  }
}

/** A body and what is still to be read of it. */
interface Arriving {
  readonly body: Payload
  readonly bytes: AsyncIterator<Uint8Array>
}

function inline(bytes: Uint8Array, plan: IngestPlan, body: Payload): Ingested {
  refuseTooLarge(bytes.length, plan)
  refuseOtherLength(bytes.length, body)
  const digests = digestPlan(plan)
  const proven = digests.prove(digestsOf(digests.algorithms, bytes), body)
  const run = plan.dataKey?.newRun()
  const facts = told({ sizeBytes: bytes.length, proven, plan, run })
  return new IngestedBytes(facts, run === undefined ? whole(bytes) : run.sealSmall(bytes))
}

/** What was not filled is not kept alive, nor seen. */
function whole(bytes: Uint8Array): Uint8Array {
  return bytes.length === bytes.buffer.byteLength ? bytes : bytes.slice()
}

async function ingestBlob(
  parts: IngestParts & DigestParts,
  plan: IngestPlan,
  arriving: Arriving,
): Promise<Ingested> {
  const name = new HeldName(parts.names, parts.holds)
  try {
    const run = plan.dataKey?.newRun()
    const passage = new Passage(plan, arriving, parts)
    const kept = run === undefined ? passage : run.seal(passage)
    const bytes = parts.takeRoom === undefined ? kept : counted(kept, parts.takeRoom)
    const known = (): Facts => told({ ...passage.passed, plan, run })
    const stored = await parts.blobs.put(name, bytes, aboutOf(plan, run), () => closingOf(known()))
    const facts = known()
    const { sizeBytes } = facts
    assert(stored.sizeBytes === (run?.sealedSize(sizeBytes) ?? sizeBytes), 'all bytes were stored')
    return new IngestedBlob({ blob: stored.id, facts, parts, name })
  } catch (error) {
    name.release()
    throw error
  }
}

function digestPlan({ declared, compute, dataKey }: IngestPlan): DigestPlan {
  return new DigestPlan({ declared, compute, etagIsMd5: etagIsMd5(dataKey?.encryption) })
}

/** With what opens it, for who has the keys. */
function aboutOf({ about, dataKey }: IngestPlan, run: SealingRun | undefined): BlobAbout {
  if (dataKey === undefined || run === undefined) return about
  const attributes = Object.assign({}, about.attributes, { encryption: dataKey.encryption })
  return { ...about, attributes, seal: run.wrapped }
}

function closingOf({ sizeBytes, etag, checksums }: Facts): BlobClosing {
  return { sizeBytes, etag, checksums }
}

function told(facts: Passed & { readonly plan: IngestPlan; run: SealingRun | undefined }): Facts {
  const { sizeBytes, plan, run } = facts
  const { md5, checksums, verified } = facts.proven
  const etag = etagIsMd5(plan.dataKey?.encryption) ? md5 : run && etagOf(run)
  assert(etag !== undefined, 'whatever the ETag is made of is there')
  return { sizeBytes, etag, checksums, verified, seal: run?.sealed(sizeBytes) }
}

/** No other run has its keys, so their wrapped form makes an ETag that nobody can foretell. */
function etagOf(run: SealingRun): string {
  return createHash('sha256').update(run.wrapped).digest('hex').slice(0, 32)
}

interface Passed {
  readonly sizeBytes: number
  readonly proven: ProvenDigests
}

/**
 * Bytes on their way into a blob. What is wrong with them is thrown where their end would be: so the store itself
 * forgets the blob, before it costs a sync, and nothing is left to remove.
 */
class Passage implements AsyncIterable<Uint8Array> {
  readonly #plan: IngestPlan
  readonly #arriving: Arriving
  readonly #parts: DigestParts
  #passed: Passed | undefined

  constructor(plan: IngestPlan, arriving: Arriving, parts: DigestParts) {
    this.#plan = plan
    this.#arriving = arriving
    this.#parts = parts
  }

  /** Once every byte has passed. */
  get passed(): Passed {
    if (this.#passed === undefined) throw new Error('a blob was stored before its body had ended')
    return this.#passed
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const { body, bytes } = this.#arriving
    const digests = digestPlan(this.#plan)
    using running = new RunningDigests(digests.algorithms, this.#parts)
    let sizeBytes = 0
    for await (const chunk of { [Symbol.asyncIterator]: () => bytes }) {
      sizeBytes += chunk.length
      refuseTooLarge(sizeBytes, this.#plan)
      const room = running.update(chunk)
      if (room !== undefined) await room
      yield chunk
    }
    refuseOtherLength(sizeBytes, body)
    this.#passed = { sizeBytes, proven: digests.prove(await running.finish(), body) }
  }
}

async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  takeRoom: (sizeBytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    takeRoom(chunk.length)
    yield chunk
  }
}

async function* rejoined(
  before: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* before
  yield* { [Symbol.asyncIterator]: () => rest }
}

function refuseTooLarge(sizeBytes: number, { sizeBytesMax }: IngestPlan): void {
  if (sizeBytes <= sizeBytesMax) return
  throw new S3Error('EntityTooLarge', { ProposedSize: sizeBytes, MaxSizeAllowed: sizeBytesMax })
}

/** The wire layer sees to this where it knows the length; here it is a belief that is checked. */
function refuseOtherLength(sizeBytes: number, { lengthBytes }: Payload): void {
  if (lengthBytes !== undefined && lengthBytes !== sizeBytes) throw new S3Error('IncompleteBody')
}
