/** A whole multipart upload, its listings and its errors, for both names of the endpoint. Logs a line for what held. */
import { md5, randomBytes, sha256 } from 'k6/crypto'
import { S3 } from './s3.js'

export const options = {
  vus: 1,
  iterations: 1,
  hosts: { '*.localhost': '127.0.0.1', '*.127.0.0.1': '127.0.0.1', localhost: '127.0.0.1' },
}

const mebibyte = 1024 * 1024
const key = 'multipart.txt'

export default function () {
  for (const host of ['localhost', '127.0.0.1']) {
    const s3 = new S3({
      host,
      port: __ENV.PORT,
      region: __ENV.REGION,
      accessKeyId: __ENV.ACCESS_KEY_ID,
      secretAccessKey: __ENV.SECRET_ACCESS_KEY,
    })
    const bucket = `k6-at-${host.replace(/\D\./g, '').replace(/\./g, '-')}`
    ok(s3.createBucket(bucket), 'create bucket')
    uploads(s3, bucket, host)
    aborts(s3, bucket, host)
    errors(s3, bucket, host)
    small(s3, bucket, host)
  }
  held('everything')
}

function uploads(s3, bucket, host) {
  const bodies = [6 * mebibyte + 1, 5 * mebibyte, mebibyte + 7].map(randomBytes)
  const upload = create(s3, bucket, key)
  const early = [
    { number: 3, body: bodies[2] },
    { number: 2, body: randomBytes(5 * mebibyte + 3) },
    { number: 1, body: bodies[0] },
  ]
  const answers = s3.uploadParts(bucket, key, upload, early)
  const again = s3.uploadParts(bucket, key, upload, [{ number: 2, body: bodies[1] }])
  const parts = [answers[2], again[0], answers[0]].map((answer, at) => {
    ok(answer, `part ${at + 1}`)
    equal(answer.headers['Etag'], `"${md5(bodies[at], 'hex')}"`, 'the ETag of a part')
    return { number: at + 1, etag: answer.headers['Etag'] }
  })
  const listed = ok(s3.listParts(bucket, key, upload), 'list parts').html()
  equal(listed.find('Part').size(), 3, 'three parts are listed')
  const uploading = ok(s3.listMultipartUploads(bucket), 'list uploads').html()
  equal(uploading.find('Upload > UploadId').text(), upload, 'the upload is listed')

  ok(s3.completeMultipartUpload(bucket, key, upload, parts), 'complete')
  const whole = join(bodies)
  const got = ok(s3.getObject(bucket, key), 'get')
  equal(sha256(got.body, 'hex'), sha256(whole.buffer, 'hex'), 'the object is its parts')
  const [first, last] = [6 * mebibyte - 5, 11 * mebibyte + 9]
  const range = s3.getObject(bucket, key, `bytes=${first}-${last}`)
  equal(range.status, 206, 'a range')
  const wanted = whole.buffer.slice(first, last + 1)
  equal(sha256(range.body, 'hex'), sha256(wanted, 'hex'), 'the bytes of the range')
  equal(ok(s3.listObjects(bucket), 'list').html().find('Contents > Key').text(), key, 'is listed')
  const others = s3.completeMultipartUpload(bucket, key, upload, parts.slice(1))
  equal(others.status >= 400, true, 'completed again with another list')
  ok(s3.deleteObject(bucket, key), 'delete')
  held(`upload ${host}`)
}

function aborts(s3, bucket, host) {
  const upload = create(s3, bucket, key)
  ok(
    s3.uploadParts(bucket, key, upload, [
      { number: 1, body: 'thirty-one bytes are enough now' },
    ])[0],
    'part',
  )
  ok(s3.abortMultipartUpload(bucket, key, upload), 'abort')
  const late = s3.uploadParts(bucket, key, upload, [{ number: 1, body: 'late' }])
  refused(late[0], 'NoSuchUpload')
  refused(s3.abortMultipartUpload(bucket, key, upload), 'NoSuchUpload')
  held(`abort ${host}`)
}

function errors(s3, bucket, host) {
  const upload = create(s3, bucket, key)
  const bodies = [randomBytes(1000), randomBytes(5 * mebibyte)]
  const sent = bodies.map((body, at) => ({ number: at + 1, body }))
  const parts = s3.uploadParts(bucket, key, upload, sent).map((answer, at) => ({
    number: at + 1,
    etag: answer.headers['Etag'],
  }))
  const complete = (list) => s3.completeMultipartUpload(bucket, key, upload, list)
  refused(complete(parts), 'EntityTooSmall')
  refused(complete([parts[1], parts[0]]), 'InvalidPartOrder')
  refused(complete([{ number: 2, etag: 'undefined' }]), 'InvalidPart')
  refused(s3.completeMultipartUpload(bucket, key, 'no-such-upload', parts), 'NoSuchUpload')
  const headers = { 'Content-MD5': md5('other bytes', 'base64') }
  const digest = s3.uploadParts(bucket, key, upload, [{ number: 3, body: 'bytes', headers }])
  refused(digest[0], 'BadDigest')
  ok(s3.abortMultipartUpload(bucket, key, upload), 'abort')
  held(`errors ${host}`)
}

function small(s3, bucket, host) {
  ok(s3.putObject(bucket, 'small.txt', 'Bonjour le monde!'), 'put')
  ok(s3.copyObject(bucket, 'small.txt', bucket, 'copied.txt'), 'copy')
  const copied = ok(s3.getObject(bucket, 'copied.txt'), 'get')
  equal(sha256(copied.body, 'hex'), sha256('Bonjour le monde!', 'hex'), 'the copy')
  equal(
    ok(s3.listBuckets(), 'list buckets').html().find('Bucket > Name').text().includes(bucket),
    true,
    'is listed',
  )
  refused(s3.getObject(bucket, 'none.txt'), 'NoSuchKey')
  held(`objects ${host}`)
}

function create(s3, bucket, name) {
  return ok(s3.createMultipartUpload(bucket, name), 'create').html().find('UploadId').text()
}

function ok(answer, what) {
  if (answer.status < 200 || answer.status > 299) {
    throw new Error(`${what}: ${answer.status} ${answer.error} ${answer.body}`)
  }
  return answer
}

function refused(answer, code) {
  const text =
    typeof answer.body === 'string'
      ? answer.body
      : String.fromCharCode(...new Uint8Array(answer.body))
  if (!text.includes(`<Code>${code}</Code>`))
    throw new Error(`expected ${code}: ${answer.status} ${text}`)
}

function equal(got, wanted, what) {
  if (got !== wanted) throw new Error(`${what}: expected ${wanted}, got ${got}`)
}

function join(buffers) {
  const size = buffers.reduce((sum, one) => sum + one.byteLength, 0)
  const whole = new Uint8Array(size)
  let at = 0
  for (const one of buffers) {
    whole.set(new Uint8Array(one), at)
    at += one.byteLength
  }
  return whole
}

function held(what) {
  console.log(JSON.stringify({ held: what }))
}
