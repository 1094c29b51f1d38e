/**
 * 1 GiB in 128 parts, 16 at a time, by every client; the server's resident memory stays under 300 MiB.
 *
 * Only with ASHLAR_LARGE=1, because it takes minutes and 3 GiB of disk.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, before, describe, it } from 'node:test'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { gibibyte, mebibyte } from '../../src/base/limits.ts'
import { startServer } from '../harness/server.ts'
import type { TestServer } from '../harness/server.ts'
import { AwsCli } from './aws-cli.ts'
import { sha256OfFile, writeSeededFile } from './bytes.ts'
import { uploadByCurl } from './curl-upload.ts'
import { clientSuite } from './installed.ts'
import { runK6 } from './k6.ts'
import { runToSuccess } from './program.ts'

const residentBytesMax = 300 * mebibyte
const partBytes = 8 * mebibyte
const partCount = 128
const partsAtATime = 16
const bucket = 'large'

const scripts = fileURLToPath(new URL('.', import.meta.url))
let folder: string
let file: string
let digest: string

describe('1 GiB', { skip: process.env['ASHLAR_LARGE'] !== '1' && 'ASHLAR_LARGE=1 runs it' }, () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ashlar-large-'))
    file = join(folder, 'file')
    await writeSeededFile(file, 'large', gibibyte)
    digest = await sha256OfFile(file)
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('AWS SDK for JavaScript', (t) => arrives(t, byUpload))
  for (const name of ['aws-cli-v1', 'aws-cli-v2'] as const) {
    clientSuite(name, (aws) => {
      it('s3 cp', (t) => arrives(t, (server) => byAwsCli(aws, server)))
    })
  }
  for (const name of ['boto3', 'ibm-boto3'] as const) {
    clientSuite(name, (python) => {
      it('upload_file', (t) =>
        arrives(t, (server) => byBoto(name.replace('-', '_'), python, server)))
    })
  }
  clientSuite('curl', (curl) => {
    it('PUT of each part', (t) =>
      arrives(t, (server) =>
        uploadByCurl(curl, server, { target: `/${bucket}/file`, file, partBytes, partsAtATime }),
      ))
  })
  clientSuite('k6', (k6) => {
    it('parts of random bytes, read back by ranges', (t) =>
      onServer(t, (server) => byK6(k6, server)))
  })
})

/** Uploads the file as `large/file`, reads it back with another client and compares. */
function arrives(t: TestContext, upload: (server: TestServer) => Promise<unknown>): Promise<void> {
  return onServer(t, async (server) => {
    await upload(server)
    await withSdk(server, async (s3) => {
      const got = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'file' }))
      assert.match(got.ETag ?? '', new RegExp(`-${partCount}"$`))
      assert.ok(got.Body instanceof Readable)
      const hash = createHash('sha256')
      for await (const chunk of got.Body) hash.update(chunk as Uint8Array)
      assert.equal(hash.digest('hex'), digest)
    })
  })
}

async function onServer(
  t: TestContext,
  use: (server: TestServer) => Promise<unknown>,
): Promise<void> {
  const server = await startServer()
  try {
    await withSdk(server, (s3) => s3.send(new CreateBucketCommand({ Bucket: bucket })))
    await use(server)
    const peak = await peakResidentBytes(server.pid)
    t.diagnostic(`the server held at most ${Math.round(peak / mebibyte)} MiB`)
    assert.ok(peak < residentBytesMax)
  } finally {
    await server.stop()
  }
}

async function byUpload(server: TestServer): Promise<void> {
  await withSdk(server, async (s3) => {
    const params = { Bucket: bucket, Key: 'file', Body: createReadStream(file) }
    const upload = { client: s3, params, partSize: partBytes, queueSize: partsAtATime }
    await new Upload(upload).done()
  })
}

async function byAwsCli(program: string, server: TestServer): Promise<void> {
  const home = await mkdtemp(join(folder, 'home-'))
  await mkdir(join(home, '.aws'))
  const settings = `multipart_chunksize = ${partBytes}\n  max_concurrent_requests = ${partsAtATime}`
  await writeFile(join(home, '.aws/config'), `[default]\ns3 =\n  ${settings}\n`)
  const aws = new AwsCli(program, server, home)
  await aws.run('s3', 'cp', '--no-progress', file, `s3://${bucket}/file`)
}

async function byBoto(library: string, python: string, server: TestServer): Promise<void> {
  const words = [library, server.endpoint, server.region, bucket, file]
  const sizes = [String(partBytes), String(partsAtATime)]
  await runToSuccess(python, [join(scripts, 'boto-large.py'), ...words, ...sizes], {
    env: { ACCESS_KEY_ID: server.keys.accessKeyId, SECRET_ACCESS_KEY: server.keys.secretAccessKey },
  })
}

async function byK6(k6: string, server: TestServer): Promise<void> {
  const lines = await runK6(k6, {
    script: join(scripts, 'k6/large.js'),
    variables: {
      PORT: String(server.port),
      REGION: server.region,
      ACCESS_KEY_ID: server.keys.accessKeyId,
      SECRET_ACCESS_KEY: server.keys.secretAccessKey,
      BUCKET: bucket,
      PART_BYTES: String(partBytes),
      PART_COUNT: String(partCount),
      PARTS_AT_A_TIME: String(partsAtATime),
    },
  })
  assert.deepEqual(lines, [{ same: partCount }])
}

async function withSdk(server: TestServer, use: (s3: S3Client) => Promise<unknown>): Promise<void> {
  const { endpoint, region, keys: credentials } = server
  const s3 = new S3Client({ endpoint, region, credentials, maxAttempts: 1 })
  try {
    await use(s3)
  } finally {
    s3.destroy()
  }
}

/** The most memory that the process ever held; 0 where the system does not tell. */
async function peakResidentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024
}
