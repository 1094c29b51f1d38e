/** When, where and of what something was measured: without it a figure says nothing. */
import { execFileSync } from 'node:child_process'
import { cpus, loadavg, release, totalmem } from 'node:os'

export interface Setting {
  readonly date: string
  readonly commit: string
  readonly machine: string
  /** Before anything was measured: from the number of cores on, the figures are those of a busy machine. */
  readonly loadBefore: number
}

export function settingNow(): Setting {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  const gibibytes = Math.round(totalmem() / 1024 ** 3)
  const [loadBefore = 0] = loadavg()
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    machine: `${model}, ${cpus().length} cores, ${gibibytes} GiB, Linux ${release()}, Node ${process.version}`,
    loadBefore,
  }
}

/** A sentence for the top of a page. */
export function settingText({ date, commit: state, machine, loadBefore }: Setting): string {
  const load = `the machine's load average before: ${loadBefore.toFixed(1)}`
  const busy = loadBefore >= cpus().length / 2 ? ', **so that others worked on it meanwhile**' : ''
  return `Taken on ${date} at ${state}. ${machine}; ${load}${busy}.`
}

function commit(): string {
  const git = ['describe', '--always', '--dirty']
  return execFileSync('git', git, { encoding: 'utf8', cwd: import.meta.dirname }).trim()
}
