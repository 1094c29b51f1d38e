/**
 * What the operation of one request is handed. A class, for a literal with getters is a new hidden class of V8's each time:
 * those, and whatever their getters see, stay until the whole heap is collected.
 */
import { authorize, type Permit } from '../access/authorize.ts'
import { assert } from '../base/assert.ts'
import type { SourceBucket } from '../domain/copy-source.ts'
import { Objects } from '../domain/objects.ts'
import type { Account } from '../identity/account.ts'
import type { Service } from '../operations/service.ts'
import type { BucketRow } from '../stores/metadata/records.ts'
import type { MetadataStore } from '../stores/metadata/store.ts'
import type { Exchange } from '../wire/exchange.ts'

type OfRequest = 'caller' | 'mayUseKms' | 'bucket' | 'now' | 'signal' | 'isSecure' | 'sourceBucket'

/** What all requests share; `objects` and `uploads` are those of callers who may do what they ask to each of them. */
export interface Shared extends Omit<Service, OfRequest> {
  readonly metadata: MetadataStore
}

/** Of one request. */
export interface Asked {
  readonly caller: Account
  readonly mayUseKms: boolean
  readonly permit: Permit
  readonly exchange: Pick<Exchange, 'arrived' | 'signal' | 'peer'>
}

export class RequestService implements Service {
  readonly caller: Account
  readonly mayUseKms: boolean
  readonly now: Service['now']
  readonly isSecure: boolean
  readonly settings: Service['settings']
  readonly buckets: Service['buckets']
  readonly objects: Objects
  readonly uploads: Service['uploads']
  readonly holds: Service['holds']
  readonly ingest: Service['ingest']
  readonly emit: Service['emit']
  readonly envelopes: Service['envelopes']
  readonly accountOf: Service['accountOf']
  readonly accountsWithEmail: Service['accountsWithEmail']
  readonly #shared: Shared
  readonly #asked: Asked

  constructor(shared: Shared, asked: Asked) {
    const { judge } = asked.permit
    this.caller = asked.caller
    this.mayUseKms = asked.mayUseKms
    this.now = asked.exchange.arrived
    this.isSecure = asked.exchange.peer.secure
    this.settings = shared.settings
    this.buckets = shared.buckets
    this.objects = objectsFor(judge, shared)
    this.uploads = judge === undefined ? shared.uploads : shared.uploads.judgedBy(judge)
    this.holds = shared.holds
    this.ingest = shared.ingest
    this.emit = shared.emit
    this.envelopes = shared.envelopes
    this.accountOf = shared.accountOf
    this.accountsWithEmail = shared.accountsWithEmail
    this.#shared = shared
    this.#asked = asked
  }

  get signal(): AbortSignal {
    return this.#asked.exchange.signal
  }

  get bucket(): BucketRow {
    const { bucket } = this.#asked.permit
    assert(bucket !== undefined, 'the operation concerns a bucket that exists')
    return bucket
  }

  async sourceBucket(name: string): Promise<SourceBucket> {
    const asked = { operation: 'GetObject', caller: this.caller, bucket: name } as const
    const source = await authorize(asked, this.#shared.metadata)
    assert(source.bucket !== undefined, 'a copy source names a bucket')
    return { bucket: source.bucket, objects: objectsFor(source.judge, this.#shared) }
  }
}

function objectsFor(judge: Permit['judge'], { objects, metadata }: Shared): Objects {
  return judge === undefined ? objects : new Objects({ metadata, judge })
}
