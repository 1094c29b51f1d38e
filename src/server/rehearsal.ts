/**
 * A CompleteMultipartUpload that nobody asked for, on stores in memory: what only this operation runs has then been compiled before
 * the first client waits for it (docs/decisions/0024-rehearsal.md).
 */
import { createHash } from 'node:crypto'
import { operations } from '../model/operations.gen.ts'
import { BlobNames } from '../base/ids.ts'
import { memoryBlobs } from '../stores/blobs/memory.ts'
import { openUpload, type OpenUpload } from '../stores/metadata/rehearsal.ts'
import { openBody } from '../wire/body.ts'
import type { Exchange, Reply } from '../wire/exchange.ts'
import { readQuery } from '../wire/query.ts'
import { xmlElement } from '../wire/xml-write.ts'
import { compose, type Parts } from './compose.ts'
import { noHeaders } from './exchange.ts'
import { perform } from './perform.ts'

/** Whoever waits for the server to listen is answered first. */
const beginsAfterMs = 250

/** Disposed, it does not begin any more. What fails in it will fail again in earnest, and is told there. */
export function soon(rehearse: () => Promise<unknown>): Disposable {
  const begin = (): void => void rehearse().catch(() => undefined)
  const timer = setTimeout(begin, beginsAfterMs).unref()
  return { [Symbol.dispose]: () => clearTimeout(timer) }
}

/** What it is answered: it is a request like any other, except that it came from nowhere and leaves nothing. */
export async function rehearse(server: Omit<Parts, 'stores'>): Promise<Reply> {
  await using open = await openUpload()
  const { metadata, bucket, upload } = open
  const names = new BlobNames(metadata.epoch, server.chance)
  const stores = { metadata, blobs: memoryBlobs(), names }
  const s3 = await compose({ ...server, stores })
  const list = listOf(open)
  const exchange = exchangeOf(list)
  const hex = createHash('sha256').update(list).digest('hex')
  const body = openBody(exchange, { kind: 'sha256', hex })
  const caller = { canonicalId: bucket.owner, accountId: '', displayName: '', email: undefined }
  const permit = { bucket, judge: undefined }
  const service = s3.serviceFor({ caller, mayUseKms: false, permit, exchange })
  const rawQuery = `uploadId=${upload.uploadId}`
  const address = {
    bucket: bucket.name,
    key: upload.key,
    query: readQuery(rawQuery),
    rawPath: exchange.target,
    rawQuery,
    virtualHost: false,
  }
  return await perform(operations.CompleteMultipartUpload, { exchange, address, body }, service)
}

function exchangeOf(list: Uint8Array): Exchange {
  return {
    id: '',
    hostId: '',
    arrived: 0,
    method: 'POST',
    target: '/',
    headers: noHeaders,
    peer: { address: '', secure: false },
    body: Object.assign(once(list), { lengthBytes: list.length, chunked: false }),
    signal: new AbortController().signal,
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** As most clients write it, the quotes of the ETags as entities. */
function listOf({ parts }: OpenUpload): Uint8Array {
  const elements = parts.map(({ number, etag }) =>
    xmlElement('Part', [xmlElement('PartNumber', String(number)), xmlElement('ETag', `"${etag}"`)]),
  )
  return Buffer.from(xmlElement('CompleteMultipartUpload', elements))
}
