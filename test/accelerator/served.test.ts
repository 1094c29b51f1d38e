/** A real server with the accelerator: uploads side by side have the digests that they should have, and rot is never served. */
import assert from 'node:assert/strict'
import { hash, randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createCRC64 } from 'hash-wasm'
import { acceleratorHere } from '../harness/acceleration.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { signedRequest } from '../harness/sign.ts'

const here = acceleratorHere()

async function flipBit(path: string, at: number): Promise<void> {
  await using file = await open(path, 'r+')
  const byte = Buffer.alloc(1)
  await file.read(byte, 0, 1, at)
  await file.write(Buffer.of((byte[0] ?? 0) ^ 1), 0, 1, at)
}

/** The file of the only blob there is. */
function onlyBlob({ dataDir }: TestServer): string {
  const entries = readdirSync(join(dataDir, 'blobs'), { recursive: true, withFileTypes: true })
  const [file, ...others] = entries.filter((entry) => entry.isFile())
  assert.ok(file !== undefined && others.length === 0)
  return join(file.parentPath, file.name)
}

/** A test that gets such a server with a bucket, or says why there is none. */
function served(sentence: string, check: (server: TestServer) => Promise<void>): void {
  test(sentence, async (t) => {
    if (here.accelerator === undefined) {
      assert.ok(!here.isFault, here.why)
      return t.skip(here.why)
    }
    await using server = await startServer({ env: { ASHLAR_ACCELERATOR: 'auto' } })
    await signedRequest(server, { method: 'PUT', path: '/quarry' })
    await check(server)
  })
}

served('uploads side by side', async (server) => {
  const reference = await createCRC64('9a6c9329ac4bc9b5')
  const put = async (index: number): Promise<void> => {
    const body = randomBytes(700_000 + index * 77_777)
    const path = `/quarry/${index}`
    const { status, headers } = await signedRequest(server, { method: 'PUT', path, body })
    assert.equal(status, 200)
    assert.equal(headers['etag'], `"${hash('md5', body)}"`)
    const crc = Buffer.from(reference.init().update(body).digest('binary')).toString('base64')
    assert.equal(headers['x-amz-checksum-crc64nvme'], crc)
    assert.ok((await signedRequest(server, { path })).body.equals(body))
  }
  await Promise.all(Array.from({ length: 12 }, (_, index) => put(index)))
})

served('a bit that flips', async (server) => {
  const body = randomBytes(3_000_000)
  await signedRequest(server, { method: 'PUT', path: '/quarry/stone', body })
  const blob = onlyBlob(server)
  for (const at of [0, 65_535, 1_048_575, 1_048_576, 1_500_000, 2_999_999]) {
    await flipBit(blob, 4096 + at)
    const got = await signedRequest(server, { path: '/quarry/stone' }).catch(() => undefined)
    const served = got?.status === 200 ? got.body.length : 0
    assert.ok(served <= at, `rot at ${at} was served`)
    await flipBit(blob, 4096 + at)
    const again = await signedRequest(server, { path: '/quarry/stone' })
    assert.ok(again.body.equals(body))
  }
})
