/** How the commands that look after stored data speak: progress on a terminal, reports for people and for programs, exit codes. */
import { styleText } from 'node:util'
import { gibibyte, kibibyte, mebibyte } from '../base/limits.ts'
import type { Counts } from '../jobs/examination.ts'
import { namesIn, type Finding } from '../jobs/findings.ts'
import { ConfigError } from '../server/config-error.ts'

/** Something was found to be damaged. */
export const damaged = 1
/** The command could not do its work: it was not given right, or the machine did not let it. */
export const notDone = 2

/** Runs a command; what stops it becomes a sentence and exit code 2. */
export async function telling(work: () => Promise<boolean>): Promise<void> {
  try {
    if (!(await work())) process.exitCode = damaged
  } catch (error) {
    endLine()
    const isTold = error instanceof ConfigError
    const { code, message } = error as NodeJS.ErrnoException
    if (!isTold && code === undefined) throw error
    console.error(`ashlar: ${message}`)
    process.exitCode = notDone
  }
}

const shown = { isOn: false }

/** One line that changes, on a terminal only: elsewhere it would be a log of nothing. */
export function showProgress(line: string): void {
  if (!process.stderr.isTTY) return
  shown.isOn = true
  const width = Math.max(20, (process.stderr.columns ?? 80) - 1)
  process.stderr.write(`\r\u001B[K${line.slice(0, width)}`)
}

export function endLine(): void {
  if (shown.isOn) process.stderr.write('\r\u001B[K')
  shown.isOn = false
}

export function countsLine({ rows, blobs, bytes, unnamed }: Counts): string {
  const more = unnamed === 0 ? '' : `, ${unnamed} blobs that nobody names`
  return `${rows} rows, ${blobs} blobs, ${sizeText(bytes)}${more}`
}

/** A bar of twenty places; empty where the whole is not known. */
export function bar(done: number, whole: number): string {
  const full = whole === 0 ? 0 : Math.min(20, Math.floor((done / whole) * 20))
  return `[${'='.repeat(full).padEnd(20)}]`
}

export function sizeText(bytes: number): string {
  if (bytes >= gibibyte) return `${(bytes / gibibyte).toFixed(1)} GiB`
  if (bytes >= mebibyte) return `${(bytes / mebibyte).toFixed(1)} MiB`
  return `${Math.ceil(bytes / kibibyte)} KiB`
}

export function findingLines(findings: readonly Finding[], found: number): readonly string[] {
  const lines = findings.flatMap((finding) => {
    const names = namesIn(finding)
    const whose = names.length === 0 ? '(no object)' : names.join(', ')
    return [`${styleText('red', whose)}: ${finding.detail}`, `  ${finding.advice}`]
  })
  const left = found - findings.length
  return left > 0 ? [...lines, `… and ${left} more`] : lines
}
