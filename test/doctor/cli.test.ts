/** `ashlar doctor` as a user runs it: on a log, on what a client printed, on an endpoint behind a proxy. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, it, test } from 'node:test'
import { clientSuite } from '../clients/installed.ts'
import { runProgram, type Said } from '../clients/program.ts'
import { startServer } from '../harness/server.ts'
import { signedRequest, type Keys } from '../harness/sign.ts'
import { openClinic, type Clinic, type Damage } from './clinic.ts'
import { drop, set } from './damages.ts'

let clinic: Clinic
let folder = ''

before(async () => {
  clinic = await openClinic({ ASHLAR_DOCTOR_RATE: '1000' })
  folder = await mkdtemp(join(tmpdir(), 'ashlar-doctor-'))
})
after(async () => {
  await clinic[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const main = join(import.meta.dirname, '../../src/cli/main.ts')

interface Entry {
  readonly mark: string
  readonly what: string
  readonly count?: number
  readonly mend?: Readonly<Record<string, string>>
}

interface Report extends Said {
  readonly well: boolean
  readonly entries: readonly Entry[]
}

async function doctor(
  words: readonly string[],
  more: { env?: Record<string, string>; input?: string } = {},
): Promise<Report> {
  const { input, env } = more
  const said = await runProgram(process.execPath, [main, 'doctor', ...words, '--json'], {
    ...(env && { env }),
    ...(input !== undefined && { input: Buffer.from(input) }),
  })
  const report = said.stdout === '' ? { well: false, entries: [] } : JSON.parse(said.stdout)
  return { ...said, ...(report as Pick<Report, 'well' | 'entries'>) }
}

function environmentOf({ accessKeyId, secretAccessKey }: Keys): Record<string, string> {
  const endpoint = `http://127.0.0.1:${clinic.proxied.port}`
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  }
}

async function checkBehind(damage: Damage): Promise<Report> {
  clinic.damage = damage
  const report = await doctor(['check'], { env: environmentOf(clinic.server.keys) })
  clinic.damage = (head) => head
  return report
}

function wrongOf({ entries }: Report): readonly string[] {
  return entries.filter(({ mark }) => mark === 'wrong').map(({ what }) => what)
}

test('check: an endpoint that nothing damages is well', async () => {
  const report = await checkBehind((head) => head)
  assert.deepEqual([report.code, report.well, wrongOf(report)], [0, true, []], report.stdout)
  assert.ok(report.entries.length > 15)
})

const damaged: ReadonlyArray<readonly [string, Damage, RegExp]> = [
  [
    'slashes are merged',
    (head) => ({ ...head, target: head.target.replace('//', '/') }),
    /a doubled slash: path: slash-merged/,
  ],
  [
    'the path is decoded',
    (head) => ({ ...head, target: head.target.replace('%2520', '%20') }),
    /an escaped percent sign: path: path-decoded/,
  ],
  ['Accept-Encoding is replaced', set('Accept-Encoding', 'gzip'), /accept-encoding-changed/],
  [
    'a header is dropped',
    drop('x_doctor'),
    /a header with an underscore, signed: header x_doctor: header-removed/,
  ],
  ['Host is replaced', set('Host', 'localhost'), /host: host-loopback/],
]

for (const [name, damage, expected] of damaged) {
  test(`check: ${name}`, async () => {
    const report = await checkBehind(damage)
    assert.deepEqual([report.code, report.well], [3, false])
    assert.match(wrongOf(report).join('\n'), expected)
  })
}

test('check: a wrong secret, a wrong key, a wrong region, and nobody there', async () => {
  const { accessKeyId } = clinic.server.keys
  const other = environmentOf({ accessKeyId, secretAccessKey: 'another-secret' })
  assert.match(
    wrongOf(await doctor(['check'], { env: other })).join('\n'),
    /both sides signed the same/,
  )
  const unknown = await doctor(['check'], { env: { ...other, AWS_ACCESS_KEY_ID: 'NOBODY' } })
  assert.match(unknown.stdout, /InvalidAccessKeyId/)
  const env = environmentOf(clinic.server.keys)
  const region = await doctor(['check', '--region', 'eu-west-1'], { env })
  assert.match(region.stdout, /the region 'eu-west-1' is wrong; expecting 'us-east-1'/)
  const nobody = await doctor(['check', 'http://127.0.0.1:1'], { env })
  assert.deepEqual([nobody.code, nobody.stdout], [2, ''])
  assert.match(nobody.stderr, /^ashlar: http:\/\/127\.0\.0\.1:1\/ cannot be asked/)
  const missing = await doctor(['check'], { env: {} })
  assert.equal(missing.code, 2)
})

test('log: the diagnoses of a real server, counted, without a secret', async () => {
  await using server = await startServer({ env: { ASHLAR_DOCTOR_RATE: '100' } })
  const { accessKeyId, secretAccessKey } = server.keys
  const keys = { accessKeyId, secretAccessKey: `${secretAccessKey}\n` }
  for (let count = 0; count < 3; count++) await signedRequest(server, { keys })
  await signedRequest(server, { keys: { accessKeyId, secretAccessKey: 'another' } })
  await server.terminate()
  const file = join(folder, 'server.log')
  await writeFile(file, server.log())
  const report = await doctor(['log', file])
  assert.deepEqual([report.code, report.well], [3, false])
  assert.deepEqual(
    report.entries.map(({ what, count }) => [what, count]),
    [
      ['secret: secret-white-space', 3],
      ['nothing that was tried explains it', 1],
    ],
  )
  assert.ok(!server.log().includes(secretAccessKey))
  const [line = ''] = server
    .log()
    .split('\n')
    .filter((one) => one.includes('secret-white-space'))
  const { doctor: told } = JSON.parse(line) as { readonly doctor: object }
  const short = `12:00:01 warn  a signature does not match reqId="1" doctor=${JSON.stringify(told)}\n`
  assert.equal((await doctor(['log'], { input: short })).entries[0]?.count, 1)
  const well = await doctor(['log'], { input: '{"level":"info","msg":"ready"}\nnot JSON {\n' })
  assert.deepEqual([well.code, well.entries], [0, []])
})

test('compare: a text without a canonical request is a wrong command', async () => {
  const report = await doctor(['compare', '-'], { input: 'nothing' })
  assert.equal(report.code, 2)
  assert.match(report.stderr, /no canonical request/)
})

clientSuite('aws-cli-v1', (aws) => {
  const debugged = async (damage: Damage, keys = clinic.server.keys): Promise<Report> => {
    clinic.damage = damage
    const words = [
      '--debug',
      's3api',
      'get-object',
      '--bucket',
      'docs',
      '--key',
      'a//b c',
      '/dev/null',
    ]
    const env = { ...environmentOf(keys), AWS_DEFAULT_REGION: 'us-east-1', AWS_MAX_ATTEMPTS: '1' }
    const printed = await runProgram(aws, words, { env })
    clinic.damage = (head) => head
    assert.match(printed.stderr, /SignatureDoesNotMatch/)
    return await doctor(['compare', '-'], { input: printed.stderr })
  }

  it('compare: what it prints with --debug says which part differs', async () => {
    const merged = await debugged((head) => ({ ...head, target: head.target.replace('//', '/') }))
    assert.deepEqual(wrongOf(merged), ['path: slash-merged'], merged.stdout + merged.stderr)
    assert.equal(merged.code, 3)
    assert.match(merged.entries[0]?.mend?.['nginx'] ?? '', /merge_slashes off/)
    const twice = await debugged((head) => ({
      ...head,
      target: head.target.replace('%20', '%2520'),
    }))
    assert.deepEqual(wrongOf(twice), ['path: path-encoded'])
  })

  it('compare: where both signed the same it is the secret', async () => {
    const { accessKeyId } = clinic.server.keys
    const other = await debugged((head) => head, { accessKeyId, secretAccessKey: 'another-secret' })
    assert.deepEqual(wrongOf(other), ['both sides signed the same'])
  })
})
