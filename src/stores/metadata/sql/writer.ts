/**
 * The writer thread: the one connection that writes. It takes calls by message, commits whatever is waiting as one
 * group, and answers all of it in one message. After a failure it answers nothing any more.
 */
import { receiveMessageOnPort, workerData } from 'node:worker_threads'
import { systemStopwatch } from '../../../base/clock.ts'
import { Histogram } from '../../../base/histogram.ts'
import { Checkpoints } from './checkpoints.ts'
import type { Connection } from './connection.ts'
import { openFirst } from './files.ts'
import type { Call, Outcome } from './group.ts'
import { performGroup as performCalls } from './group.ts'
import type { FromWriter, Outcomes, ToWriter, WriterData } from './messages.ts'
import { describe } from './messages.ts'
import { unpack } from './packing.ts'
import { beginLife } from './schema.ts'

/** Bounds the time until the first of a group is answered, and the pages of one commit. */
const callsInGroupMax = 512

const { file, port, syncsCommits, rehearses, meters } = workerData as WriterData
const groupCalls = new Histogram(meters.groupCalls.bounds, meters.groupCalls.cells)
const groupSeconds = new Histogram(meters.groupSeconds.bounds, meters.groupSeconds.cells)
let isOver = false

function send(message: FromWriter): void {
  port.postMessage(message, [])
}

function fail(error: unknown): void {
  isOver = true
  checkpoints?.stop()
  send({ kind: 'failed', error: describe(error) })
  port.close()
}

function open(): ReturnType<typeof openFirst> | undefined {
  try {
    const db = openFirst(file)
    const epoch = beginLife(db)
    // The epoch itself is durable in any case: no later life may have the same one.
    if (!syncsCommits) db.exec('PRAGMA synchronous = NORMAL')
    send({ kind: 'opened', epoch })
    return db
  } catch (error) {
    fail(error)
    return undefined
  }
}

let checkpoints: Checkpoints | undefined
const db = open()

if (db !== undefined) {
  const kept = new Checkpoints({ file, db, seconds: meters.checkpointSeconds, onError: fail })
  checkpoints = kept
  port.on('message', (message: ToWriter) => {
    if (isOver) return
    try {
      take(message)
    } catch (error) {
      fail(error)
    }
  })

  const take = (message: ToWriter): void => {
    const waiting =
      message.kind === 'calls' ? gather(unpack(message.packed)) : { calls: [], isLast: true }
    for (let at = 0; at < waiting.calls.length; at += callsInGroupMax) {
      const outcomes = performGroup(db, waiting.calls.slice(at, at + callsInGroupMax))
      send({ kind: 'outcomes', ...sendable(outcomes) })
    }
    if (waiting.isLast) void finish().catch(fail)
  }

  const finish = async (): Promise<void> => {
    isOver = true
    await kept.finish()
    db.close()
    send({ kind: 'closed' })
    port.close()
  }
}

/** Nothing of it reaches the file. What fails in it will fail again in earnest, and is told there. */
async function rehearse(): Promise<void> {
  const { rehearseWriting } = await import('../rehearsal.ts')
  await rehearseWriting()
}

if (rehearses) void rehearse().catch(() => undefined)

/**
 * Of these the commit is durable, however relaxed the others are: a power cut must not bring back a row whose bytes were removed,
 * nor an epoch that blobs are named by. A sync of the log covers all commits before it.
 */
const alwaysDurable: ReadonlySet<string> = new Set(['finishReclaim', 'takeEpoch'])

function performGroup(db: Connection, calls: readonly Call[]): Outcome[] {
  const mustSync = !syncsCommits && calls.some(({ name }) => alwaysDurable.has(name))
  if (mustSync) db.exec('PRAGMA synchronous = FULL')
  const begun = systemStopwatch()
  const outcomes = performCalls(db, calls)
  groupSeconds.observe(systemStopwatch() - begun)
  groupCalls.observe(calls.length)
  if (mustSync) db.exec('PRAGMA synchronous = NORMAL')
  return outcomes
}

/** What is waiting at the port joins the group. */
function gather(first: readonly Call[]): { calls: readonly Call[]; isLast: boolean } {
  let calls = first
  while (calls.length < callsInGroupMax) {
    const next: { message: ToWriter } | undefined = receiveMessageOnPort(port)
    if (next === undefined) break
    if (next.message.kind === 'close') return { calls, isLast: true }
    calls = [...calls, ...unpack(next.message.packed)]
  }
  return { calls, isLast: false }
}

function sendable(outcomes: readonly Outcome[]): Outcomes {
  return {
    values: outcomes.map((outcome) => ('value' in outcome ? outcome.value : undefined)),
    errors: outcomes.flatMap((outcome, place) =>
      'error' in outcome ? [[place, describe(outcome.error)] as const] : [],
    ),
  }
}
