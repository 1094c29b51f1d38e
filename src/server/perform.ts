/** From a known caller and an unread body to a reply: typed input, the operation, typed output. */
import { operations } from '../operations/index.ts'
import type { Service } from '../operations/service.ts'
import { S3Error } from '../model/errors.ts'
import { operations as table, type OperationName } from '../model/operations.gen.ts'
import { digestRequired } from '../model/overlay.ts'
import type { Payload } from '../model/payload.ts'
import type { Operation } from '../model/schema.ts'
import { verifyDocument } from '../payload/declared.ts'
import type { Registry } from '../operations/registry.ts'
import type { Address } from '../wire/address.ts'
import { requireLength } from '../wire/body.ts'
import { decodeInput } from '../wire/decode.ts'
import { encodeOutput } from '../wire/encode.ts'
import type { Exchange, Headers, Reply } from '../wire/exchange.ts'

export interface Asking {
  readonly exchange: Pick<Exchange, 'headers' | 'body'>
  readonly address: Address
  readonly body: Payload
}

/** Throws NotImplemented for what is not offered, MissingContentLength, and what the operation and its decoding throw. */
export async function perform<Name extends OperationName>(
  operation: Operation<Name>,
  { exchange, address, body }: Asking,
  service: Service,
): Promise<Reply> {
  const registered: Registry[Name] = operations[operation.name]
  if (registered.run === undefined)
    throw new S3Error('NotImplemented', { Operation: operation.name })
  if (takingBytes.has(operation.name)) requireLength(exchange)
  if (copying.has(operation.name)) refuseContent(exchange)
  const input = await decodeInput(operation, {
    exchange,
    address,
    body,
    refuses: registered.refuses,
    harmless: registered.harmless,
    verify: (bytes) =>
      verifyDocument({
        headers: ofDocument(operation, exchange.headers),
        body,
        bytes,
        required: digestRequired.includes(operation.name),
      }),
  })
  return encodeOutput(operation, await registered.run(input, service))
}

/** Their bytes come from an object that is already here: others that come along would be lost in silence. */
const copying = named(({ input }) => input.some(({ name }) => name === 'CopySource'))

/** Their body is an object's bytes, not a document. */
const takingBytes = named(({ input }) =>
  input.some((member) => member.in === 'payload' && member.type === 'stream'),
)

function named(isMeant: (operation: Operation) => boolean): ReadonlySet<string> {
  const meant = Object.values<Operation>(table).filter(isMeant)
  return new Set(meant.map(({ name }) => name))
}

function refuseContent({ body }: Asking['exchange']): void {
  if (body.chunked || (body.lengthBytes ?? 0) > 0) throw new S3Error('UnexpectedContent')
}

/** Where the input itself has checksums beside a document (CompleteMultipartUpload), they speak of the object. */
function ofDocument({ input }: Operation, headers: Headers): Headers {
  const others = new Set(input.map(({ at }) => at.toLowerCase()).filter(isChecksum))
  if (others.size === 0) return headers
  return {
    get: (name) => (others.has(name) ? undefined : headers.get(name)),
    all: (name) => (others.has(name) ? [] : headers.all(name)),
    names: () => Array.from(headers.names()).filter((name) => !others.has(name)),
  }
}

function isChecksum(field: string): boolean {
  return field.startsWith('x-amz-checksum-')
}
