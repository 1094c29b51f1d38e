/** `ashlar keys`: the real program on a folder, what it says, and what a running server makes of it. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it, mock } from 'node:test'
import { keysCommand } from '../../src/cli/keys.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { signedRequest } from '../harness/sign.ts'
import { until } from '../harness/until.ts'

const root = await mkdtemp(join(tmpdir(), 'ashlar-keys-cli-'))
after(() => rm(root, { recursive: true }))

const main = join(import.meta.dirname, '../../src/cli/main.ts')

interface Said {
  readonly status: number | string | null
  readonly out: string
  readonly error: string
}

/** The command in this process: starting one for each would take most of the time of these tests. */
async function keys(data: string, ...words: readonly string[]): Promise<Said> {
  const told = { out: '', error: '' }
  const to = (name: keyof typeof told) => (line: unknown) => {
    told[name] += `${String(line)}\n`
  }
  const spies = [mock.method(console, 'log', to('out')), mock.method(console, 'error', to('error'))]
  try {
    await keysCommand().parseAsync([...words, '--data', data], { from: 'user' })
    return { ...told, status: process.exitCode ?? 0 }
  } finally {
    for (const spy of spies) spy.mock.restore()
    process.exitCode = undefined
  }
}

/** The same as a program of its own. */
function program(data: string, ...words: readonly string[]): Said {
  const options = {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ASHLAR_DATA: data },
  } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'keys', ...words], options)
  return { status, out: stdout, error: stderr }
}

function did(said: Said, expected: RegExp): void {
  assert.deepEqual([said.status, said.error], [0, ''])
  assert.match(said.out, expected)
}

function refused(said: Said, expected: RegExp): void {
  assert.deepEqual([said.status, said.out], [2, ''])
  assert.match(said.error, expected)
  assert.match(said.error, /^ashlar: [^\n]+\n$/)
}

it('makes, shows, rotates, disables and enables keys, and never shows one', async () => {
  const data = join(root, 'one')
  did(await keys(data, 'list'), /no keys .*keys create/)
  assert.equal(existsSync(data), false)
  const said = [
    await keys(data, 'create', 'k1'),
    await keys(data, 'rotate', 'k1'),
    await keys(data, 'create', 'k2'),
  ]
  for (const one of said) did(one, /Make a backup of .*keys now/)
  did(await keys(data, 'disable', 'k2'), /Disabled 'k2'.*keys enable k2/)
  did(await keys(data, 'list'), /^NAME .*\nk1 +enabled +2 .*\nk2 +disabled +1 /)
  said.push(
    await keys(data, 'list'),
    await keys(data, 'list', '--json'),
    await keys(data, 'show', 'k1', '--json'),
  )
  const listed = JSON.parse(said.at(-2)?.out ?? '') as {
    keys: Array<{ name: string; state: string }>
  }
  assert.deepEqual(
    listed.keys.map(({ name, state }) => [name, state]),
    [
      ['k1', 'enabled'],
      ['k2', 'disabled'],
    ],
  )
  const shown = JSON.parse(said.at(-1)?.out ?? '') as { versions: Array<{ number: number }> }
  assert.deepEqual(
    shown.versions.map(({ number }) => number),
    [1, 2],
  )
  said.push(await keys(data, 'show', 'k1'))
  did(await keys(data, 'enable', 'k2'), /Enabled/)
  for (const file of await readdir(join(data, 'keys'))) {
    const { material } = JSON.parse(await readFile(join(data, 'keys', file), 'utf8')) as {
      material: string
    }
    for (const { out, error } of said) assert.ok(!`${out}${error}`.includes(material))
  }
})

it('says what is wrong, and what to do about it', async () => {
  const data = join(root, 'two')
  refused(await keys(data, 'rotate', 'k1'), /no key 'k1'.*keys create k1/)
  refused(await keys(data, 'create', '../k1'), /cannot be the name of a key/)
  did(await keys(data, 'create', 'k1'), /Made/)
  refused(await keys(data, 'create', 'k1'), /already.*keys rotate k1/)
  did(await keys(data, 'disable', 'k1'), /Disabled/)
  refused(await keys(data, 'rotate', 'k1'), /disabled.*keys enable k1/)
  refused(await keys(data, 'prune', 'k1'), /no data/)
  await chmod(join(data, 'keys', 'k1.1.json'), 0o644)
  refused(await keys(data, 'list'), /chmod 600 .*k1\.1\.json/)
  const ring = join(root, 'ring')
  did(await keys(data, 'create', 'k3', '--key-ring', ring), /Made/)
  assert.deepEqual(await readdir(ring), ['k3.1.json'])
  refused(await keys(data, 'prune', 'k3', '--key-ring', ring), /apart from the data/)
})

it('a running server does what the commands say, and wraps anew after a rotation', async () => {
  const args = ['--kms-key', 'k1', '--default-encryption', 'AES256']
  const env = { ASHLAR_LOG_LEVEL: 'info', ASHLAR_RECLAIM_GRACE: '0' }
  await using server = await startServer({ args, env })
  const data = server.dataDir
  assert.ok(await until(() => /loses every object that they encrypt/.test(server.log())))
  const put = async (key: string, headers: Readonly<Record<string, string>>): Promise<void> => {
    const answer = await signedRequest(server, {
      method: 'PUT',
      path: `/bucket/${key}`,
      body: key,
      headers,
    })
    assert.equal(answer.status, 200, answer.text)
  }
  assert.equal((await signedRequest(server, { method: 'PUT', path: '/bucket' })).status, 200)
  const byKey = {
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': 'k1',
  }
  await put('server', {})
  await put('named', byKey)

  did(await keys(data, 'disable', 'k1'), /Disabled/)
  const readNamed = () => signedRequest(server, { path: '/bucket/named' })
  await until(async () => (await readNamed()).status !== 200)
  const refusal = await readNamed()
  assert.deepEqual([refusal.status, refusal.code], [400, 'KMS.DisabledException'])
  assert.equal((await signedRequest(server, { path: '/bucket/server' })).text, 'server')
  did(program(data, 'enable', 'k1'), /Enabled/)
  refused(await keys(data, 'prune', 'k1'), /Stop the server first/)

  for (const name of ['k1', 'sse-s3']) did(await keys(data, 'rotate', name), /Version 2/)
  assert.ok(await until(() => renewedBy(server) === 2))
  await server.terminate()
  for (const name of ['k1', 'sse-s3'])
    did(await keys(data, 'prune', name), /Removed from .*: version 1\./)
  await server.restart()
  for (const key of ['server', 'named']) {
    assert.equal((await signedRequest(server, { path: `/bucket/${key}` })).text, key)
  }
})

it('prune keeps what is needed', async () => {
  await using server = await startServer({ args: ['--default-encryption', 'AES256'] })
  await signedRequest(server, { method: 'PUT', path: '/bucket' })
  await signedRequest(server, { method: 'PUT', path: '/bucket/k', body: 'bytes' })
  await signedRequest(server, { method: 'POST', path: '/bucket/u', query: { uploads: '' } })
  await server.terminate()
  did(await keys(server.dataDir, 'rotate', 'sse-s3'), /Version 2/)
  const kept = /No version .*\nVersion 1 stays: 2 objects and uploads need it/
  did(await keys(server.dataDir, 'prune', 'sse-s3'), kept)
  await server.restart()
  assert.equal((await signedRequest(server, { path: '/bucket/k' })).text, 'bytes')
})

/** Data keys that the job says it has renewed, over all its sweeps. */
function renewedBy(server: TestServer): number {
  const renewed = [...server.log().matchAll(/"renewed":(\d+)/g)].map(([, text]) => Number(text))
  return renewed.reduce((sum, one) => sum + one, 0)
}
