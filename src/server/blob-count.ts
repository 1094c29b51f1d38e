/** How many blobs a data folder holds: the whole of which a progress bar shows a part. */
import { join } from 'node:path'
import { openBlobExaminer } from '../stores/blobs/examiner.ts'

export async function blobCount(data: string): Promise<number> {
  const blobs = await openBlobExaminer(join(data, 'blobs'))
  let count = 0
  for await (const file of blobs.files()) count += (await blobs.blobsIn(file)).length
  return count
}
