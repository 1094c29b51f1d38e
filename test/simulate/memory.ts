/** What S3 says of objects and uploads, in memory and in plain words: the whole server is held against it. */
import { createHash } from 'node:crypto'

export interface Stored {
  readonly bytes: Buffer
  /** Without quotes. */
  readonly etag: string
  /** The value of `x-amz-meta-told`. */
  readonly told: string | undefined
}

export interface Upload {
  readonly id: string
  readonly key: string
  readonly told: string | undefined
  readonly parts: Map<number, Stored>
  state: 'open' | 'completed' | 'aborted'
}

export class Memory {
  readonly objects: Map<string, Stored> = new Map()
  readonly uploads: Upload[] = []
  /** For bodies that nobody wrote before. */
  written = 0
}

export interface Page {
  readonly keys: readonly string[]
  readonly prefixes: readonly string[]
}

export function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex')
}

export function multipartEtag(parts: ReadonlyArray<Pick<Stored, 'etag'>>): string {
  const sums = parts.map(({ etag }) => Buffer.from(etag, 'hex'))
  return `${md5(Buffer.concat(sums))}-${parts.length}`
}

export function inOrder(keys: Iterable<string>): string[] {
  return [...keys].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}

/** All that a listing tells, page after page. */
export function listed(
  memory: Memory,
  { prefix, delimiter, after }: { prefix: string; delimiter: string; after: string },
): Page {
  const keys: string[] = []
  const prefixes = new Set<string>()
  for (const key of inOrder(memory.objects.keys())) {
    const isAfter = Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0
    if (!key.startsWith(prefix) || !isAfter) continue
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
    if (end < 0) keys.push(key)
    else prefixes.add(key.slice(0, end + delimiter.length))
  }
  return { keys, prefixes: [...prefixes] }
}
