/** Buckets: who may create one under which name and where, which of them an account sees, and when one may go. */
import type { Instant } from '../base/clock.ts'
import { S3Error } from '../model/errors.ts'
import type { BucketRow } from '../stores/metadata/records.ts'
import { isRefusal, type MetadataStore } from '../stores/metadata/store.ts'
import type { ConfigurationName, Configurations } from './configurations.ts'
import { checkBucketName } from './names.ts'
import { openToken, sealToken } from './page-tokens.ts'
import { accepted } from './refusals.ts'
import type { Settings } from './settings.ts'

/** Buckets in one page of ListBuckets (S3's own limit). */
const bucketsPageMax = 10_000

export interface NewBucket {
  readonly name: string
  /** Canonical id of the account that creates it. */
  readonly owner: string
  readonly created: Instant
  readonly locationConstraint: string | undefined
  /** What it begins with. */
  readonly configurations?: Partial<Configurations>
}

export interface BucketQuery {
  readonly owner: string
  readonly prefix: string
  readonly max: number | undefined
  readonly continuationToken: string | undefined
  /** Only buckets of this region. */
  readonly region: string | undefined
  /** Only those behind this name, where there is no continuation token. */
  readonly after?: string
}

export interface BucketPage {
  readonly buckets: readonly BucketRow[]
  readonly continuationToken: string | undefined
}

/** The region whose endpoint is S3's oldest, and keeps some of its first manners. */
const firstRegion = 'us-east-1'
const regionShape = /^[a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2}$/

export class Buckets {
  readonly #metadata: MetadataStore
  readonly #settings: Settings

  constructor({
    metadata,
    settings,
  }: {
    readonly metadata: MetadataStore
    readonly settings: Settings
  }) {
    this.#metadata = metadata
    this.#settings = settings
  }

  /**
   * Creates a bucket in this server's region. Throws InvalidBucketName, IllegalLocationConstraintException,
   * InvalidLocationConstraint, BucketAlreadyExists and BucketAlreadyOwnedByYou.
   */
  async create(bucket: NewBucket): Promise<void> {
    const { name, owner, created, locationConstraint, configurations = {} } = bucket
    checkBucketName(name)
    this.#checkLocation(locationConstraint)
    const located = this.#isClass(locationConstraint) ? { locationConstraint } : {}
    const attributes = {
      region: this.#settings.region,
      configurations: { ...configurations, ...located },
    }
    const result = await this.#metadata.createBucket({ name, owner, created, attributes })
    if (!isRefusal(result) || result.refused !== 'bucket-exists' || result.owner !== owner) {
      accepted(result, { bucket: name })
      return
    }
    // In its first region S3 answers 200 to an owner who creates a bucket again, everywhere else it says no; the
    // AWS tools and ceph/s3-tests know both, and scripts written against us-east-1 count on the first.
    if (this.#settings.region !== firstRegion)
      throw new S3Error('BucketAlreadyOwnedByYou', { BucketName: name })
  }

  /** The bucket of this name. Throws NoSuchBucket. */
  async find(name: string): Promise<BucketRow> {
    const bucket = await this.#metadata.getBucket(name)
    if (bucket === undefined) throw new S3Error('NoSuchBucket', { BucketName: name })
    return bucket
  }

  /** One page of an account's buckets by name. Throws InvalidArgument. */
  async list(query: BucketQuery): Promise<BucketPage> {
    const { owner, prefix, region } = query
    const after =
      query.continuationToken === undefined
        ? (query.after ?? '')
        : openBucketToken(query.continuationToken, owner)
    const { buckets, truncated } = await this.#metadata.listBuckets({
      owner,
      prefix,
      after,
      max: checkedMax(query.max),
    })
    const last = truncated ? buckets.at(-1) : undefined
    return {
      // A page may come short where the region filters; the token still goes on behind its last bucket.
      buckets: buckets.filter(
        ({ attributes }) => region === undefined || attributes.region === region,
      ),
      continuationToken: last === undefined ? undefined : sealToken(owner, last.name),
    }
  }

  /** Removes an empty bucket. Throws BucketNotEmpty and NoSuchBucket. */
  async remove(bucket: BucketRow): Promise<void> {
    accepted(await this.#metadata.deleteBucket(bucket.id), { bucket: bucket.name })
  }

  /** Keeps a configuration in place of the one before it; undefined removes it. Throws NoSuchBucket. */
  async configure<Name extends ConfigurationName>(
    { id, name: bucket }: BucketRow,
    name: Name,
    value: Configurations[Name] | undefined,
  ): Promise<void> {
    accepted(await this.#metadata.setBucketConfiguration(id, name, value), { bucket })
  }

  /** This server's location with a class of the dialect behind it, e.g. `us-cold` in `us-standard`. */
  #isClass(constraint: string | undefined): boolean {
    const classes = this.#settings.dialect?.locationClasses ?? []
    const tails = classes.map((name) => `-${name}`)
    const { region } = this.#settings
    const own = tails.find((tail) => region.endsWith(tail)) ?? ''
    const location = region.slice(0, region.length - own.length)
    return tails.some((tail) => constraint === location + tail)
  }

  #checkLocation(constraint: string | undefined): void {
    const { region } = this.#settings
    if (constraint === undefined || constraint === '' || constraint === region) return
    if (this.#isClass(constraint)) return
    if (constraint === 'EU' && region === 'eu-west-1') return
    if (!regionShape.test(constraint)) {
      throw new S3Error('InvalidLocationConstraint', { LocationConstraint: constraint })
    }
    throw new S3Error(
      'IllegalLocationConstraintException',
      {},
      `The ${constraint} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    )
  }
}

function openBucketToken(token: string, owner: string): string {
  const name = openToken(owner, token)
  if (name === undefined) {
    throw new S3Error(
      'InvalidArgument',
      { ArgumentName: 'continuation-token' },
      'The continuation token provided is incorrect',
    )
  }
  return name
}

function checkedMax(max: number | undefined): number {
  if (max === undefined) return bucketsPageMax
  if (Number.isInteger(max) && max >= 1 && max <= bucketsPageMax) return max
  throw new S3Error(
    'InvalidArgument',
    { ArgumentName: 'max-buckets', ArgumentValue: max },
    `Argument max-buckets must be an integer between 1 and ${bucketsPageMax}`,
  )
}
