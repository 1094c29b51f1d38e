/**
 * S3 as jslib-aws puts it on the wire, written with k6's own modules: create, parts, complete and abort address the
 * bucket by the host, everything else by the path; Host carries no port and is signed as it is sent; the payload hash is
 * always the real one; a complete's XML has neither declaration nor namespace.
 */
import { hmac, sha256 } from 'k6/crypto'
import http from 'k6/http'

export class S3 {
  /** `host` is the endpoint's name without its port. */
  constructor({ host, port, region, accessKeyId, secretAccessKey }) {
    this.host = host
    this.port = port
    this.region = region
    this.accessKeyId = accessKeyId
    this.secretAccessKey = secretAccessKey
  }

  createBucket(bucket) {
    return this.send(this.byPath('PUT', `/${bucket}`))
  }

  listBuckets() {
    return this.send(this.byPath('GET', '/'))
  }

  listObjects(bucket) {
    return this.send(this.byPath('GET', `/${bucket}/`, { query: 'list-type=2&prefix=' }))
  }

  getObject(bucket, key, range) {
    const extra = { responseType: 'binary', headers: range === undefined ? {} : { Range: range } }
    return this.send(this.byPath('GET', `/${bucket}/${key}`, extra))
  }

  putObject(bucket, key, body) {
    return this.send(this.byPath('PUT', `/${bucket}/${key}`, { body }))
  }

  deleteObject(bucket, key) {
    return this.send(this.byPath('DELETE', `/${bucket}/${key}`))
  }

  copyObject(sourceBucket, sourceKey, bucket, key) {
    const headers = { 'x-amz-copy-source': `${sourceBucket}/${sourceKey}` }
    return this.send(this.byHost('PUT', bucket, `/${key}`, { headers }))
  }

  createMultipartUpload(bucket, key) {
    return this.send(this.byHost('POST', bucket, `/${key}`, { query: 'uploads=' }))
  }

  listParts(bucket, key, uploadId) {
    return this.send(this.byHost('GET', bucket, `/${key}`, { query: `uploadId=${uploadId}` }))
  }

  listMultipartUploads(bucket) {
    return this.send(this.byPath('GET', `/${bucket}/`, { query: 'uploads=' }))
  }

  completeMultipartUpload(bucket, key, uploadId, parts) {
    const list = parts.map(
      ({ number, etag }) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`,
    )
    const body = `<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`
    return this.send(
      this.byHost('POST', bucket, `/${key}`, { query: `uploadId=${uploadId}`, body }),
    )
  }

  abortMultipartUpload(bucket, key, uploadId) {
    return this.send(this.byHost('DELETE', bucket, `/${key}`, { query: `uploadId=${uploadId}` }))
  }

  /** The answers in the order of the parts: `{ number, body, headers? }` each. */
  uploadParts(bucket, key, uploadId, parts) {
    const requests = parts.map(({ number, body, headers = {} }) => {
      const query = `partNumber=${number}&uploadId=${uploadId}`
      return this.byHost('PUT', bucket, `/${key}`, { query, body, headers })
    })
    return http.batch(requests)
  }

  send({ method, url, body, params }) {
    return http.request(method, url, body, params)
  }

  byHost(method, bucket, path, extra = {}) {
    return this.sign({ method, host: `${bucket}.${this.host}`, path, ...extra })
  }

  byPath(method, path, extra = {}) {
    return this.sign({ method, host: this.host, path, ...extra })
  }

  sign({ method, host, path, query = '', body = null, headers = {}, responseType = 'text' }) {
    const now = new Date().toISOString().replace(/[:-]|\.\d+/g, '')
    const hash = sha256(body === null ? '' : body, 'hex')
    const scope = `${now.slice(0, 8)}/${this.region}/s3/aws4_request`
    const sent = { Host: host, 'X-Amz-Content-Sha256': hash, 'X-Amz-Date': now, ...headers }
    const lines = Object.entries(sent).map(([name, value]) => [name.toLowerCase(), value])
    lines.sort(([one], [other]) => (one < other ? -1 : 1))
    const signed = lines.map(([name]) => name).join(';')
    // Parameters are given in order and with values that need no encoding.
    const canonical = [
      method,
      path,
      query,
      ...lines.map(([name, value]) => `${name}:${value}`),
      '',
      signed,
      hash,
    ].join('\n')
    const text = `AWS4-HMAC-SHA256\n${now}\n${scope}\n${sha256(canonical, 'hex')}`
    const signature = hmac('sha256', this.signingKey(scope), text, 'hex')
    const credential = `Credential=${this.accessKeyId}/${scope}`
    const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${signed}, Signature=${signature}`
    return {
      method,
      url: `http://${host}:${this.port}${path}${query === '' ? '' : `?${query}`}`,
      body,
      params: { responseType, headers: { ...sent, Authorization: authorization } },
    }
  }

  signingKey(scope) {
    const steps = scope.split('/')
    return steps.reduce(
      (key, step) => hmac('sha256', key, step, 'binary'),
      `AWS4${this.secretAccessKey}`,
    )
  }
}
