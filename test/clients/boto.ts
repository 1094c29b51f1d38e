/** boto3 and what is made from it: one Python script, two libraries, http and https. */
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runToSuccess } from './program.ts'
import { startTlsServer } from './tls-server.ts'
import type { TlsServer } from './tls-server.ts'
import { startServer } from '../harness/server.ts'
import type { TestServer } from '../harness/server.ts'

const script = fileURLToPath(new URL('boto-multipart.py', import.meta.url))

const everything = [
  'lists',
  'parts',
  'file',
  'BadDigest',
  'EntityTooSmall',
  'InvalidPartOrder',
  'InvalidPart',
  'InvalidPart',
  'NoSuchUpload',
  'ExpectedBucketOwner',
  'everything',
]

/** Registers the tests of one library with the Python that has it. */
export function botoTests(library: 'boto3' | 'ibm_boto3', python: string): void {
  let plain: TestServer
  let secure: TlsServer

  before(async () => {
    plain = await startServer()
    secure = await startTlsServer()
  })
  after(async () => {
    await plain.stop()
    await secure.stop()
  })

  it('over http', () => checks(plain, {}))
  it('over https, where parts end in trailers', () =>
    checks(secure, { CERTIFICATE: secure.certificate }))

  async function checks(server: TestServer, env: Record<string, string>): Promise<void> {
    const keys = {
      ACCESS_KEY_ID: server.keys.accessKeyId,
      SECRET_ACCESS_KEY: server.keys.secretAccessKey,
    }
    const words = [script, library, server.endpoint, server.region, 'boto']
    const printed = await runToSuccess(python, words, { env: { ...keys, ...env } })
    const lines = printed.trim().split('\n')
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { held: string }).held),
      everything,
    )
  }
}
