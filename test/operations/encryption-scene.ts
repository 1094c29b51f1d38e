/** Rows of encryption: requests that write and read the same few bytes with encryption headers, on a server that a test may look into. */
import { startServer, type TestServer } from '../harness/server.ts'
import type { Answer } from '../harness/raw.ts'
import type { Headers } from './encryption-headers.ts'
import { accepted, bucket, Rows } from './rows.ts'

export const content = 'nobody finds these bytes on the disk'

export class EncryptionScene extends Rows implements AsyncDisposable {
  override readonly server: TestServer

  constructor(server: TestServer) {
    super(server, () => server.stop())
    this.server = server
  }

  /** A server with these further words on its command line, with the bucket in it. */
  static async serve(...args: string[]): Promise<EncryptionScene> {
    const scene = new EncryptionScene(await startServer({ args }))
    accepted(await scene.send({ method: 'PUT', path: `/${bucket}` }))
    return scene
  }

  /** `key` lies in the bucket of all tests unless it begins with another. */
  put(key: string, headers: Headers = {}): Promise<Answer> {
    return this.send({ method: 'PUT', path: pathOf(key), body: content, headers })
  }

  read(key: string, headers: Headers = {}): Promise<Answer> {
    return this.send({ path: pathOf(key), headers })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}

function pathOf(key: string): string {
  return key.startsWith('/') ? key : `/${bucket}/${key}`
}
