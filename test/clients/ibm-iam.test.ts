/** IBM Cloud Object Storage's own boto3 in IAM mode, with the token service of the server, over http and https. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startServer, type TestServer } from '../harness/server.ts'
import { writeAccountsFile } from './accounts-file.ts'
import { clientSuite } from './installed.ts'
import { runToSuccess } from './program.ts'
import { startTlsServer } from './tls-server.ts'

const script = fileURLToPath(new URL('ibm-iam.py', import.meta.url))
const apiKey = randomBytes(33).toString('base64url')
const everything = [
  'create',
  'list',
  'object',
  'multipart',
  'refresh',
  'unknown key',
  'forged token',
]

clientSuite('ibm-boto3', (python) => {
  it('IAM mode over http', async () => {
    await using accounts = await writeAccountsFile({ apiKeys: [{ id: 'ApiKey-ibm', apiKey }] })
    await using server = await startServer({ accounts: accounts.path, args: ['--token-service'] })
    await checks(python, server, {})
  })

  it('IAM mode over https, where parts end in trailers', async () => {
    await using accounts = await writeAccountsFile({ apiKeys: [{ id: 'ApiKey-ibm', apiKey }] })
    const options = { accounts: accounts.path, args: ['--token-service'] }
    const server = await startTlsServer([], options)
    try {
      await checks(python, server, { CERTIFICATE: server.certificate })
    } finally {
      await server.stop()
    }
  })
})

async function checks(
  python: string,
  server: TestServer,
  env: Record<string, string>,
): Promise<void> {
  const instance = `crn:v1:bluemix:public:cloud-object-storage:global:a/${randomBytes(16).toString('hex')}::`
  const secrets = { API_KEY: apiKey, INSTANCE: instance, ...env }
  const printed = await runToSuccess(python, [script, server.endpoint, 'iam'], { env: secrets })
  const lines = printed.trim().split('\n')
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { held: string }).held),
    everything,
  )
  assert.ok(!server.log().includes(apiKey))
}
