/** Requests that never saw a network, for tests of what reads them. */
import type { AccessKey, Credentials } from '../../src/identity/account.ts'
import type { Realm } from '../../src/identity/realm.ts'
import type { Exchange, RawBody } from '../../src/wire/exchange.ts'
import { readHeaders } from '../../src/wire/headers.ts'
import type { WireRequest } from './raw.ts'

/** `pieces` is the body as the network happens to bring it; without it, it comes at once. */
export function exchangeOf(request: WireRequest, pieces?: readonly Uint8Array[]): Exchange {
  const headers = readHeaders(request.headers.flat())
  const length = headers.get('content-length')
  return {
    id: '00000000DEADBEEF',
    hostId: 'aG9zdA==',
    arrived: 0,
    method: request.method,
    target: request.target,
    headers,
    peer: { address: '127.0.0.1', secure: false },
    body: rawBody(pieces ?? (request.body === undefined ? [] : [request.body]), {
      lengthBytes: length === undefined ? undefined : Number(length),
      chunked: headers.get('transfer-encoding') !== undefined,
    }),
    signal: new AbortController().signal,
  }
}

function rawBody(
  pieces: readonly Uint8Array[],
  framing: Pick<RawBody, 'lengthBytes' | 'chunked'>,
): RawBody {
  return {
    ...framing,
    async *[Symbol.asyncIterator]() {
      yield* pieces
    },
  }
}

/** A server for one account. */
export const exampleKey: AccessKey = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  sessionToken: undefined,
  account: {
    canonicalId: '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be',
    accountId: '111122223333',
    displayName: 'example',
    email: undefined,
  },
}

export const temporaryKey: AccessKey = {
  ...exampleKey,
  accessKeyId: 'ASIATEMPORARYEXAMPLE',
  sessionToken: 'sessiontoken/with+signs==',
}

export function realmAt(now: Date, more: Partial<Realm> = {}): Realm {
  const keys = new Map([exampleKey, temporaryKey].map((key) => [key.accessKeyId, key]))
  const credentials: Credentials = {
    find: (accessKeyId) => keys.get(accessKeyId),
    account: (canonicalId) =>
      canonicalId === exampleKey.account.canonicalId ? exampleKey.account : undefined,
    accountsWithEmail: () => [],
  }
  return { credentials, region: 'us-east-1', now: now.getTime(), ...more }
}
