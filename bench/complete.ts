/**
 * How long a server takes to complete an upload of many parts.
 *
 * The parts are copies of one object, so that making 10,000 of them writes no bytes; to CompleteMultipartUpload they are
 * parts like any others. The time is the server's own, from its log: from the request's head to the last byte of the
 * answer, so the client's sending of the list is in it.
 */
import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import type { CompletedPart } from '@aws-sdk/client-s3'
import { partNumberMax, partSizeBytesMin } from '../src/base/limits.ts'
import { startServer } from '../test/harness/server.ts'
import type { TestServer } from '../test/harness/server.ts'
import type { Measured } from './measured.ts'

const Bucket = 'bench'
const runs = 3
const copiesAtATime = 32
const goalMillis = 300

export async function benchComplete(
  partCount: number = partNumberMax,
): Promise<readonly Measured[]> {
  const server = await startServer({ env: { ASHLAR_LOG_LEVEL: 'info' } })
  const { endpoint, region, keys: credentials } = server
  const s3 = new S3Client({ endpoint, region, credentials, maxAttempts: 1 })
  try {
    await s3.send(new CreateBucketCommand({ Bucket }))
    const Body = Buffer.alloc(partSizeBytesMin)
    await s3.send(new PutObjectCommand({ Bucket, Key: 'source', Body }))
    for (let run = 1; run <= runs; run++) await completeOnce(s3, partCount)
    const values = await completionMillis(server)
    const what = `CompleteMultipartUpload of ${partCount} parts`
    return [{ workload: 'complete', what, unit: 'ms', values, judged: 'worst', goal: goalMillis }]
  } finally {
    s3.destroy()
    await server.stop()
  }
}

/** From the log, whose last line may still be on its way. */
async function completionMillis(server: TestServer): Promise<readonly number[]> {
  for (;;) {
    const lines = server
      .log()
      .split('\n')
      .filter((line) => line.includes('"op":"CompleteM'))
    if (lines.length === runs) return lines.map((line) => (JSON.parse(line) as { ms: number }).ms)
    await setTimeout(10)
  }
}

async function completeOnce(s3: S3Client, partCount: number): Promise<void> {
  const Key = 'whole'
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }))
  assert.ok(UploadId)
  const Parts = await copyParts(s3, { Key, UploadId, partCount })

  const MultipartUpload = { Parts }
  await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload }))
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key }))
  assert.equal(head.ContentLength, partCount * partSizeBytesMin)
}

async function copyParts(
  s3: S3Client,
  upload: { Key: string; UploadId: string; partCount: number },
): Promise<CompletedPart[]> {
  const { Key, UploadId, partCount } = upload
  const CopySource = `${Bucket}/source`
  const numbers = Array.from({ length: partCount }, (_, at) => at + 1)
  const left = numbers.values()
  const parts: CompletedPart[] = []
  const worker = async (): Promise<void> => {
    for (const PartNumber of left) {
      const copy = { Bucket, Key, UploadId, PartNumber, CopySource }
      const { CopyPartResult } = await s3.send(new UploadPartCopyCommand(copy))
      assert.ok(CopyPartResult?.ETag)
      parts[PartNumber - 1] = { PartNumber, ETag: CopyPartResult.ETag }
    }
  }
  await Promise.all(Array.from({ length: copiesAtATime }, worker))
  return parts
}
