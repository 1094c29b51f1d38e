/** What the refused requests are about: two accounts, a bucket with an object, and an upload with a part. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomKeys, startServer, type Keys, type TestServer } from '../harness/server.ts'
import { signedRequest, type RequestPlan } from '../harness/sign.ts'

export interface Scene {
  readonly server: TestServer
  /** Of another account, which owns the bucket `guests` with the object `k`. */
  readonly guest: Keys
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
  const account = {
    canonicalId: randomBytes(32).toString('hex'),
    accountId: '123456789012',
    displayName: 'guest',
    keys: [guest],
  }
  await writeFile(accounts, JSON.stringify({ accounts: [account] }), { mode: 0o600 })
  const server = await startServer({ accounts })
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
  return { server, guest, uploadId, etag: part.headers['etag'] ?? '', close }
}
