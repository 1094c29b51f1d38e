/** A day in the life of a server: an operation of every kind, on names that would mislead a careless program. */
import { createHash } from 'node:crypto'
import { formRequest, policyFields } from '../harness/form.ts'
import { sendRequest, type Answer } from '../harness/raw.ts'
import type { TestServer } from '../harness/server.ts'
import { signedRequest, signRequest, type RequestPlan } from '../harness/sign.ts'

export interface Said {
  readonly what: string
  readonly answer: Answer
}

const bucket = 'everyday'
/** Members of every object, where names are looked up carelessly. */
export const misleading = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'] as const

/** A key of a customer, as SSE-C wants it. */
export const customerKey: Buffer = createHash('sha256').update('a key of a customer').digest()

export function customerHeaders(of = ''): Record<string, string> {
  const prefix = `x-amz-${of}server-side-encryption-customer`
  return {
    [`${prefix}-algorithm`]: 'AES256',
    [`${prefix}-key`]: customerKey.toString('base64'),
    [`${prefix}-key-MD5`]: createHash('md5').update(customerKey).digest('base64'),
  }
}

export class Everyday {
  readonly said: Said[] = []
  /** What came back other than it was sent. */
  readonly wrong: string[] = []
  readonly #server: TestServer

  constructor(server: TestServer) {
    this.#server = server
  }

  async live(): Promise<readonly Said[]> {
    await this.#do('a bucket', { method: 'PUT', path: `/${bucket}` })
    for (const name of misleading) await this.#object(name)
    await this.#listings()
    await this.#upload()
    await this.#encrypted()
    await this.#otherSignatures()
    await this.#configurations()
    await this.#removal()
    return this.said
  }

  async #do(what: string, plan: RequestPlan): Promise<Answer> {
    const answer = await signedRequest(this.#server, plan)
    this.said.push({ what, answer })
    return answer
  }

  async #object(name: string): Promise<void> {
    const path = `/${bucket}/${name}`
    const lower = name.toLowerCase()
    const headers = {
      [`x-amz-meta-${lower}`]: 'told',
      'x-amz-tagging': `${name}=tagged`,
      'content-type': 'text/plain',
    }
    await this.#do(`put ${name}`, { path, headers, body: name })
    const got = await this.#do(`get ${name}`, { path })
    if (got.text !== name || got.headers[`x-amz-meta-${lower}`] !== 'told')
      this.wrong.push(`${name} came back as ${got.text} with ${JSON.stringify(got.headers)}`)
    await this.#do(`head ${name}`, { method: 'HEAD', path })
    await this.#do(`range of ${name}`, { path, headers: { range: 'bytes=1-3' } })
    const tags = await this.#do(`tags of ${name}`, { path, query: { tagging: '' } })
    if (!tags.text.includes(`<Key>${name}</Key>`)) this.wrong.push(`no tag ${name}: ${tags.text}`)
    const tagging = `<Tagging><TagSet><Tag><Key>${name}</Key><Value>__proto__</Value></Tag></TagSet></Tagging>`
    const md5 = createHash('md5').update(tagging).digest('base64')
    const tagged = { path, query: { tagging: '' }, body: tagging, headers: { 'content-md5': md5 } }
    await this.#do(`tag ${name}`, tagged)
    const copied = { 'x-amz-copy-source': path, 'x-amz-metadata-directive': 'REPLACE' }
    await this.#do(`copy ${name}`, {
      path: `${path}-copy`,
      headers: { ...copied, [`x-amz-meta-${lower}`]: 'else' },
      body: '',
    })
    const attributes = { 'x-amz-object-attributes': 'ETag,ObjectSize,Checksum' }
    await this.#do(`attributes of ${name}`, {
      path,
      query: { attributes: '' },
      headers: attributes,
    })
  }

  async #listings(): Promise<void> {
    const path = `/${bucket}`
    await this.#do('list v1', { path, query: { delimiter: 'o', marker: '__proto__' } })
    await this.#do('list v2', { path, query: { 'list-type': '2', prefix: '__proto__' } })
    await this.#do('list versions', { path, query: { versions: '' } })
    await this.#do('list uploads', { path, query: { uploads: '' } })
    await this.#do('list buckets', {})
  }

  async #upload(): Promise<void> {
    const path = `/${bucket}/__proto__/upload`
    const headers = { 'x-amz-meta-__proto__': 'told' }
    const begun = await this.#do('begin', { method: 'POST', path, query: { uploads: '' }, headers })
    const uploadId = /<UploadId>([^<]*)/.exec(begun.text)?.[1] ?? ''
    const part = await this.#do('a part', {
      path,
      query: { uploadId, partNumber: '1' },
      body: 'part',
      payload: 'streaming',
    })
    await this.#do('list parts', { path, query: { uploadId } })
    const etag = part.headers['etag'] ?? ''
    const strange = '<__proto__>x</__proto__><constructor><prototype>y</prototype></constructor>'
    const list = `<Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part>`
    const complete = (inside: string): RequestPlan => ({
      method: 'POST',
      path,
      query: { uploadId },
      body: `<CompleteMultipartUpload>${inside}</CompleteMultipartUpload>`,
    })
    const odd = await signedRequest(this.#server, complete(strange))
    if (odd.status >= 500) this.wrong.push(`strange elements: ${odd.status} ${odd.text}`)
    await this.#do('complete', complete(list))
    await this.#do('the whole', { path })
    const second = await this.#do('begin again', { method: 'POST', path, query: { uploads: '' } })
    const id = /<UploadId>([^<]*)/.exec(second.text)?.[1] ?? ''
    await this.#do('abort', { method: 'DELETE', path, query: { uploadId: id } })
  }

  async #encrypted(): Promise<void> {
    const headers = { 'x-amz-server-side-encryption': 'AES256' }
    await this.#do('encrypted', { path: `/${bucket}/sse`, headers, body: 'sealed' })
    await this.#do('decrypted', { path: `/${bucket}/sse` })
    const path = `/${bucket}/sse-c`
    await this.#do('with a key', { path, headers: customerHeaders(), body: 'sealed' })
    await this.#do('with the same key', { path, headers: customerHeaders() })
    const source = { 'x-amz-copy-source': path, ...customerHeaders('copy-source-') }
    await this.#do('copied with it', { path: `${path}-copy`, headers: source, body: '' })
  }

  async #otherSignatures(): Promise<void> {
    const { keys, region, host, port } = this.#server
    await this.#do('presigned', { path: `/${bucket}/__proto__`, presign: 60 })
    for (const version of [2, 4] as const) {
      const conditions = [{ bucket }, { key: 'form' }]
      const proof = policyFields({ conditions, keys, region, now: new Date(), version })
      const request = formRequest({
        path: `/${bucket}`,
        host: `${host}:${port}`,
        fields: [['key', 'form'], ...proof],
        file: { name: '__proto__', bytes: 'form' },
      })
      this.said.push({ what: `form V${version}`, answer: await sendRequest(this.#server, request) })
    }
    const trailer = ['x-amz-checksum-crc32', 'DUoRhQ=='] as const
    const plan = { path: `/${bucket}/trailer`, body: 'hello world', trailer }
    await this.#do('trailer', { ...plan, payload: 'streaming-trailer' })
    const signed = await signRequest(this.#server, { path: `/${bucket}/form` })
    this.said.push({ what: 'once more', answer: await sendRequest(this.#server, signed) })
  }

  async #configurations(): Promise<void> {
    const path = `/${bucket}`
    const cors =
      '<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>'
    const md5 = createHash('md5').update(cors).digest('base64')
    const headers = { 'content-md5': md5 }
    await this.#do('put cors', { path, query: { cors: '' }, body: cors, headers })
    await this.#do('get cors', { path, query: { cors: '' } })
    await this.#do('location', { path, query: { location: '' } })
  }

  async #removal(): Promise<void> {
    const keys = misleading.map((name) => `<Object><Key>${name}</Key></Object>`).join('')
    const body = `<Delete>${keys}</Delete>`
    const headers = { 'content-md5': createHash('md5').update(body).digest('base64') }
    const path = `/${bucket}`
    const query = { delete: '' }
    await this.#do('delete many', { method: 'POST', path, query, body, headers })
    await this.#do('delete', { method: 'DELETE', path: `/${bucket}/form` })
  }
}
