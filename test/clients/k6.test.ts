/**
 * k6: its real binary, with a script that sends what jslib-aws sends.
 *
 * Where K6_JSLIB_AWS names a folder with jslib-aws itself (a file s3.js; it is in no package registry), a script that
 * uses the library runs too. It talks to the endpoint that it takes for AWS's, which k6 is told to find here.
 */
import assert from 'node:assert/strict'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { mebibyte } from '../../src/base/limits.ts'
import { startServer } from '../harness/server.ts'
import type { TestServer } from '../harness/server.ts'
import { clientSuite } from './installed.ts'
import { runK6 } from './k6.ts'
import { startTlsServer } from './tls-server.ts'

const scripts = fileURLToPath(new URL('k6', import.meta.url))
const library = process.env['K6_JSLIB_AWS']
const domain = 's3.us-east-1.amazonaws.com'

clientSuite('k6', (k6) => {
  let server: TestServer
  before(async () => {
    server = await startServer()
  })
  after(() => server.stop())

  it('in the wire form of jslib-aws, by both names of the endpoint', async () => {
    const lines = await runK6(k6, {
      script: join(scripts, 'multipart.js'),
      variables: {
        PORT: String(server.port),
        REGION: server.region,
        ACCESS_KEY_ID: server.keys.accessKeyId,
        SECRET_ACCESS_KEY: server.keys.secretAccessKey,
      },
    })
    const each = ['localhost', '127.0.0.1'].flatMap((host) =>
      ['upload', 'abort', 'errors', 'objects'].map((what) => ({ held: `${what} ${host}` })),
    )
    assert.deepEqual(lines, [...each, { held: 'everything' }])
  })

  it('with jslib-aws', { skip: library === undefined && 'K6_JSLIB_AWS names no copy' }, () =>
    withLibrary(k6, library ?? ''),
  )
})

async function withLibrary(k6: string, folder: string): Promise<void> {
  const server = await startTlsServer([domain])
  const place = await mkdtemp(join(tmpdir(), 'ashlar-k6-'))
  try {
    await createBucket(server, 'test-jslib-aws')
    await copyFile(join(folder, 's3.js'), join(place, 's3.js'))
    const text = await readFile(join(scripts, 'jslib.js'), 'utf8')
    await writeFile(join(place, 'script.js'), text.replace('jslib-aws/s3.js', './s3.js'))
    const here = `127.0.0.1:${server.port}`
    const hosts = { [domain]: here, [`*.${domain}`]: here }
    await writeFile(join(place, 'config.json'), JSON.stringify({ hosts }))

    const lines = await runK6(k6, {
      script: join(place, 'script.js'),
      words: ['--config', join(place, 'config.json'), '--insecure-skip-tls-verify'],
      variables: {
        AWS_REGION: server.region,
        AWS_ACCESS_KEY_ID: server.keys.accessKeyId,
        AWS_SECRET_ACCESS_KEY: server.keys.secretAccessKey,
      },
    })
    const [seen] = lines as readonly { key: string; size: number; etag: string; left: number }[]
    assert.deepEqual(seen && [seen.key, seen.size, seen.left], ['multipart.txt', 12 * mebibyte, 0])
    assert.match(seen?.etag ?? '', /-2"?$/)
  } finally {
    await server.stop()
    await rm(place, { recursive: true, force: true })
  }
}

/** The server's certificate is its own, so this one request does not ask for it. */
async function createBucket(server: TestServer, Bucket: string): Promise<void> {
  const s3 = new S3Client({
    endpoint: server.endpoint,
    region: server.region,
    credentials: server.keys,
    forcePathStyle: true,
    requestHandler: { httpsAgent: { rejectUnauthorized: false } },
  })
  await s3.send(new CreateBucketCommand({ Bucket }))
  s3.destroy()
}
