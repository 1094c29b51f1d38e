/** The thread that makes one snapshot: copies at a pace that leaves the disk to others, reads the copy back for its hash, and syncs it. */
import { createHash } from 'node:crypto'
import { closeSync, fchmodSync, fsyncSync, openSync, readSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { systemClock, type Instant } from '../../../base/clock.ts'
import { copyDatabase } from './copying.ts'
import { describe } from './messages.ts'
import type { FromSnapshot, SnapshotData } from './snapshot-copy.ts'

const pagesAtOnce = 256
const pageBytes = 4096
const readBytes = 1024 * 1024
/** Should the clock go back meanwhile. */
const sleepMsMax = 1000

const { file, to, bytesPerSecond } = workerData as SnapshotData

/** Sleeps for as long as the copy is ahead of its pace: nobody waits for this thread. */
function keepPace(begun: Instant, doneBytes: number): void {
  const dueMs = (doneBytes / bytesPerSecond) * 1000
  const aheadMs = Math.min(dueMs - (systemClock.now() - begun), sleepMsMax)
  if (aheadMs > 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, aheadMs)
}

/** SHA-256 of the file, which is durable and its owner's alone when this returns. */
function settle(path: string): string {
  const descriptor = openSync(path, 'r+')
  try {
    fchmodSync(descriptor, 0o600)
    fsyncSync(descriptor)
    const hash = createHash('sha256')
    const piece = Buffer.alloc(readBytes)
    for (let read = 1; read > 0;) {
      read = readSync(descriptor, piece)
      hash.update(piece.subarray(0, read))
    }
    return hash.digest('hex')
  } finally {
    closeSync(descriptor)
  }
}

function send(message: FromSnapshot): void {
  parentPort?.postMessage(message, [])
}

try {
  const begun = systemClock.now()
  const onStep = (donePages: number): void => keepPace(begun, donePages * pageBytes)
  await copyDatabase({ file, to, pagesAtOnce, onStep })
  send({ sha256: settle(to) })
} catch (error) {
  send({ error: describe(error) })
}
