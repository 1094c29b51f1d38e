/** The load generator of bench/load: built once, run for one workload at a time. */
import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { keys, type RunningPeer } from './peers.ts'

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

/** Builds the generator with Go's tools and answers its path. Rejects with what to install. */
export async function buildLoad(): Promise<string> {
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'ashlar-bench')
  mkdirSync(folder, { recursive: true })
  const program = join(folder, 'load')
  try {
    await run('go', ['build', '-o', program, '.'], { cwd: join(import.meta.dirname, 'load') })
  } catch (error) {
    throw new Error('the load generator needs Go (1.24 or newer) on the PATH to be built', {
      cause: error,
    })
  }
  return program
}

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
  const phases = await load(program, server, asked)
  const phase = phases.findLast(({ name }) => name === asked.phase)
  if (phase === undefined) throw new Error(`${asked.workload} has no phase ${asked.phase}`)
  return phase
}

/** One workload against one server. Rejects when any of its operations failed. */
export async function load(
  program: string,
  server: Pick<RunningPeer, 'host' | 'pid'>,
  asked: Asked,
): Promise<readonly Phase[]> {
  const flags = Object.entries({ ...asked.flags, host: server.host, pid: server.pid })
  const args = [asked.workload, ...flags.flatMap(([name, value]) => [`-${name}`, String(value)])]
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
  }
  const { stdout } = await run(program, args, { env, maxBuffer: outputBytesMax }).catch(
    (error: { stdout?: string; message: string }) => {
      throw new Error(`${asked.workload}: ${error.stdout || error.message}`)
    },
  )
  const { phases } = JSON.parse(stdout) as { phases: readonly Phase[] }
  const failed = phases.find(({ errors }) => errors > 0)
  if (failed !== undefined) {
    throw new Error(`${asked.workload}: ${failed.errors} errors in ${failed.name}: ${failed.error}`)
  }
  return phases
}
