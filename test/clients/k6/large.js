/** Many large parts, several at a time, each read back by its range. */
import { md5, randomBytes } from 'k6/crypto'
import { S3 } from './s3.js'

const atATime = Number(__ENV.PARTS_AT_A_TIME)
const count = Number(__ENV.PART_COUNT)
const size = Number(__ENV.PART_BYTES)
const bucket = __ENV.BUCKET
const key = 'file'

export const options = {
  vus: 1,
  iterations: 1,
  batch: atATime,
  batchPerHost: atATime,
  hosts: { '*.localhost': '127.0.0.1', localhost: '127.0.0.1' },
}

export default function () {
  const s3 = new S3({
    host: 'localhost',
    port: __ENV.PORT,
    region: __ENV.REGION,
    accessKeyId: __ENV.ACCESS_KEY_ID,
    secretAccessKey: __ENV.SECRET_ACCESS_KEY,
  })
  const upload = s3.createMultipartUpload(bucket, key).html().find('UploadId').text()
  const parts = []
  const digests = []
  for (let first = 1; first <= count; first += atATime) {
    const batch = Array.from({ length: atATime }, (_, at) => ({
      number: first + at,
      body: randomBytes(size),
    }))
    batch.forEach(({ body }) => digests.push(md5(body, 'hex')))
    const answers = s3.uploadParts(bucket, key, upload, batch)
    answers.forEach((answer, at) => {
      if (answer.status !== 200)
        throw new Error(`part ${first + at}: ${answer.status} ${answer.body}`)
      parts.push({ number: first + at, etag: answer.headers['Etag'] })
    })
  }
  const done = s3.completeMultipartUpload(bucket, key, upload, parts)
  if (!done.body.includes(`-${count}`)) throw new Error(`complete: ${done.status} ${done.body}`)

  const same = digests.filter((digest, at) => {
    const range = `bytes=${at * size}-${(at + 1) * size - 1}`
    return md5(s3.getObject(bucket, key, range).body, 'hex') === digest
  })
  console.log(JSON.stringify({ same: same.length }))
}
