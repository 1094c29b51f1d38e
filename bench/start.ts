/** How long a start takes with data there, and how much memory a server holds: when it does nothing, and under an upload. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { gibibyte, mebibyte } from '../src/base/limits.ts'
import { build } from './built.ts'
import { load, loadPhase } from './load.ts'
import { spread, type Spread } from './measured.ts'
import { programOf, type Peer } from './peers.ts'
import { startPeerOn } from './running.ts'

export interface Started {
  /** From the start of the process to its first answer, in ms. */
  readonly millis: Spread
  readonly idleMebibytes: number
  /** The highest of a fresh process under one whole upload of 1 GiB, parts of 8 MiB, 16 at a time. */
  readonly uploadMebibytes: number
}

const starts = 3
/** Long enough for what a start leaves to be done. */
const idleMillis = 3_000
const uploadFlags = { size: gibibyte, connections: 16, prefix: 'started' }

/** A server on a folder that another run has filled; none runs there now. */
export async function measureStarts(
  generator: string,
  { peer, folder }: { readonly peer: Peer; readonly folder: string },
): Promise<Started> {
  const program = programOf(peer)
  if (program === undefined) throw new Error(`${peer.name} is not on this machine`)
  const millis: number[] = []
  for (;;) {
    const begun = performance.now()
    await using server = await startPeerOn(peer, program, folder)
    millis.push(performance.now() - begun)
    if (millis.length < starts) continue
    await setTimeout(idleMillis)
    const idleMebibytes = residentBytes(server.pid) / mebibyte
    const asked = { workload: 'upload', phase: 'parts', flags: uploadFlags }
    const { peakBytes } = await loadPhase(generator, server, asked)
    return { millis: spread(millis), idleMebibytes, uploadMebibytes: peakBytes / mebibyte }
  }
}

/** The same with so many objects of one byte there, in a folder of its own under `parent`. */
export async function measureStartWith(
  peer: Peer,
  { objects, parent }: { readonly objects: number; readonly parent: string },
): Promise<Started> {
  const program = programOf(peer)
  if (program === undefined) throw new Error(`${peer.name} is not on this machine`)
  const generator = await build()
  const folder = mkdtempSync(join(parent, 'ashlar-bench-start-'))
  try {
    {
      await using filled = await startPeerOn(peer, program, folder)
      await load(generator, filled, { workload: 'fill', flags: { keys: objects, size: 1 } })
    }
    return await measureStarts(generator, { peer, folder })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Of a process and all that descend from it (proc_pid_status(5), VmRSS). */
function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const own = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024
  const threads = readdirSync(`/proc/${pid}/task`)
  const children = threads.flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  )
  return children.map(Number).reduce((sum, child) => sum + residentBytes(child), own)
}
