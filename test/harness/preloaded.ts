/** Libraries of C that are loaded into a server before libc, made where they are needed. */
import { execFileSync } from 'node:child_process'

/** Why the library cannot be made of `source`; undefined when it was. */
export function buildPreloaded(source: string, library: string): string | undefined {
  if (process.platform !== 'linux') return 'LD_PRELOAD and /proc are of Linux'
  try {
    const words = ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl', '-lpthread']
    execFileSync('gcc', words, { stdio: 'pipe' })
    return undefined
  } catch (error) {
    return `gcc does not build ${source}: ${error instanceof Error ? error.message : String(error)}`
  }
}
