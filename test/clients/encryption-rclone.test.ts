/**
 * rclone with SSE-C, SSE-S3 and SSE-KMS: folders both ways, a large file in parts, its own check of what it sent. Over https, for
 * it sends no customer's key without.
 */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, it } from 'node:test'
import { mebibyte } from '../../src/base/limits.ts'
import { sha256OfFile, writeSeededFile } from './bytes.ts'
import { clientSuite } from './installed.ts'
import { runProgram, type Said } from './program.ts'
import { startTlsServer, type TlsServer } from './tls-server.ts'

const sizes = { 'large.bin': 21 * mebibyte + 5, 'small.bin': 1000, 'empty.bin': 0 }
const bucket = 'rclone'

clientSuite('rclone-debian', (program) => {
  let server: TlsServer
  let folder: string

  before(async () => {
    server = await startTlsServer([], { args: ['--kms-key', 'testkey-1'] })
    folder = await mkdtemp(join(tmpdir(), 'ashlar-rclone-'))
    await mkdir(join(folder, 'tree'))
    for (const [name, size] of Object.entries(sizes)) {
      await writeSeededFile(join(folder, 'tree', name), name, size)
    }
  })
  after(async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const customer = (letter: string): Record<string, string> => ({
    SSE_CUSTOMER_ALGORITHM: 'AES256',
    SSE_CUSTOMER_KEY: letter.repeat(32),
  })
  const kinds = [
    ['SSE-C', customer('k')],
    ['SSE-S3', { SERVER_SIDE_ENCRYPTION: 'AES256' }],
    ['SSE-KMS', { SERVER_SIDE_ENCRYPTION: 'aws:kms', SSE_KMS_KEY_ID: 'testkey-1' }],
  ] as const

  for (const [name, options] of kinds) {
    it(`${name}: a folder there and back, checked`, async () => {
      const remote = `ashlar:${bucket}/${name}`
      await succeeds(options, 'mkdir', `ashlar:${bucket}`)
      await succeeds(options, 'copy', 'tree', remote)
      await succeeds(options, 'check', 'tree', remote, '--download')
      await succeeds(options, 'copy', remote, `back-${name}`)
      for (const file of Object.keys(sizes)) {
        const digests = ['tree', `back-${name}`].map((at) => sha256OfFile(join(folder, at, file)))
        const [sent, got] = await Promise.all(digests)
        assert.equal(sent, got, file)
      }
      const again = await run(options, 'copy', '-v', 'tree', remote)
      assert.doesNotMatch(again.stderr, /Copied/, 'what is there is not sent again')
    })
  }

  it('SSE-C: another key, or none, reads nothing', async () => {
    // What it may not see, rclone takes for a folder, and is content that there is nothing in it.
    const [name, right] = kinds[0]
    for (const [options, isEmpty] of [
      [customer('x'), true],
      [{}, true],
      [right, false],
    ] as const) {
      const { stdout } = await run(options, 'cat', `ashlar:${bucket}/${name}/small.bin`)
      assert.equal(stdout === '', isEmpty)
    }
  })

  it('copies on the server, and finds its own MD5s again', async () => {
    const [, managed] = kinds[1]
    const again = `ashlar:${bucket}/again`
    await succeeds(managed, 'copy', `ashlar:${bucket}/SSE-S3`, again)
    await succeeds(managed, 'check', 'tree', again)
  })

  async function succeeds(
    options: Readonly<Record<string, string>>,
    ...words: string[]
  ): Promise<void> {
    const said = await run(options, ...words)
    assert.equal(said.code, 0, `${words.join(' ')}\n${said.stderr}`)
  }

  function run(options: Readonly<Record<string, string>>, ...words: string[]): Promise<Said> {
    const { keys, endpoint, region } = server
    const configuration = {
      TYPE: 's3',
      PROVIDER: 'Other',
      ENDPOINT: endpoint,
      REGION: region,
      ACCESS_KEY_ID: keys.accessKeyId,
      SECRET_ACCESS_KEY: keys.secretAccessKey,
      UPLOAD_CUTOFF: '5M',
      CHUNK_SIZE: '5M',
      ...options,
    }
    const named = Object.entries(configuration).map(([name, value]) => [
      `RCLONE_CONFIG_ASHLAR_${name}`,
      value,
    ])
    const env = { HOME: folder, RCLONE_RETRIES: '1', RCLONE_LOW_LEVEL_RETRIES: '1' }
    const trust = { RCLONE_CA_CERT: server.certificate }
    const all = { ...env, ...trust, ...(Object.fromEntries(named) as Record<string, string>) }
    return runProgram(program, words, { cwd: folder, env: all })
  }
})
