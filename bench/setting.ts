/** When, where and of what something was measured: without it a figure says nothing. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { basename } from 'node:path'

export interface Setting {
  readonly date: string
  readonly commit: string
  readonly machine: string
  /** Under the data of the servers. */
  readonly fileSystem: string
  /** Before anything was measured: from the number of cores on, the figures are those of a busy machine. */
  readonly loadBefore: number
}

/** `folder` is where the servers keep their data. */
export function settingNow(folder: string): Setting {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  const gibibytes = Math.round(totalmem() / 1024 ** 3)
  const [loadBefore = 0] = loadavg()
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    machine: `${model}, ${cpus().length} cores, ${gibibytes} GiB, Linux ${release()}, Node ${process.version}`,
    fileSystem: fileSystemOf(folder),
    loadBefore,
  }
}

/** A sentence for the top of a page. */
export function settingText({
  date,
  commit: state,
  machine,
  fileSystem,
  loadBefore,
}: Setting): string {
  const load = `the machine's load average before: ${loadBefore.toFixed(1)}`
  const busy = loadBefore >= cpus().length / 2 ? ', **so that others worked on it meanwhile**' : ''
  return `Taken on ${date} at ${state}. ${machine}, ${fileSystem}; ${load}${busy}.`
}

function commit(): string {
  const git = ['describe', '--always', '--dirty']
  return execFileSync('git', git, { encoding: 'utf8', cwd: import.meta.dirname }).trim()
}

/** An ext4 may have no journal, and then syncs and new files cost less than on most machines. */
function fileSystemOf(folder: string): string {
  const columns = ['--noheadings', '--nofsroot', '--output', 'FSTYPE,SOURCE', '-T', folder]
  const found = execFileSync('findmnt', columns, { encoding: 'utf8' })
  const [type = '', source = ''] = found.trim().split(/\s+/)
  return type === 'ext4' && hasNoJournal(source) ? 'ext4 without a journal' : type
}

/** Only where the kernel says so: older ones tell nothing. */
function hasNoJournal(source: string): boolean {
  // A volume of LVM is a link to the device by which the kernel knows it.
  const task = `/sys/fs/ext4/${basename(realpathSync(source))}/journal_task`
  return existsSync(task) && readFileSync(task, 'latin1').trim() === '<none>'
}
