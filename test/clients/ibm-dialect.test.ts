/** IBM's own boto3 with HMAC keys, against a server that speaks as COS: what it offers beyond AWS, and what it ignores. */
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startServer, type TestServer } from '../harness/server.ts'
import { clientSuite } from './installed.ts'
import { runToSuccess } from './program.ts'

clientSuite('ibm-boto3', (python) => {
  let server: TestServer
  before(async () => {
    server = await startServer({ region: 'us-standard', args: ['--dialect', 'ibm'] })
  })
  after(() => server.stop())

  it('creates in a class, lists with it, uploads in parts and is told what is not offered', async () => {
    const script = fileURLToPath(new URL('ibm-dialect.py', import.meta.url))
    const env = {
      ACCESS_KEY_ID: server.keys.accessKeyId,
      SECRET_ACCESS_KEY: server.keys.secretAccessKey,
    }
    const words = [script, server.endpoint, server.region]
    const printed = await runToSuccess(python, words, { env })
    assert.deepEqual(printed.trim().split('\n'), [
      'location us-cold',
      'extended cold-one us-cold None True',
      'extended standard-one us-standard None False',
      'ignored',
      'parts',
      'protection NotImplemented 501',
      'holds NotImplemented 501',
      'retention NotImplemented 501',
      'aspera NotImplemented 501',
      'long KeyTooLong 400',
    ])
  })
})
