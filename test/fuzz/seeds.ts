/** Valid requests of every kind, signed just now: what the fuzzer of the whole server begins with. */
import { requestBytes } from '../harness/raw.ts'
import type { TestServer } from '../harness/server.ts'
import { signRequest, type RequestPlan } from '../harness/sign.ts'
import { signV2 } from '../harness/sign-v2.ts'
import { formRequest, policyFields } from '../harness/form.ts'

export const bucket = 'fuzzed'

/** One char per byte each, ready for the wire. */
export async function seedsFor(server: TestServer, uploadId: string): Promise<readonly string[]> {
  const signed = await Promise.all(
    plansFor(uploadId).map(async (plan) => requestBytes(await signRequest(server, plan))),
  )
  return [...signed, ...unsignedFor(server)].map((bytes) => Buffer.from(bytes).toString('latin1'))
}

function plansFor(uploadId: string): readonly RequestPlan[] {
  const key = `/${bucket}/key`
  const complete = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"x"</ETag></Part></CompleteMultipartUpload>`
  const tagging = `<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>`
  const md5 = 'Y2hlY2tzdW1zY2hlY2tzdQ=='
  return [
    { path: '/' },
    { path: `/${bucket}`, query: { 'list-type': '2', prefix: 'k', 'max-keys': '2' } },
    { path: `/${bucket}`, query: { uploads: '' } },
    { path: `/${bucket}`, query: { location: '' } },
    { path: `/${bucket}`, query: { cors: '' } },
    { method: 'HEAD', path: key },
    { path: key, headers: { range: 'bytes=0-3', 'if-none-match': '"x"' } },
    { path: key, query: { attributes: '' }, headers: { 'x-amz-object-attributes': 'ETag' } },
    { path: key, query: { acl: '' } },
    { path: key, body: 'some bytes', headers: { 'x-amz-meta-a': 'b', 'content-md5': md5 } },
    { path: key, body: 'some bytes', headers: { 'x-amz-tagging': 'a=b' } },
    { path: key, body: 'some bytes', headers: { expect: '100-continue' } },
    { path: key, body: 'streamed bytes', payload: 'streaming', chunkBytes: 8 },
    {
      path: key,
      body: 'streamed bytes',
      payload: 'streaming-unsigned-trailer',
      trailer: ['x-amz-checksum-crc32', 'AAAAAA=='],
      httpChunked: true,
    },
    { path: key, query: { partNumber: '1', uploadId }, body: 'a part' },
    { path: key, method: 'PUT', headers: { 'x-amz-copy-source': `/${bucket}/key` } },
    { path: key, method: 'POST', query: { uploadId }, body: complete },
    { path: key, query: { uploadId } },
    { path: key, query: { tagging: '' }, body: tagging, headers: { 'content-md5': md5 } },
    { path: `/${bucket}`, method: 'POST', query: { delete: '' }, body: '<Delete></Delete>' },
    { path: `${key}2`, method: 'DELETE' },
    { path: key, presign: 600 },
    { path: `/${bucket}`, query: { versions: '' }, presign: 600 },
  ]
}

function unsignedFor(server: TestServer): readonly Uint8Array[] {
  const host = `${server.host}:${server.port}`
  const { keys, region } = server
  const conditions = [{ bucket }, ['starts-with', '$key', '']]
  const proof = policyFields({ conditions, keys, region, now: new Date(), version: 4 })
  const file = { name: 'f', bytes: 'file' }
  const form = formRequest({ path: `/${bucket}`, host, fields: [['key', 'form'], ...proof], file })
  const preflight = [
    ['Host', host],
    ['Origin', 'https://example.com'],
    ['Access-Control-Request-Method', 'PUT'],
  ] as const
  return [
    requestBytes(form),
    requestBytes({ method: 'OPTIONS', target: `/${bucket}/key`, headers: preflight }),
    requestBytes(signV2({ target: `/${bucket}/key`, host, keys })),
    requestBytes({ method: 'GET', target: '/-/live', headers: [['Host', host]] }),
  ]
}
