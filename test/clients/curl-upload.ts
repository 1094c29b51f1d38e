/** A file in parts by curl: one process for each part, several at a time, as a shell script would do it. */
import assert from 'node:assert/strict'
import { open } from 'node:fs/promises'
import { curl } from './curl.ts'
import type { TestServer } from '../harness/server.ts'

export interface FileUpload {
  /** `/bucket/key`. */
  readonly target: string
  readonly file: string
  readonly partBytes: number
  readonly partsAtATime: number
}

export async function uploadByCurl(
  program: string,
  server: TestServer,
  upload: FileUpload,
): Promise<void> {
  const { target, partBytes } = upload
  const created = await curl(program, server, { method: 'POST', target: `${target}?uploads=` })
  const id = /<UploadId>([^<]+)</.exec(created.text)?.[1]
  assert.ok(id, created.text)

  await using file = await open(upload.file)
  const { size } = await file.stat()
  const numbers = Array.from({ length: Math.ceil(size / partBytes) }, (_, at) => at + 1)
  const left = numbers.values()
  const parts: string[] = []
  const worker = async (): Promise<void> => {
    for (const number of left) {
      const body = Buffer.alloc(Math.min(partBytes, size - (number - 1) * partBytes))
      await file.read(body, 0, body.length, (number - 1) * partBytes)
      const query = `partNumber=${number}&uploadId=${id}`
      const answer = await curl(program, server, {
        method: 'PUT',
        target: `${target}?${query}`,
        body,
      })
      assert.equal(answer.status, 200, answer.text)
      const etag = answer.headers.get('etag')
      parts[number - 1] = `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`
    }
  }
  await Promise.all(Array.from({ length: upload.partsAtATime }, worker))

  const list = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`
  const complete = { method: 'POST', target: `${target}?uploadId=${id}`, body: Buffer.from(list) }
  const done = await curl(program, server, complete)
  assert.equal(done.status, 200, done.text)
}
