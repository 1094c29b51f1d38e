/** What the refused requests are about: two accounts, a bucket with an object, and an upload with a part. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomKeys, startServer, type Keys, type TestServer } from '../harness/server.ts'
import { signedRequest, type RequestPlan } from '../harness/sign.ts'

interface TemporaryKeys extends Keys {
  readonly sessionToken: string
}

export interface Scene {
  readonly server: TestServer
  /** Of another account, which owns the bucket `guests` with the object `k`. */
  readonly guest: Keys
  /** Of the same account, good for long. */
  readonly temporary: TemporaryKeys
  /** The same, and over. */
  readonly expired: TemporaryKeys
  /** Of `/negative/upload`, which has part 1. */
  readonly uploadId: string
  /** Of that part. */
  readonly etag: string
  close(): Promise<void>
}

export async function openScene(): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-negative-'))
  const accounts = join(folder, 'accounts.json')
  const guest = randomKeys()
  const temporary = { ...randomKeys(), sessionToken: 'a-token/of+long==' }
  const expired = { ...randomKeys(), sessionToken: 'a-token-of-old' }
  const account = {
    canonicalId: randomBytes(32).toString('hex'),
    accountId: '123456789012',
    displayName: 'guest',
    keys: [
      guest,
      { ...temporary, expires: '2099-01-01T00:00:00Z' },
      { ...expired, expires: '2020-01-01T00:00:00Z' },
    ],
  }
  await writeFile(accounts, JSON.stringify({ accounts: [account] }), { mode: 0o600 })
  const server = await startServer({ accounts, args: ['--kms-key', 'testkey-1'] })
  const close = async (): Promise<void> => {
    await server.stop()
    await rm(folder, { recursive: true })
  }
  const ask = (plan: RequestPlan): ReturnType<typeof signedRequest> => signedRequest(server, plan)
  await ask({ method: 'PUT', path: '/negative' })
  await ask({ method: 'PUT', path: '/guests', keys: guest })
  await ask({ path: '/guests/k', body: 'private', keys: guest })
  await ask({ path: '/negative/object', body: '0123456789' })
  const begun = await ask({ method: 'POST', path: '/negative/upload', query: { uploads: '' } })
  const uploadId = /<UploadId>([^<]*)/.exec(begun.text)?.[1] ?? ''
  const query = { partNumber: '1', uploadId }
  const part = await ask({ path: '/negative/upload', query, body: 'a part' })
  return { server, guest, temporary, expired, uploadId, etag: part.headers['etag'] ?? '', close }
}
