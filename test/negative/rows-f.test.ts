/** Section 1F: races around uploads, in small; `npm run prove -- races|kill|rot` runs them by the thousand. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { RawConnection, requestBytes, type Answer } from '../harness/raw.ts'
import { signedRequest, signRequest, type RequestPlan } from '../harness/sign.ts'
import { rowsOf } from './case.ts'
import type { Scene } from './scene.ts'

const rounds = 12
const large = randomBytes(300_000)

class Uploads {
  readonly #scene: Scene

  constructor(scene: Scene) {
    this.#scene = scene
  }

  async ask(plan: RequestPlan): Promise<Answer> {
    return await signedRequest(this.#scene.server, plan)
  }

  async begin(key: string): Promise<string> {
    const { text } = await this.ask({
      method: 'POST',
      path: `/negative/${key}`,
      query: { uploads: '' },
    })
    return /<UploadId>([^<]*)/.exec(text)?.[1] ?? ''
  }

  /** Part 1. Answers its tag. */
  async part(key: string, uploadId: string, body: Uint8Array): Promise<string> {
    const answer = await this.ask({
      path: `/negative/${key}`,
      query: { uploadId, partNumber: '1' },
      body,
    })
    assert.equal(answer.status, 200, answer.text)
    return answer.headers['etag'] ?? ''
  }

  async complete(key: string, uploadId: string, etag: string): Promise<Answer> {
    const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`
    return await this.ask({ method: 'POST', path: `/negative/${key}`, query: { uploadId }, body })
  }

  async abort(key: string, uploadId: string): Promise<Answer> {
    return await this.ask({ method: 'DELETE', path: `/negative/${key}`, query: { uploadId } })
  }
}

const tagOf = ({ text }: Answer): string => /<ETag>([^<]*)/.exec(text)?.[1] ?? ''
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

rowsOf('1F', (scene) => {
  const uploads = (): Uploads => new Uploads(scene())

  it('F01: a part is overwritten while its upload completes', async () => {
    for (let round = 0; round < rounds; round++) {
      const [key, id] = ['f01', await uploads().begin('f01')]
      const [old, fresh] = [randomBytes(20_000), randomBytes(20_000)]
      const etag = await uploads().part(key, id, old)
      const overwrite = uploads().ask({
        path: `/negative/${key}`,
        query: { uploadId: id, partNumber: '1' },
        body: fresh,
      })
      const [completed] = await Promise.all([uploads().complete(key, id, etag), overwrite])
      if (completed.status !== 200) {
        assert.equal(completed.code, 'InvalidPart', completed.text)
        assert.equal((await uploads().complete(key, id, `"${md5(fresh)}"`)).status, 200)
      }
      const { body } = await uploads().ask({ path: `/negative/${key}` })
      assert.ok(body.equals(completed.status === 200 ? old : fresh))
    }
  })

  it('F02, F04: one outcome of many completions, at once and again', async () => {
    const id = await uploads().begin('f04')
    const etag = await uploads().part('f04', id, large)
    const racers = await Promise.all(
      Array.from({ length: 16 }, () => uploads().complete('f04', id, etag)),
    )
    const again = [
      await uploads().complete('f04', id, etag),
      await uploads().complete('f04', id, etag),
    ]
    const tags = [...racers, ...again].map((answer) => `${answer.status} ${tagOf(answer)}`)
    assert.equal(new Set(tags).size, 1, tags.join(', '))
    assert.match(tags[0] ?? '', /^200 /)
    const { body } = await uploads().ask({ path: '/negative/f04' })
    assert.ok(body.equals(large))
    const listed = await uploads().ask({
      path: '/negative',
      query: { versions: '', prefix: 'f04' },
    })
    assert.equal(listed.text.match(/<Version>/g)?.length, 1)
    const other = await uploads().complete('f04', id, '"0"')
    assert.ok(other.status >= 400 && other.status < 500, 'another list is another request')
  })

  it('F03: a part that is sent three times is kept once', async () => {
    const id = await uploads().begin('f03')
    for (const fill of [1, 2, 3]) await uploads().part('f03', id, Buffer.alloc(200_000, fill))
    const listed = await uploads().ask({ path: '/negative/f03', query: { uploadId: id } })
    assert.equal(listed.text.match(/<PartNumber>/g)?.length, 1)
    assert.equal((await uploads().abort('f03', id)).status, 204)
    assert.equal((await uploads().abort('f03', id)).code, 'NoSuchUpload')
  })

  it('F05: a part that was under way when its upload was aborted', async () => {
    const id = await uploads().begin('f05')
    const plan = { path: '/negative/f05', query: { uploadId: id, partNumber: '1' }, body: large }
    const bytes = requestBytes(await signRequest(scene().server, plan))
    await using connection = await RawConnection.open(scene().server)
    connection.send(bytes.subarray(0, -1000))
    const before = blobsIn(scene())
    assert.equal((await uploads().abort('f05', id)).status, 204)
    connection.send(bytes.subarray(-1000))
    const answer = await connection.answer('PUT')
    assert.deepEqual([answer.status, answer.code], [404, 'NoSuchUpload'])
    assert.ok(blobsIn(scene()) <= before)
  })

  it('F06: completion and abort at once: one of them', async () => {
    for (let round = 0; round < rounds; round++) {
      const key = `f06-${round}`
      const id = await uploads().begin(key)
      const etag = await uploads().part(key, id, large)
      const [completed, aborted] = await Promise.all([
        uploads().complete(key, id, etag),
        uploads().abort(key, id),
      ])
      const { status, body } = await uploads().ask({ path: `/negative/${key}` })
      if (completed.status === 200) assert.ok(status === 200 && body.equals(large))
      else assert.deepEqual([completed.code, aborted.status, status], ['NoSuchUpload', 204, 404])
    }
  })

  it('F07: what is said of an object belongs to its bytes', async () => {
    const puts = Array.from({ length: 24 }, (_, index) => {
      const body = randomBytes(index % 2 === 0 ? 500 : 40_000)
      const headers = { 'x-amz-meta-md5': md5(body) }
      return uploads().ask({ path: '/negative/f07', body, headers })
    })
    const reads = Array.from({ length: 24 }, () => uploads().ask({ path: '/negative/f07' }))
    const answers = await Promise.all([...reads, ...puts])
    const last = await uploads().ask({ path: '/negative/f07' })
    const objects = [...answers, last].filter(
      ({ status, headers }) => status === 200 && headers['x-amz-meta-md5'],
    )
    assert.ok(objects.length > 0)
    for (const { body, headers } of objects) {
      assert.deepEqual([headers['x-amz-meta-md5'], headers['etag']], [md5(body), `"${md5(body)}"`])
    }
  })

  it('F09: a server that is told to stop finishes what it has begun', async () => {
    const { server } = scene()
    const bytes = requestBytes(await signRequest(server, { path: '/negative/f09', body: large }))
    await using connection = await RawConnection.open(server)
    connection.send(bytes.subarray(0, -1000))
    await uploads().ask({ path: '/negative/object' })
    const ended = server.terminate()
    connection.send(bytes.subarray(-1000))
    assert.equal((await connection.answer('PUT')).status, 200)
    assert.equal(await ended, 0)
    await server.restart()
    assert.ok((await uploads().ask({ path: '/negative/f09' })).body.equals(large))
  })

  it('F13: tags in quotes, without, and as an entity', async () => {
    for (const quote of ['"', '', '&quot;']) {
      const id = await uploads().begin('f13')
      const etag = (await uploads().part('f13', id, large)).replaceAll('"', quote)
      assert.equal((await uploads().complete('f13', id, etag)).status, 200, quote)
    }
  })
})

/** Bytes of all blobs. */
function blobsIn({ server }: Scene): number {
  const folder = join(server.dataDir, 'blobs')
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  return files
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + sizeOf(join(entry.parentPath, entry.name)), 0)
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
