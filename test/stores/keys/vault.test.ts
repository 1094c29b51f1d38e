/** Keys in Vault: the contract of the key seam over HTTP, and what becomes of everything that can go wrong on the way. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { VaultKeys, type VaultOptions } from '../../../src/stores/keys/vault.ts'
import { keyStoreContract, type KeyScene } from '../../contracts/key-store.ts'
import { writeCertificate } from '../../clients/certificate.ts'
import { VaultDouble } from '../../harness/vault-double.ts'
import { handClock } from './scene.ts'

const binding = Buffer.from('binding')
const dataKey = Buffer.alloc(32, 7)

const usual = {
  token: () => 'root-token',
  namespace: undefined,
  ca: undefined,
  mount: 'transit',
  defaultKey: 'aws-s3',
  clock: handClock(),
  wait: async () => undefined,
}

function keysOf(vault: VaultDouble, changed: Partial<VaultOptions> = {}): VaultKeys {
  return new VaultKeys({ ...usual, address: new URL(vault.address), ...changed })
}

keyStoreContract('the transit engine of a double of Vault', openDouble, 10)

/** The same against a real one, whose keys k1, k2 and aws-s3 go: a Vault for this test alone. */
const { TEST_VAULT_ADDRESS: realAddress, TEST_VAULT_TOKEN: realToken = '' } = process.env
if (realAddress !== undefined) {
  keyStoreContract('the transit engine of a real Vault', () => openReal(realAddress), 10)
}

async function openReal(address: string): Promise<KeyScene> {
  const clock = handClock()
  const options = { ...usual, address: new URL(address), token: () => realToken, clock }
  const store = new VaultKeys(options)
  const ask = async (method: string, path: string, body?: object): Promise<Response> => {
    const headers = { 'X-Vault-Token': realToken }
    const text = body === undefined ? null : JSON.stringify(body)
    clock.time += 1000
    return await fetch(`${address}/v1/transit/keys/${path}`, { method, headers, body: text })
  }
  for (const name of ['k1', 'k2', 'aws-s3']) {
    await ask('POST', `${name}/config`, { deletion_allowed: true })
    await ask('DELETE', name)
  }
  const done = async (path: string): Promise<void> => {
    const { ok, status } = await ask('POST', path, {})
    assert.ok(ok, `${path}: ${status}`)
  }
  return {
    store,
    reopen: async () => new VaultKeys(options),
    create: done,
    rotate: (name) => done(`${name}/rotate`),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}

async function openDouble(): Promise<KeyScene> {
  const vault = await VaultDouble.start()
  const clock = handClock()
  const store = keysOf(vault, { clock })
  const seen = async (work: () => unknown): Promise<void> => {
    await work()
    clock.time += 1000
  }
  return {
    store,
    reopen: async () => keysOf(vault),
    create: async (name) => vault.create(name),
    rotate: (name) => seen(() => vault.rotate(name)),
    cut: () => seen(() => vault[Symbol.asyncDispose]()),
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]()
      await vault[Symbol.asyncDispose]()
    },
  }
}

async function withVault(
  run: (vault: VaultDouble, keys: VaultKeys) => Promise<void>,
  changed: Partial<VaultOptions> = {},
): Promise<void> {
  await using vault = await VaultDouble.start()
  vault.create('k1')
  await using keys = keysOf(vault, changed)
  await run(vault, keys)
}

it('asks again when Vault breaks off, is busy or fails, and gives up after three attempts', async () => {
  await withVault(async (vault, keys) => {
    for (const fault of [0, 412, 429, 472, 473, 500, 502, 503]) {
      vault.faults.push(fault, fault)
      assert.match(await keys.wrap('k1', dataKey, binding), /^vault:v1:/)
      const asked = vault.asked.length
      vault.faults.push(fault, fault, fault)
      const unavailable = { name: 'KeyStoreUnavailable', message: /gives no answer/ }
      await assert.rejects(keys.wrap('k1', dataKey, binding), unavailable, String(fault))
      assert.equal(vault.asked.length - asked, 3)
    }
  })
})

it('waits for no answer longer than its time', async () => {
  await withVault(
    async (vault, keys) => {
      vault.faults.push(-1, -1, -1)
      const late = { name: 'KeyStoreUnavailable', message: /no answer in time/ }
      await assert.rejects(keys.unwrap('k1', 'vault:v1:', binding), late)
      vault.faults.push(-1)
      assert.equal(await keys.resolve('k1'), 'k1')
    },
    { attemptMs: 100 },
  )
})

it('reads its token anew when Vault no longer takes it, and says what to check when that does not help', async () => {
  const tokens = ['root-token']
  const token = (): string => tokens.at(-1) ?? ''
  await withVault(
    async (vault, keys) => {
      const wrapped = await keys.wrap('k1', dataKey, binding)
      vault.token = 'renewed'
      const denied = { name: 'KeyStoreUnavailable', message: /\(403\).*token/ }
      await assert.rejects(keys.unwrap('k1', wrapped, binding), denied)
      tokens.push('renewed')
      assert.deepEqual(Buffer.from(await keys.unwrap('k1', wrapped, binding)), dataKey)
    },
    { token },
  )
})

it('a version that Vault no longer decrypts with is disabled', async () => {
  await withVault(async (vault, keys) => {
    const wrapped = await keys.wrap('k1', dataKey, binding)
    vault.rotate('k1')
    vault.setMinimum('k1', 2)
    await assert.rejects(keys.unwrap('k1', wrapped, binding), { name: 'KeyDisabled' })
  })
})

it('a key that cannot bind what it wraps is no key', async () => {
  await withVault(async (vault, keys) => {
    for (const type of ['rsa-2048', 'aes256-cbc', 'hmac']) {
      vault.create('k2', type)
      await assert.rejects(keys.resolve('k2'), { name: 'KeyMissing', message: /aes256-gcm96/ })
    }
  })
})

it('wrapping with a key that is not there does not let Vault make it', async () => {
  await withVault(async (vault, keys) => {
    await assert.rejects(keys.wrap('k2', dataKey, binding), { name: 'KeyMissing' })
    assert.equal(vault.has('k2'), false)
    assert.equal(await keys.resolve(undefined), 'aws-s3')
    assert.equal(vault.has('aws-s3'), true)
  })
})

it('says in which namespace, and asks once for what it has just seen', async () => {
  await withVault(
    async (vault, keys) => {
      await keys.resolve('k1')
      await keys.wrap('k1', dataKey, binding)
      await keys.wrap('k1', dataKey, binding)
      assert.deepEqual(
        vault.asked.map(({ line }) => line),
        ['GET /v1/transit/keys/k1', ...Array<string>(2).fill('POST /v1/transit/encrypt/k1')],
      )
      assert.ok(vault.asked.every(({ namespace }) => namespace === 'team/a'))
    },
    { namespace: 'team/a' },
  )
})

it('no error tells a secret', async () => {
  await withVault(async (vault, keys) => {
    const told: unknown[] = []
    const note = (error: unknown): unknown => told.push(error)
    vault.faults.push(500, 500, 500, 400, 302)
    for (let turn = 0; turn < 3; turn++) await keys.wrap('k1', dataKey, binding).catch(note)
    vault.token = 'other'
    await keys.wrap('k1', dataKey, binding).catch(note)
    assert.equal(told.length, 4)
    for (const error of told) {
      const text = `${(error as Error).stack} ${JSON.stringify(error)}`
      assert.doesNotMatch(text, /root-token/)
      assert.ok(!text.includes(dataKey.toString('base64')))
    }
  })
})

it('speaks https, and believes no certificate but those that it is told to believe', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-vault-'))
  try {
    const files = await writeCertificate(folder, ['localhost'])
    const [cert, key] = await Promise.all([
      readFile(files.cert, 'utf8'),
      readFile(files.key, 'utf8'),
    ])
    await using vault = await VaultDouble.start({ cert, key })
    vault.create('k1')
    await using trusting = keysOf(vault, { ca: cert })
    assert.equal(await trusting.resolve('k1'), 'k1')
    await using other = keysOf(vault)
    const unavailable = { name: 'KeyStoreUnavailable', message: /SELF_SIGNED_CERT/ }
    await assert.rejects(other.resolve('k1'), unavailable)
  } finally {
    await rm(folder, { recursive: true })
  }
})
