/** Options: where a value comes from, and what is refused. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { credentialsOf, readAccounts } from '../../src/server/accounts.ts'
import { readConfig } from '../../src/server/config.ts'
import { ConfigError } from '../../src/server/config-error.ts'
import { options } from '../../src/server/options.ts'

const folder = mkdtempSync(join(tmpdir(), 'ashlar-config-'))
after(() => rmSync(folder, { recursive: true, force: true }))

function file(text: string): string {
  const path = join(folder, 'file')
  writeFileSync(path, text)
  return path
}

test('without flags and environment everything has its default, on loopback', () => {
  const config = readConfig({}, {})
  assert.deepEqual(
    [config.data, config.host, config.port, config.region, config.domains, config.root],
    ['ashlar-data', '127.0.0.1', 9000, 'us-east-1', [], undefined],
  )
})

test('a flag wins over the environment, the environment over the default', () => {
  const env = {
    ASHLAR_REGION: 'eu-west-1',
    ASHLAR_DATA: '/srv/a',
    ASHLAR_DOMAIN: 'a.example, b.example',
  }
  const config = readConfig({ region: 'eu-north-1' }, env)
  assert.deepEqual([config.region, config.data], ['eu-north-1', '/srv/a'])
  assert.deepEqual(config.domains, ['a.example', 'b.example'])
})

test('every option has a name in the environment that follows from its own', () => {
  for (const { name, env } of options) {
    assert.equal(env, `ASHLAR_${name.toUpperCase().replaceAll('-', '_')}`)
  }
})

test('addresses in all their forms', () => {
  const listen = (text: string): unknown => {
    const { host, port } = readConfig({ listen: text }, {})
    return [host, port]
  }
  assert.deepEqual(listen(':9000'), ['0.0.0.0', 9000])
  assert.deepEqual(listen('[::1]:80'), ['::1', 80])
  assert.deepEqual(listen('s3.example.com:0'), ['s3.example.com', 0])
  for (const text of ['9000', 'a:b', '1.2.3.4:70000', '::1:80']) {
    assert.throws(() => readConfig({ listen: text }, {}), ConfigError)
  }
})

test('values that cannot be are refused by the name of their option', () => {
  const cases: ReadonlyArray<readonly [object, RegExp]> = [
    [{ workers: '0' }, /--workers cannot be '0'/],
    [{ workers: 'auto' }, /from 1 to 64/],
    [{ region: 'US EAST' }, /--region/],
    [{ domain: ['https://x'] }, /--domain/],
    [{ 'default-checksum': 'CRC32' }, /CRC64NVME, none/],
    [{ 'tls-key': 'k' }, /belong together/],
  ]
  for (const [flags, expected] of cases) assert.throws(() => readConfig(flags, {}), expected)
  const pair = { ASHLAR_ROOT_ACCESS_KEY: 'a/b', ASHLAR_ROOT_SECRET_KEY: 'long enough' }
  assert.throws(() => readConfig({}, pair), /without , = and/)
  const short = { ASHLAR_ROOT_ACCESS_KEY: 'abc', ASHLAR_ROOT_SECRET_KEY: 'short' }
  assert.throws(() => readConfig({}, short), /at least 8/)
})

test('a secret file that everybody may read is used, with a warning', () => {
  const path = file('very-secret-key\n')
  const env = { ASHLAR_ROOT_ACCESS_KEY: 'abc', ASHLAR_ROOT_SECRET_KEY_FILE: path }
  const config = readConfig({}, env)
  assert.equal(config.root?.secretAccessKey, 'very-secret-key')
  assert.match(config.warnings.join(), /chmod 600/)
})

const account = {
  canonicalId: 'a'.repeat(64),
  accountId: '123456789012',
  displayName: 'one',
  email: 'one@example.com',
  keys: [{ accessKeyId: 'KEYONE', secretAccessKey: 'secret-one' }],
}

test('accounts are found by key and by canonical id', () => {
  const { keys } = readAccounts(file(JSON.stringify({ accounts: [account] })))
  const credentials = credentialsOf(keys)
  assert.equal(credentials.find('KEYONE')?.account.accountId, '123456789012')
  assert.equal(credentials.account('a'.repeat(64))?.displayName, 'one')
  assert.equal(credentials.find('KEYTWO'), undefined)
})

test('a temporary key and an API key of the accounts file', () => {
  const temporary = { accessKeyId: 'KEYTEMP', secretAccessKey: 'secret-two', sessionToken: 'token' }
  const expires = '2026-11-20T12:00:00Z'
  const apiKeys = [{ id: 'ApiKey-one', apiKey: 'an-api-key-of-24-letters' }]
  const given = { ...account, keys: [{ ...temporary, expires }], apiKeys }
  const read = readAccounts(file(JSON.stringify({ accounts: [given] })))
  assert.equal(read.keys[0]?.expires, Date.UTC(2026, 10, 20, 12))
  assert.equal(read.apiKeys[0]?.accessKeyId, 'ApiKey-one')
  assert.equal(read.apiKeys[0]?.account, read.keys[0]?.account)
  const credentials = credentialsOf([], read.apiKeys)
  assert.equal(credentials.account('a'.repeat(64))?.displayName, 'one')
  const wrong: ReadonlyArray<readonly [object, RegExp]> = [
    [{ ...given, keys: [{ ...account.keys[0], expires }] }, /expires needs a sessionToken/],
    [{ ...given, keys: [{ ...temporary, expires: 'tomorrow' }] }, /expires must be a text/],
    [{ ...given, keys: [{ ...temporary, expires: '2026-13-20T12:00:00Z' }] }, /no day and time/],
    [
      { ...given, apiKeys: [{ id: 'a/b', apiKey: 'an-api-key-of-24-letters' }] },
      /apiKeys\[0\]: id/,
    ],
    [{ ...given, apiKeys: [{ id: 'short', apiKey: 'too short' }] }, /apiKeys\[0\]: apiKey/],
  ]
  for (const [data, expected] of wrong) {
    const mistaken = file(JSON.stringify({ accounts: [data] }))
    assert.throws(() => readAccounts(mistaken), expected)
  }
  const both = [...read.apiKeys, ...read.apiKeys]
  assert.throws(() => credentialsOf([], both), /given twice/)
})

test('a mistake in the accounts file is named by its place, and no secret is shown', () => {
  const cases: ReadonlyArray<readonly [unknown, RegExp]> = [
    [[], /must be an object/],
    [{ accounts: {} }, /accounts must be a list/],
    [{ accounts: [{ ...account, canonicalId: 'x' }] }, /accounts\[0\]: canonicalId/],
    [{ accounts: [{ ...account, colour: 'x' }] }, /colour/],
    [
      { accounts: [{ ...account, keys: [{ accessKeyId: 'KEYONE' }] }] },
      /keys\[0\]: secretAccessKey/,
    ],
    [
      { accounts: [{ ...account, keys: [{ accessKeyId: 'K,Y', secretAccessKey: 'secret-one' }] }] },
      /accessKeyId/,
    ],
  ]
  for (const [data, expected] of cases) {
    assert.throws(
      () => readAccounts(file(JSON.stringify(data))),
      (error: Error) => {
        assert.match(error.message, expected)
        return !error.message.includes('secret-one')
      },
    )
  }
  assert.throws(() => readAccounts(file('{')), /is not JSON/)
  const twice = readAccounts(file(JSON.stringify({ accounts: [account, account] })))
  assert.throws(() => credentialsOf(twice.keys), /given twice/)
})
