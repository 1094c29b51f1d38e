/** The one place where an error becomes an answer. */
import { S3Error } from '../model/errors.ts'
import type { Address } from './address.ts'
import type { Exchange, Reply } from './exchange.ts'
import { writeErrorXml } from './xml-write.ts'

type Field = readonly [name: string, value: string | number]

/**
 * What is no S3Error becomes an InternalError that says nothing of its cause. `address` is absent while it could not be
 * read. The names of the answer (request id, host id) in the document are the exchange's, as in the answer's headers.
 */
export function encodeError(error: unknown, exchange: Exchange, address?: Address): Reply {
  const known = error instanceof S3Error ? error : new S3Error('InternalError')
  if (known.status === 304) return notModified(known)
  const headers = [['Content-Type', 'application/xml'] as const, ...headersOf(known)]
  const isHead = exchange.method === 'HEAD'
  const body = isHead ? undefined : writeErrorXml(fieldsOf(known, exchange, address))
  return { status: known.status, headers, body }
}

/** It has no body, so its facts are the header fields that a whole answer would have had. */
function notModified({ status, detail }: S3Error): Reply {
  const headers = Object.entries(detail).map(([name, value]) => [name, String(value)] as const)
  return { status, headers, body: undefined }
}

/** Clients that signed for a wrong region learn the right one here; a range that is not there brings the size. */
function headersOf({ code, detail }: S3Error): ReadonlyArray<readonly [string, string]> {
  const headers: Array<readonly [string, string]> = []
  const { Region: region, ActualObjectSize: sizeBytes } = detail
  if (region !== undefined) headers.push(['x-amz-bucket-region', String(region)])
  if (code === 'InvalidRange' && sizeBytes !== undefined) {
    headers.push(['Content-Range', `bytes */${sizeBytes}`])
  }
  return headers
}

/** S3's documentation, Yandex and IBM name the resource in every error. */
function fieldsOf(error: S3Error, exchange: Exchange, address: Address | undefined): Field[] {
  return [
    ['Code', error.code],
    ['Message', error.message],
    ...Object.entries(error.detail),
    ...(address === undefined ? [] : [['Resource', resourceOf(address)] as const]),
    ['RequestId', exchange.id],
    ['HostId', exchange.hostId],
  ]
}

function resourceOf({ bucket, key }: Address): string {
  if (bucket === undefined) return '/'
  return key === undefined ? `/${bucket}` : `/${bucket}/${key}`
}
