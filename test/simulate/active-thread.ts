/**
 * A thread of neighbour.ts: many clients, each on a connection of its own, write, read, list and delete at a given pace, so that what
 * they ask for follows from their number and not from how fast the machine is.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { bodyOf, mismatch } from '../crash/bodies.ts'
import { Client, type Heard } from '../crash/client.ts'
import type { RequestPlan } from '../harness/sign.ts'
import type { Told, WorkData } from './neighbour.ts'

interface Step {
  readonly plan: RequestPlan
  /** What is wrong with its answer; undefined when nothing is. */
  readonly wrong: (heard: Heard) => string | undefined
}

/** Bytes of an object that is kept in the database, of one that comes in one piece, of one that comes in several. */
const sizes = [2000, 40_000, 300_000] as const
const folders = 16

const { server, path, connections, pauseMs } = workerData as WorkData

await Promise.all(Array.from({ length: connections }, (_, place) => work(place)))

async function work(place: number): Promise<never> {
  const client = new Client(server)
  // They begin one after the other.
  await sleep((pauseMs * place) / connections)
  for (let round = 0; ; round++) {
    for (const { plan, wrong } of day(place, round)) {
      const begun = performance.now()
      const heard = await client.send(plan)
      const waitMs = Math.round(performance.now() - begun)
      const told: Told = { waitMs, wrong: wrong(heard) }
      parentPort?.postMessage(told, [])
      await sleep(Math.max(0, pauseMs - waitMs))
    }
  }
}

/** What becomes of one key. */
function day(place: number, round: number): readonly Step[] {
  const folder = `${path}/${place % folders}/`
  const [, bucket = '', ...names] = folder.split('/')
  const key = `${folder}${place}`
  const sizeBytes = sizes[(round + place) % sizes.length] ?? 0
  const tag = `${place}#${round}`
  const query = { 'list-type': '2', prefix: names.join('/') }
  return [
    { plan: { path: key, body: bodyOf(tag, sizeBytes) }, wrong: refusal },
    { plan: { path: key }, wrong: (heard) => mismatch(heard, [{ tag, sizeBytes }]) },
    { plan: { path: key, method: 'HEAD' }, wrong: refusal },
    { plan: { path: `/${bucket}`, query }, wrong: refusal },
    { plan: { path: key, method: 'DELETE' }, wrong: refusal },
    { plan: { path: key }, wrong: (heard) => mismatch(heard, undefined) },
  ]
}

function refusal({ status, code }: Heard): string | undefined {
  return status < 300 ? undefined : `${status} ${code}`
}
