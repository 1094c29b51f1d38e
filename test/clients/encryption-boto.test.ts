/** SSE-C by IBM's boto3 and by AWS's: over https as S3 has it, and over http where the operator allows it. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startServer, type TestServer } from '../harness/server.ts'
import { clientSuite } from './installed.ts'
import { runToSuccess } from './program.ts'
import { startTlsServer } from './tls-server.ts'

const script = fileURLToPath(new URL('boto-encryption.py', import.meta.url))

for (const [name, library] of [
  ['ibm-boto3', 'ibm_boto3'],
  ['boto3', 'boto3'],
] as const) {
  clientSuite(name, (python) => {
    it('SSE-C over https', async () => {
      const server = await startTlsServer()
      try {
        await checks(server, { CERTIFICATE: server.certificate })
      } finally {
        await server.stop()
      }
    })

    it('SSE-C over http', async () => {
      await using server = await startServer({ args: ['--sse-c-over-http', 'on'] })
      await checks(server, {})
    })

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
        ['file', 'keys', 'parts', 'copy', 'everything'],
      )
    }
  })
}
