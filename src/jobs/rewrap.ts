/**
 * Re-wrapping: after a key was rotated, the data keys that an older version wrapped are wrapped anew under the newest one.
 * No byte of any object is touched; a sweep that was cut off leaves what it did, and the next one does the rest.
 */
import { S3Error } from '../model/errors.ts'
import type { Log } from '../observe/log.ts'
import type { AskedEncryption, Envelopes } from '../payload/encryption/envelope.ts'
import { BlobCorrupt } from '../stores/blobs/store.ts'
import type { KeyStores } from '../stores/keys/key-stores.ts'
import { KeyDisabled, KeyMissing, KeyRefused } from '../stores/keys/store.ts'
import type { Encryption } from '../stores/metadata/records.ts'
import { isRefusal, type EnvelopePage, type MetadataStore } from '../stores/metadata/store.ts'
import type { Job } from './job.ts'

/** Rows looked at in one step. */
const rowsAtOnce = 256

export interface RewrapParts {
  readonly metadata: Pick<MetadataStore, 'listEnvelopes' | 'replaceEnvelope'>
  readonly keys: KeyStores
  readonly envelopes: Envelopes
  readonly log: Log
}

interface Sweep {
  /** What the key stores said of their rotations when it began. */
  readonly rotations: string
  after: string | undefined
  /** Envelopes that an older version had wrapped, and what became of them. */
  renewed: number
  /** Their key is disabled or gone. */
  left: number
  /** They do not open, or their row cannot be read. */
  damaged: number
}

type Found = EnvelopePage['envelopes'][number]

export class RewrapJob implements Job {
  readonly name = 'rewrap'
  readonly #parts: RewrapParts
  #sweep: Sweep | undefined
  /** The rotations after which everything was gone through. */
  #swept = ''

  constructor(parts: RewrapParts) {
    this.#parts = parts
  }

  async step(): Promise<boolean> {
    this.#sweep ??= await this.#begin()
    const sweep = this.#sweep
    if (sweep === undefined) return false
    const page = await this.#parts.metadata.listEnvelopes(sweep.after, rowsAtOnce)
    // A page that fails on the way is gone through again: what was renewed is current by then.
    for (const found of page.envelopes) await this.#renew(found, sweep)
    sweep.damaged += page.damaged
    sweep.after = page.next
    if (page.next === undefined) this.#end(sweep)
    return true
  }

  async #begin(): Promise<Sweep | undefined> {
    const { keys, log } = this.#parts
    const told = [await keys.server.rotations(), await keys.kms.rotations()]
    const rotations = told.some((one) => one !== '') ? told.join('\n') : ''
    if (rotations === this.#swept) return undefined
    log.info({ job: this.name }, 'looking for data keys that older versions of their keys wrapped')
    return { rotations, after: undefined, renewed: 0, left: 0, damaged: 0 }
  }

  #end({ rotations, renewed, left, damaged }: Sweep): void {
    this.#swept = rotations
    this.#sweep = undefined
    const { log } = this.#parts
    const fields = { job: this.name, renewed, left, damaged }
    if (left + damaged === 0) log.info(fields, 'every data key is wrapped by the newest version')
    else log.warn(fields, 'some data keys could not be wrapped anew: an older version keeps them')
  }

  async #renew(found: Found, sweep: Sweep): Promise<void> {
    try {
      if (await this.#isRenewed(found)) sweep.renewed++
    } catch (error) {
      const became = whatOf(error)
      sweep[became]++
      const { bucket, key } = found
      if (became === 'damaged') {
        this.#parts.log.error(
          { job: this.name, bucket, key, err: error },
          'an envelope does not open',
        )
      }
    }
  }

  /** False when there was nothing to do, also because somebody else replaced the envelope meanwhile. */
  async #isRenewed({ at, bucket, key, encryption }: Found): Promise<boolean> {
    const { metadata, keys, envelopes } = this.#parts
    if (encryption.method === 'SSE-C') return false
    const store = encryption.method === 'SSE-S3' ? keys.server : keys.kms
    if (await store.isCurrent(encryption.keyId, encryption.wrapped)) return false
    const place = { bucket, key }
    const open = await envelopes.open(encryption, place, undefined)
    const renewed = await envelopes.rewrap(open, askedBy(encryption), place)
    if (renewed === undefined) return false
    return !isRefusal(await metadata.replaceEnvelope(at, encryption, renewed.encryption))
  }
}

/** The same again: same key, same context. */
function askedBy(encryption: Exclude<Encryption, { method: 'SSE-C' }>): AskedEncryption {
  if (encryption.method === 'SSE-S3') return { method: 'SSE-S3' }
  const { method, keyId, context, bucketKey } = encryption
  return { method, keyId, context, bucketKey }
}

/** Whatever says nothing of this one envelope ends the step, which is tried again later. */
function whatOf(error: unknown): 'left' | 'damaged' {
  if (error instanceof KeyRefused || error instanceof BlobCorrupt) return 'damaged'
  if (error instanceof KeyMissing || error instanceof KeyDisabled) return 'left'
  if (error instanceof S3Error && error.code.startsWith('KMS.')) return 'left'
  throw error
}
