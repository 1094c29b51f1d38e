/** The library door: a server inside this process. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ConfigError, createServer } from '../../src/index.ts'
import { signedRequest, type Signable } from '../harness/sign.ts'

test('createServer serves S3 from a folder, and leaves nothing running when it is closed', async () => {
  const data = await mkdtemp(join(tmpdir(), 'ashlar-embedded-'))
  try {
    const server = await createServer({ data, listen: '127.0.0.1:0', region: 'eu-west-1' })
    const { accessKeyId, secretAccessKey } = server.root.key
    const keys = { accessKeyId, secretAccessKey }
    const target: Signable = { host: '127.0.0.1', port: server.port, region: 'eu-west-1', keys }
    const plan = { method: 'PUT', path: '/bucket' }
    assert.equal((await signedRequest(target, { ...plan, region: 'us-east-1' })).status, 400)
    const location =
      '<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>'
    assert.equal((await signedRequest(target, { ...plan, body: location })).status, 200)
    assert.equal((await signedRequest(target, { path: '/bucket/k', body: 'hello' })).status, 200)
    assert.equal((await signedRequest(target, { path: '/bucket/k' })).text, 'hello')
    await server.close()
    await assert.rejects(signedRequest(target, plan))
  } finally {
    await rm(data, { recursive: true, force: true })
  }
})

test('what cannot be is a ConfigError', async () => {
  await assert.rejects(createServer({ workers: '3' }), ConfigError)
})
