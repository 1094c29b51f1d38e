/**
 * The checkpoint thread: a connection of its own writes back what the log holds, by the clock and again at once when that
 * took so long that much has come since. When the log has grown long it asks the writer to write back the rest, which is
 * then short, so that the next commit begins the log anew: that bounds it.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemStopwatch } from '../../../base/clock.ts'
import { Histogram } from '../../../base/histogram.ts'
import type { Connection } from './connection.ts'
import { integer } from './connection.ts'
import { openWriter } from './files.ts'
import type { CheckpointerData, FromCheckpointer, ToCheckpointer } from './messages.ts'
import { describe } from './messages.ts'

/** How often what the log holds is written back: short enough that each time is little work. */
const everyMs = 200
/** A log of this many pages is to begin anew: 96 MiB. Each time all callers wait for a sync of the database, so it shall not come often. */
const pagesMax = 24_576
/** So few pages the writer may write back itself: a few milliseconds. */
const restMax = 1024
/** Rounds in which the rest shall become short; under a load that is faster than the disk it never does. */
const roundsMax = 4

const { file, seconds: shared } = workerData as CheckpointerData
const seconds = new Histogram(shared.bounds, shared.cells)
let wake: () => void = () => undefined
const life = { isOver: false }
/** Pages of the log that were written back, as of the last look. */
let written = 0

parentPort?.on('message', (message: ToCheckpointer) => {
  life.isOver ||= message === 'close'
  wake()
})

try {
  const db = openWriter(file)
  while (!life.isOver) {
    await checkpoint(db)
    if (!life.isOver) await sleep(everyMs)
  }
  db.close()
} catch (error) {
  send({ kind: 'failed', error: describe(error) })
}
parentPort?.close()

async function checkpoint(db: Connection): Promise<void> {
  const begun = systemStopwatch()
  const before = written
  if (writeBack(db) > pagesMax) await rest()
  if (written !== before) seconds.observe(systemStopwatch() - begun)
}

/** Pages of the log, all but a short rest of them written back. */
function writeBack(db: Connection): number {
  for (let round = 1; ; round++) {
    const row = db.get('PRAGMA wal_checkpoint(PASSIVE)')
    const pages = row === undefined ? 0 : integer(row, 'log')
    written = row === undefined ? 0 : integer(row, 'checkpointed')
    const left = pages - written
    if (left <= restMax || round === roundsMax) return pages
  }
}

/** The writer writes back the rest, while this thread keeps out of its way. */
async function rest(): Promise<void> {
  await new Promise<void>((resolve) => {
    wake = resolve
    send({ kind: 'long' })
  })
}

function send(message: FromCheckpointer): void {
  parentPort?.postMessage(message, [])
}
