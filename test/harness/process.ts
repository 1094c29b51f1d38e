/** What the system knows of a server's process. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

export function residentBytes(pid: number): number {
  return statusBytes(pid, 'VmRSS')
}

/** The most that was ever resident. */
export function residentBytesPeak(pid: number): number {
  return statusBytes(pid, 'VmHWM')
}

function statusBytes(pid: number, field: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) * 1024
}

/**
 * Milliseconds for which its event loop was ready and got no processor, since it began: what other work of the machine cost it, and
 * not what it did itself. The kernel counts it for the first thread.
 */
export function heldBackMs(pid: number): number {
  const [, waitedNs] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'latin1').split(' ')
  return Number(waitedNs) / 1e6
}

export function listeningPorts(pid: number): readonly number[] {
  const folder = `/proc/${pid}/fd`
  const mine = new Set(
    readdirSync(folder).flatMap(
      (name) => /^socket:\[(\d+)\]/.exec(linkOf(join(folder, name)))?.[1] ?? [],
    ),
  )
  const lines = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'latin1').split('\n').slice(1),
  )
  const listening = '0A'
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, ...more]) => state === listening && mine.has(more[5] ?? ''))
    .map(([, local = '']) => Number.parseInt(local.split(':')[1] ?? '', 16))
}

/** A descriptor may be closed while they are listed. */
function linkOf(file: string): string {
  try {
    return readlinkSync(file)
  } catch {
    return ''
  }
}

export function descriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

/** Of the workers of a server, which are all its children. */
export function childrenOf(pid: number): readonly number[] {
  const threads = readdirSync(`/proc/${pid}/task`)
  return threads
    .flatMap((id) => readFileSync(`/proc/${pid}/task/${id}/children`, 'latin1').split(' '))
    .filter((text) => text !== '')
    .map(Number)
}

/** A process of that number is there, whosoever. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
