/** Real proxies: as documented they change nothing; and each of their usual mistakes is named by the doctor, with the line that mends it. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, it } from 'node:test'
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { mebibyte } from '../../src/base/limits.ts'
import { seededBytes } from '../clients/bytes.ts'
import { clientSuite } from '../clients/installed.ts'
import { runProgram } from '../clients/program.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { startProxy, replaced, type Change, type ProxyName, type RealProxy } from './real-proxy.ts'

const main = join(import.meta.dirname, '../../src/cli/main.ts')
const oddKey = "a folder//b+c/%2F ünï 東/~!$&'()*,;=:@.bin"

interface Mistake {
  readonly name: string
  readonly change: Change
  /** What `doctor check` says. */
  readonly cause: RegExp
  /** The line that mends it, of this proxy. */
  readonly mend: RegExp
}

const mistakes: Readonly<Record<ProxyName, readonly Mistake[]>> = {
  nginx: [
    {
      name: 'slashes are merged',
      change: (text) =>
        replaced(replaced(text, 'merge_slashes off;', ''), /proxy_pass (\S+);/, 'proxy_pass $1/;'),
      cause: /slash-merged/,
      mend: /merge_slashes off/,
    },
    {
      name: 'Host is replaced',
      change: (text) => replaced(text, 'proxy_set_header Host $http_host;', ''),
      cause: /host/,
      mend: /proxy_set_header Host \$http_host/,
    },
    {
      name: 'headers with an underscore are dropped',
      change: (text) => replaced(text, 'underscores_in_headers on;', ''),
      cause: /header-removed/,
      mend: /underscores_in_headers on/,
    },
  ],
  haproxy: [
    {
      name: 'slashes are merged',
      change: (text) =>
        replaced(
          text,
          'backend ashlar\n',
          'backend ashlar\n  http-request normalize-uri path-merge-slashes\n',
        ).replace(/^/, 'global\n  expose-experimental-directives\n'),
      cause: /slash-merged/,
      mend: /path-merge-slashes/,
    },
    {
      name: 'Host is replaced',
      change: (text) =>
        replaced(
          text,
          'backend ashlar\n',
          'backend ashlar\n  http-request set-header Host localhost\n',
        ),
      cause: /host-loopback/,
      mend: /set-header Host/,
    },
  ],
  caddy: [
    {
      name: 'Host is replaced',
      change: (text) =>
        replaced(
          text,
          /reverse_proxy (\S+)/,
          'reverse_proxy $1 {\n    header_up Host localhost\n  }',
        ),
      cause: /host-loopback/,
      mend: /header_up Host/,
    },
    {
      name: 'a header is dropped',
      change: (text) =>
        replaced(text, /reverse_proxy (\S+)/, 'reverse_proxy $1 {\n    header_up -x_doctor\n  }'),
      cause: /header-removed/,
      mend: /header_up/,
    },
  ],
  apache: [
    {
      name: 'segments of dots are resolved',
      change: (text) => replaced(text, ' nocanon', ''),
      cause: /dots-resolved/,
      mend: /nocanon/,
    },
    {
      name: 'Host is replaced',
      change: (text) => replaced(text, '  ProxyPreserveHost On\n', ''),
      cause: /host/,
      mend: /ProxyPreserveHost On/,
    },
  ],
}

interface Report {
  readonly well: boolean
  readonly entries: ReadonlyArray<{
    readonly mark: string
    readonly what: string
    readonly mend?: Readonly<Record<string, string>>
  }>
}

for (const name of ['nginx', 'haproxy', 'caddy', 'apache'] as const) {
  clientSuite(name, (program) => {
    let server: TestServer

    before(async () => {
      server = await startServer({ env: { ASHLAR_DOCTOR_RATE: '1000' } })
    })
    after(() => server.stop())

    const proxy = (change?: Change): Promise<RealProxy> =>
      startProxy({ name, program, upstream: server.port, ...(change && { change }) })

    it('as documented it damages nothing', async () => {
      await using open = await proxy()
      const report = await check(server, open)
      assert.deepEqual([report.well, wrongOf(report)], [true, []])
      await roundTrip(server, open)
    })

    for (const { name: mistake, change, cause, mend } of mistakes[name]) {
      it(`${mistake}: the doctor says so, and what mends it`, async () => {
        await using open = await proxy(change)
        const report = await check(server, open)
        assert.equal(report.well, false)
        assert.match(wrongOf(report).join('\n'), cause)
        const lines = report.entries.map((entry) => entry.mend?.[name] ?? '')
        assert.match(lines.join('\n'), mend)
      })
    }
  })
}

function wrongOf({ entries }: Report): readonly string[] {
  return entries.filter(({ mark }) => mark === 'wrong').map(({ what }) => what)
}

async function check({ keys }: TestServer, { endpoint }: RealProxy): Promise<Report> {
  const env = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
  }
  const said = await runProgram(process.execPath, [main, 'doctor', 'check', '--json'], { env })
  assert.ok(said.stdout.startsWith('{'), said.stdout + said.stderr)
  return JSON.parse(said.stdout) as Report
}

/** In parts, with checksums in trailers, as the SDK does it. */
async function roundTrip({ keys, region }: TestServer, { endpoint }: RealProxy): Promise<void> {
  const client = new S3Client({ endpoint, region, credentials: keys, forcePathStyle: true })
  const Body = seededBytes('proxy', 11 * mebibyte + 7)
  const place = { Bucket: 'behind', Key: oddKey }
  try {
    await client.send(new CreateBucketCommand({ Bucket: place.Bucket }))
    await new Upload({ client, params: { ...place, Body, Metadata: { a_b: 'kept' } } }).done()
    const got = await client.send(new GetObjectCommand(place))
    assert.ok(Body.equals((await got.Body?.transformToByteArray()) ?? Buffer.alloc(0)))
    assert.deepEqual(got.Metadata, { a_b: 'kept' })
  } finally {
    client.destroy()
  }
}
