/** How long a start takes with many objects there, and how much memory a server holds that does nothing. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { buildLoad, load } from './load.ts'
import { peers, programOf, startPeerOn } from './peers.ts'

export interface Started {
  readonly objects: number
  /** From the start of the process to its first answer. */
  readonly millis: readonly number[]
  readonly idleMebibytes: number
}

const starts = 5
/** Long enough for what a start leaves to be done. */
const idleMillis = 3_000

export async function measureStart(objects: number, parent: string): Promise<Started> {
  const [ashlar] = peers
  const program = ashlar && programOf(ashlar)
  if (ashlar === undefined || program === undefined)
    throw new Error('Ashlar itself is always there')
  const generator = await buildLoad()
  const folder = mkdtempSync(join(parent, 'ashlar-bench-start-'))
  try {
    const flags = { keys: objects, size: 1 }
    await using filled = await startPeerOn(ashlar, program, folder)
    await load(generator, filled, { workload: 'fill', flags })
    await filled[Symbol.asyncDispose]()
    const millis: number[] = []
    let idleMebibytes = 0
    for (let start = 1; start <= starts; start++) {
      const begun = performance.now()
      await using server = await startPeerOn(ashlar, program, folder)
      millis.push(performance.now() - begun)
      if (start === starts) {
        await setTimeout(idleMillis)
        idleMebibytes = residentMebibytes(server.pid)
      }
    }
    return { objects, millis, idleMebibytes }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function residentMebibytes(pid: number): number {
  const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(found?.[1]) / 1024
}
