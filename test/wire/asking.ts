/** Requests for tests of the wire layer, without a network. */
import type { Payload } from '../../src/model/payload.ts'
import type { Address } from '../../src/wire/address.ts'
import type { Headers } from '../../src/wire/exchange.ts'
import type { Request } from '../../src/wire/decode.ts'
import { readQuery } from '../../src/wire/query.ts'

type Target = Pick<Address, 'bucket' | 'key' | 'query'>

/** `/b/k?x=y` path style. */
export function targetOf(text: string): Target {
  const [path = '', rawQuery = ''] = text.split(/\?(.*)/s)
  const [, bucket = '', ...rest] = path.split('/')
  const key = rest.join('/')
  return {
    bucket: bucket === '' ? undefined : bucket,
    key: key === '' ? undefined : key,
    query: readQuery(rawQuery),
  }
}

/** Headers by name, in order; values as they stand on the wire (latin1). */
export function headersOf(fields: Readonly<Record<string, string>>): Headers {
  const byName = new Map(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]))
  return {
    get: (name) => byName.get(name),
    all: (name) => [byName.get(name)].filter((value) => value !== undefined),
    names: () => byName.keys(),
  }
}

export function bodyOf(bytes: string | Uint8Array, chunkBytes = 7): Payload {
  const whole = Buffer.from(bytes)
  return {
    lengthBytes: whole.length,
    trailers: new Map(),
    announcedTrailer: undefined,
    async *[Symbol.asyncIterator]() {
      for (let at = 0; at < whole.length; at += chunkBytes)
        yield whole.subarray(at, at + chunkBytes)
    },
  }
}

export function askingOf(
  method: string,
  fields: Readonly<Record<string, string>> = {},
): { method: string; headers: Headers } {
  return { method, headers: headersOf(fields) }
}

interface Parts {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly refuses?: readonly string[]
  readonly harmless?: Readonly<Record<string, readonly string[]>>
  readonly verify?: (bytes: Uint8Array) => void
}

export function requestOf(target: string, parts: Parts = {}): Request {
  const { headers = {}, body = '', refuses, harmless, verify = () => {} } = parts
  return {
    exchange: { headers: headersOf(headers) },
    address: targetOf(target),
    body: bodyOf(body, Math.max(1, Math.min(body.length, 4096))),
    verify,
    refuses,
    harmless,
  }
}
