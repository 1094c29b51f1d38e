/** A server with a bucket, and requests that write and read the same few bytes with encryption headers. */
import { startServer, type TestServer } from '../harness/server.ts'
import type { Answer } from '../harness/raw.ts'
import { signedRequest, type RequestPlan } from '../harness/sign.ts'
import type { Headers } from './encryption-headers.ts'
import { accepted, bucket } from './rows.ts'

export const content = 'nobody finds these bytes on the disk'

export class EncryptionScene implements AsyncDisposable {
  readonly server: TestServer

  constructor(server: TestServer) {
    this.server = server
  }

  /** A server with these further words on its command line. */
  static async start(...args: string[]): Promise<EncryptionScene> {
    const scene = new EncryptionScene(await startServer({ args }))
    accepted(await scene.send({ method: 'PUT', path: `/${bucket}` }))
    return scene
  }

  send(plan: RequestPlan): Promise<Answer> {
    return signedRequest(this.server, plan)
  }

  /** `key` lies in the bucket of all tests unless it begins with another. */
  put(key: string, headers: Headers = {}): Promise<Answer> {
    return this.send({ method: 'PUT', path: pathOf(key), body: content, headers })
  }

  read(key: string, headers: Headers = {}): Promise<Answer> {
    return this.send({ path: pathOf(key), headers })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server.stop()
  }
}

function pathOf(key: string): string {
  return key.startsWith('/') ? key : `/${bucket}/${key}`
}
