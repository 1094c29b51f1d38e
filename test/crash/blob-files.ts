/** The files of blobs in a data folder. Those that a living server has made ahead, still empty, are not counted: none of them is a blob. */
import { readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Paths of all of them. */
export function blobFiles(dataDir: string): string[] {
  const paths = filesBelow(dataDir)
  const empty = paths.filter(isEmpty)
  if (empty.length === 0) return paths
  const waiting = new Set(empty).intersection(openFiles())
  return paths.filter((path) => !waiting.has(path))
}

/** With those of which nothing was written yet. */
export function filesBelow(dataDir: string): string[] {
  const folder = join(realpathSync(dataDir), 'blobs')
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

function isEmpty(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.size === 0
}

/** Paths that some process has open, as Linux tells them. */
function openFiles(): ReadonlySet<string> {
  const open = new Set<string>()
  for (const process of entriesOf('/proc').filter((name) => /^\d+$/.test(name)))
    for (const descriptor of entriesOf(`/proc/${process}/fd`))
      open.add(targetOf(`/proc/${process}/fd/${descriptor}`))
  return open
}

/** None where it is gone, or is not ours to see. */
function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link)
  } catch {
    return ''
  }
}
