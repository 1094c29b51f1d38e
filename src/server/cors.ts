/**
 * CORS at the gateway. A preflight comes without a signature, so its answer is all that the anonymous learn of a bucket; an
 * error is shared as an answer is, for a page that may not read it could not tell what went wrong.
 */
import { configurationOf } from '../domain/configurations.ts'
import { fieldName, sharedMethods } from '../domain/cors.ts'
import { sharingHeaders, varyOnOrigin, type CorsQuestion } from '../domain/sharing.ts'
import { S3Error } from '../model/errors.ts'
import type { BucketRow } from '../stores/metadata/records.ts'
import type { MetadataStore } from '../stores/metadata/store.ts'
import type { Address } from '../wire/address.ts'
import type { Exchange, Headers, Reply } from '../wire/exchange.ts'

/** What the bucket has to say to the page that sent a request. */
export interface Cors {
  /** For the answer, whatever becomes of the request. */
  readonly headers: Reply['headers']
  /** What a preflight is refused with; made only for one, since nearly no request is. */
  readonly refusal?: () => S3Error
}

const announcedMethod = 'access-control-request-method'
const announcedHeaders = 'access-control-request-headers'

/** Costs a request without an Origin nothing. */
export function readCors(
  exchange: Pick<Exchange, 'method' | 'headers'>,
  address: Pick<Address, 'bucket' | 'key'>,
  metadata: Pick<MetadataStore, 'getBucket'>,
): Cors | Promise<Cors> {
  const asked = questionOf(exchange)
  if (asked === undefined) return unasked
  return corsFor(asked, address, metadata)
}

async function corsFor(
  asked: CorsQuestion,
  address: Pick<Address, 'bucket' | 'key'>,
  metadata: Pick<MetadataStore, 'getBucket'>,
): Promise<Cors> {
  const bucket = address.bucket === undefined ? undefined : await metadata.getBucket(address.bucket)
  const detail = { Method: asked.method, ResourceType: levelOf(address) }
  if (bucket === undefined)
    return { headers: [], refusal: () => forbidden(detail, 'Bucket not found') }
  const rules = configurationOf(bucket, 'cors')?.CORSRules
  if (rules === undefined) {
    return { headers: [], refusal: () => forbidden(detail, 'CORS is not enabled for this bucket.') }
  }
  const headers = sharingHeaders(rules, asked)
  if (headers.length > 0) return { headers: [...headers, varyOnOrigin] }
  return { headers: [varyOnOrigin], refusal: () => new S3Error('AccessForbidden', detail) }
}

/** No page asks. */
const unasked: Cors = { headers: [] }

const apart: Cors = { headers: [varyOnOrigin] }

/**
 * Once the bucket is known anyway. An answer to a request without an Origin (an image that a page shows) must not be what the
 * browser's cache gives to a script that asks for the same URL, for it lets no page read it.
 */
export function keptApart(cors: Cors, bucket: BucketRow | undefined): Cors {
  if (cors !== unasked || bucket === undefined) return cors
  return configurationOf(bucket, 'cors') === undefined ? cors : apart
}

/** The answer to a preflight, but for its headers. Throws BadRequest for what is none, whatever the rules are; AccessForbidden. */
export function preflight(cors: Cors, headers: Headers): Reply {
  if (cors === unasked) throw new S3Error('BadRequest')
  checkAnnounced(headers)
  if (cors.refusal !== undefined) throw cors.refusal()
  return { status: 200, headers: [], body: undefined }
}

/** A method that a rule could allow, in capitals, and names that a header could have. */
function checkAnnounced(headers: Headers): void {
  const method = headers.get(announcedMethod)
  if (method === undefined || !sharedMethods.includes(method)) {
    throw new S3Error(
      'BadRequest',
      {},
      `Invalid Access-Control-Request-Method: ${method ?? 'null'}`,
    )
  }
  const odd = announcedNames(headers).find((name) => !fieldName.test(name))
  if (odd === undefined) return
  const sentence = `Access-Control-Request-Headers "${odd}" contains invalid character.`
  throw new S3Error('BadRequest', {}, sentence)
}

/** The answer with what the page may know of it. */
export function shared(reply: Reply, cors: Cors | undefined): Reply {
  if (cors === undefined || cors.headers.length === 0) return reply
  return { ...reply, headers: [...reply.headers, ...cors.headers] }
}

/** S3 asks for the announced method wherever there is one, also outside a preflight. */
function questionOf({
  method,
  headers,
}: Pick<Exchange, 'method' | 'headers'>): CorsQuestion | undefined {
  const origin = headers.get('origin')
  if (origin === undefined) return undefined
  return {
    origin,
    method: headers.get(announcedMethod) ?? method,
    headers: announcedNames(headers),
  }
}

function announcedNames(headers: Headers): readonly string[] {
  const announced = (headers.get(announcedHeaders) ?? '').split(',').map((name) => name.trim())
  return announced.filter((name) => name !== '')
}

type Detail = Readonly<Record<'Method' | 'ResourceType', string>>

function forbidden(detail: Detail, sentence: string): S3Error {
  return new S3Error('AccessForbidden', detail, `CORSResponse: ${sentence}`)
}

function levelOf({ bucket, key }: Pick<Address, 'bucket' | 'key'>): string {
  if (bucket === undefined) return 'SERVICE'
  return key === undefined ? 'BUCKET' : 'OBJECT'
}
