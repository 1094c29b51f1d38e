/** Sends 12 MiB in two parts through the library itself, at the endpoint that it takes when none is named. */
import crypto from 'k6/crypto'
import { AWSConfig, S3Client } from 'jslib-aws/s3.js'

const config = new AWSConfig({
  region: __ENV.AWS_REGION,
  accessKeyId: __ENV.AWS_ACCESS_KEY_ID,
  secretAccessKey: __ENV.AWS_SECRET_ACCESS_KEY,
  sessionToken: __ENV.AWS_SESSION_TOKEN,
})
const s3 = new S3Client(config)
const bucket = 'test-jslib-aws'
const key = 'multipart.txt'
const half = 6 * 1024 * 1024

export default async function () {
  const file = crypto.randomBytes(2 * half)
  const { uploadId } = await s3.createMultipartUpload(bucket, key)
  const first = await s3.uploadPart(bucket, key, uploadId, 1, file.slice(0, half))
  const second = await s3.uploadPart(bucket, key, uploadId, 2, file.slice(half))
  await s3.completeMultipartUpload(bucket, key, uploadId, [first, second])

  const [listed] = await s3.listObjects(bucket)
  const got = await s3.getObject(bucket, key)
  await s3.deleteObject(bucket, key)
  const left = await s3.listObjects(bucket)
  const seen = { key: got.key, size: listed.size, etag: listed.etag, left: left.length }
  console.log(JSON.stringify(seen))
}
