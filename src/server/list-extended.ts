/**
 * IBM's ListBucketsExtended, `GET /?extended`: ListBuckets with markers, and with each bucket's LocationConstraint. It is no
 * operation of AWS's table, hence its own line from the request to the answer; there are no creation templates to name.
 */
import { authorize } from '../access/authorize.ts'
import { locationOf } from '../domain/configurations.ts'
import { ownerOf } from '../domain/owners.ts'
import type { BucketPage } from '../domain/buckets.ts'
import { wholeSeconds } from '../domain/times.ts'
import { identify } from '../identity/identify.ts'
import type { Dialect } from '../model/dialects/dialect.ts'
import { pageEntriesMax } from '../base/limits.ts'
import { S3Error } from '../model/errors.ts'
import type { Address, Query } from '../wire/address.ts'
import type { Exchange, Reply } from '../wire/exchange.ts'
import { writeIsoDate } from '../wire/scalars.ts'
import { xmlDeclaration, xmlElement, xmlNamespace } from '../wire/xml-write.ts'
import type { Composed } from './compose.ts'
import { tellAddress, type Told } from './told.ts'

export function isExtendedList(
  { method }: Pick<Exchange, 'method'>,
  { bucket, query }: Address,
  dialect: Dialect,
): boolean {
  return dialect.extendedList && method === 'GET' && bucket === undefined && query.has('extended')
}

interface Asking {
  readonly exchange: Exchange
  readonly sent: Address
  readonly story: Told
}

/** Throws what identify and authorize throw, and InvalidArgument for a `max-keys` that is none. */
export async function listExtended(
  { exchange, sent, story }: Asking,
  s3: Composed,
): Promise<Reply> {
  story.operation = 'ListBucketsExtended'
  const identity = identify(exchange, sent, s3.realm(exchange.arrived))
  const { account, accessKeyId, address, mayUseKms } = identity
  story.accessKeyId = accessKeyId
  tellAddress(story, address)
  const asked = { operation: 'ListBuckets', caller: account, bucket: undefined } as const
  const permit = await authorize(asked, s3.metadata)
  const service = s3.serviceFor({ caller: account, mayUseKms, permit, exchange })
  const max = readMax(sent.query)
  const page = await service.buckets.list({
    owner: account.canonicalId,
    prefix: sent.query.get('prefix') ?? '',
    after: sent.query.get('marker') ?? '',
    max,
    continuationToken: undefined,
    region: undefined,
  })
  const { ID, DisplayName = '' } = ownerOf(account.canonicalId, service)
  const owner = xmlElement('Owner', [xmlElement('ID', ID), xmlElement('DisplayName', DisplayName)])
  const body = documentOf([owner, ...pageElements(page, sent.query, max)])
  return { status: 200, headers: [['Content-Type', 'application/xml']], body }
}

function readMax(query: Query): number {
  const text = query.get('max-keys')
  if (text === undefined || text === '') return pageEntriesMax
  const max = /^[0-9]{1,9}$/.test(text) ? Number(text) : 0
  if (max >= 1) return Math.min(max, pageEntriesMax)
  throw new S3Error('InvalidArgument', { ArgumentName: 'max-keys', ArgumentValue: text })
}

function pageElements(page: BucketPage, query: Query, max: number): readonly string[] {
  const truncated = page.continuationToken !== undefined
  const last = truncated ? page.buckets.at(-1) : undefined
  return [
    xmlElement('IsTruncated', String(truncated)),
    xmlElement('MaxKeys', String(max)),
    xmlElement('Prefix', query.get('prefix') ?? ''),
    xmlElement('Marker', query.get('marker') ?? ''),
    ...(last === undefined ? [] : [xmlElement('NextMarker', last.name)]),
    xmlElement(
      'Buckets',
      page.buckets.map((bucket) =>
        xmlElement('Bucket', [
          xmlElement('Name', bucket.name),
          xmlElement('CreationDate', writeIsoDate(wholeSeconds(bucket.created))),
          xmlElement('LocationConstraint', locationOf(bucket)),
        ]),
      ),
    ),
  ]
}

function documentOf(elements: readonly string[]): Uint8Array {
  const root = 'ListAllMyBucketsResult'
  const text = `${xmlDeclaration}<${root} xmlns="${xmlNamespace}">${elements.join('')}</${root}>`
  return Buffer.from(text)
}
