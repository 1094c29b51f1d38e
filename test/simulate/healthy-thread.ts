/** A thread of neighbour.ts: puts an object and reads it, again and again, and tells how long both took. */
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { bodyOf, differs } from '../crash/bodies.ts'
import { Client } from '../crash/client.ts'
import type { Told, WorkData } from './neighbour.ts'

const piece = { tag: 'healthy', sizeBytes: 40_000 }

const { server, path, pauseMs } = workerData as WorkData
const client = new Client(server)
for (;;) {
  const begun = performance.now()
  const put = await client.send({ path, body: bodyOf(piece.tag, piece.sizeBytes) })
  const got = await client.send({ path })
  const waitMs = Math.round(performance.now() - begun)
  const wrong = put.status === 200 ? differs(got.body, [piece]) : `${put.status} ${put.code}`
  const told: Told = { waitMs, wrong }
  parentPort?.postMessage(told, [])
  await sleep(pauseMs)
}
