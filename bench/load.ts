/** The load generator of bench/load, run for one workload at a time. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { keys } from './peers.ts'
import type { RunningPeer } from './running.ts'

const run = promisify(execFile)

/** What was measured of one phase of a workload. */
export interface Phase {
  readonly name: string
  readonly operations: number
  readonly bytes: number
  readonly seconds: number
  readonly p50Millis: number
  readonly p99Millis: number
  readonly maxMillis: number
  readonly errors: number
  readonly error?: string
  /** User and system time of the server's processes. */
  readonly cpuSeconds: number
  /** Highest resident size of the server's processes. */
  readonly peakBytes: number
  /** Listed keys and prefixes. */
  readonly entries?: number
}

export type LoadFlags = Readonly<Record<string, string | number>>

const outputBytesMax = 1024 * 1024

export interface Asked {
  readonly workload: string
  readonly flags: LoadFlags
}

/** One workload against one server, and of its phases the one that counts. */
export async function loadPhase(
  program: string,
  server: Pick<RunningPeer, 'host' | 'pid'>,
  asked: Asked & { readonly phase: string },
): Promise<Phase> {
  return phaseOf(await load(program, server, asked), asked.phase)
}

/** The last one of that name. Throws where there is none. */
export function phaseOf(phases: readonly Phase[], name: string): Phase {
  const found = phases.findLast((phase) => phase.name === name)
  if (found !== undefined) return found
  const there = phases.map((phase) => phase.name).join(', ')
  throw new Error(`no phase ${name} among ${there}`)
}

/** One workload against one server. Rejects when any of its operations failed. */
export async function load(
  program: string,
  server: Pick<RunningPeer, 'host' | 'pid'>,
  { workload, flags }: Asked,
): Promise<readonly Phase[]> {
  const { host, pid } = server
  return await phasesOf(program, { workload, flags: { ...flags, host, pid } })
}

/** Of a workload without a server: what loopback itself carries in a second. */
export async function ratesOf(
  program: string,
  asked: Asked,
): Promise<{ readonly bytes: number; readonly operations: number }> {
  const phase = phaseOf(await phasesOf(program, asked), asked.workload)
  return { bytes: phase.bytes / phase.seconds, operations: phase.operations / phase.seconds }
}

async function phasesOf(program: string, { workload, flags }: Asked): Promise<readonly Phase[]> {
  const args = Object.entries(flags).flatMap(([name, value]) => [`-${name}`, String(value)])
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
  }
  const { stdout } = await run(program, [workload, ...args], {
    env,
    maxBuffer: outputBytesMax,
  }).catch((error: { stdout?: string; message: string }) => {
    throw new Error(`${workload}: ${error.stdout || error.message}`)
  })
  const { phases } = JSON.parse(stdout) as { phases: readonly Phase[] }
  const failed = phases.find(({ errors }) => errors > 0)
  if (failed !== undefined) {
    throw new Error(`${workload}: ${failed.errors} errors in ${failed.name}: ${failed.error}`)
  }
  return phases
}
