/** A server and its keys: from its own folder, from Vault, and what it says when it cannot have them. */
import assert from 'node:assert/strict'
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { readConfig } from '../../src/server/config.ts'
import type { Answer } from '../harness/raw.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { until } from '../harness/until.ts'
import { signedRequest } from '../harness/sign.ts'
import { VaultDouble } from '../harness/vault-double.ts'

const root = await mkdtemp(join(tmpdir(), 'ashlar-server-keys-'))
after(() => rm(root, { recursive: true }))

async function fileOf(name: string, text: string): Promise<string> {
  const path = join(root, name)
  await writeFile(path, text, { mode: 0o600 })
  return path
}

async function put(server: TestServer, key: string, keyId?: string): Promise<Answer> {
  const method = keyId === undefined ? 'AES256' : 'aws:kms'
  const name = 'x-amz-server-side-encryption'
  const id = keyId === undefined ? {} : { [`${name}-aws-kms-key-id`]: keyId }
  const headers = { [name]: method, ...id }
  await signedRequest(server, { method: 'PUT', path: '/bucket' })
  return await signedRequest(server, { method: 'PUT', path: `/bucket/${key}`, body: key, headers })
}

it('makes the keys that it is told to have, and its own only once it is needed', async () => {
  await using server = await startServer({ args: ['--kms-key', 'k1', '--kms-key', 'k2'] })
  const folder = join(server.dataDir, 'keys')
  assert.deepEqual((await readdir(folder)).toSorted(), ['k1.1.json', 'k2.1.json'])
  assert.equal((await put(server, 'a', 'k1')).status, 200)
  assert.equal((await put(server, 'b')).status, 200)
  const names = ['k1.1.json', 'k2.1.json', 'sse-s3.1.json']
  assert.deepEqual((await readdir(folder)).toSorted(), names)
  await server.restart()
  for (const key of ['a', 'b']) {
    assert.equal((await signedRequest(server, { path: `/bucket/${key}` })).text, key)
  }
})

it('makes no key, and warns of none, where nobody asks for encryption', async () => {
  await using server = await startServer()
  assert.deepEqual(await readdir(join(server.dataDir, 'keys')), [])
  await server.terminate()
  assert.equal(server.log(), '')
})

it('does not start on keys that others may read', async () => {
  const ring = join(root, 'ring')
  const args = ['--key-ring', ring, '--kms-key', 'k1']
  await (await startServer({ args })).stop()
  await chmod(join(ring, 'k1.1.json'), 0o640)
  await assert.rejects(startServer({ args }), /exit code 2.*chmod 600 .*ring\/k1\.1\.json/s)
})

it('takes named keys from Vault and its own from the folder; without Vault only those are missing', async () => {
  await using vault = await VaultDouble.start()
  vault.create('invoices')
  const token = await fileOf('token', 'root-token\n')
  const args = ['--vault-address', vault.address, '--vault-token-file', token]
  await using server = await startServer({ args })
  assert.equal((await put(server, 'named', 'invoices')).status, 200)
  assert.equal((await put(server, 'own')).status, 200)
  assert.equal((await put(server, 'none', 'k1')).code, 'KMS.NotFoundException')
  assert.deepEqual(await readdir(join(server.dataDir, 'keys')), ['sse-s3.1.json'])
  const named = await signedRequest(server, { path: '/bucket/named' })
  assert.equal(named.text, 'named')
  vault.rotate('invoices')
  assert.equal((await signedRequest(server, { path: '/bucket/named' })).text, 'named')

  await vault[Symbol.asyncDispose]()
  const answer = await signedRequest(server, { path: '/bucket/named' })
  assert.deepEqual([answer.status, answer.code], [503, 'ServiceUnavailable'])
  assert.equal((await signedRequest(server, { path: '/bucket/own' })).text, 'own')
  await server.terminate()
  assert.ok(await until(() => /Vault at .* gives no answer/.test(server.log())))
  assert.doesNotMatch(server.log(), /root-token/)
})

it('options of keys that cannot be are refused', async () => {
  const token = await fileOf('token-2', 'token')
  const given = { 'vault-address': 'https://vault.example.com', 'vault-token-file': token }
  const cases: ReadonlyArray<readonly [object, RegExp]> = [
    [{ 'kms-key': ['a/b'] }, /--kms-key cannot be 'a\/b'/],
    [{ 'default-encryption': 'aws:kms' }, /none, AES256/],
    [{ 'sse-c-over-http': 'yes' }, /on, off/],
    [{ 'vault-token-file': token }, /--vault-address is not given/],
    [{ 'vault-address': 'https://vault.example.com' }, /wants a token/],
    [{ ...given, 'vault-address': 'vault.example.com' }, /--vault-address cannot be/],
    [{ ...given, 'vault-address': 'http://vault.example.com' }, /in clear.*--vault-over-http/],
    [{ ...given, 'vault-address': 'https://me@vault.example.com' }, /--vault-address cannot be/],
    [{ ...given, 'vault-mount': '../sys' }, /--vault-mount/],
    [{ ...given, 'vault-token-file': join(root, 'missing') }, /cannot be read \(ENOENT\)/],
    [{ ...given, 'vault-ca': join(root, 'missing') }, /cannot be read \(ENOENT\)/],
    [{ ...given, 'kms-key': ['k1'] }, /Make them in Vault/],
  ]
  for (const [flags, expected] of cases) assert.throws(() => readConfig(flags, {}), expected)
  for (const address of ['http://127.0.0.1:8200', 'http://[::1]:8200', 'http://localhost']) {
    assert.ok(readConfig({ ...given, 'vault-address': address }, {}).keys.vault)
  }
  const plain = { ...given, 'vault-address': 'http://vault.example.com', 'vault-over-http': 'on' }
  assert.ok(readConfig(plain, {}).keys.vault)
  const env = { ASHLAR_VAULT_ADDRESS: 'https://v', ASHLAR_VAULT_TOKEN: 't', ASHLAR_DATA: '/srv/a' }
  const { keys } = readConfig({}, env)
  assert.deepEqual([keys.folder, keys.vault?.token], ['/srv/a/keys', { text: 't' }])
})
