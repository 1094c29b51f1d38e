/** The record that record.c writes: what was done to the files under one folder, and how far the client had heard by then. */
import { readFileSync } from 'node:fs'

export type Entry =
  | { readonly kind: 'create' | 'makeFolder'; readonly inode: number; readonly path: string }
  | { readonly kind: 'write'; readonly inode: number; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate' | 'extend'; readonly inode: number; readonly sizeBytes: number }
  | { readonly kind: 'sync' | 'synced'; readonly inode: number; readonly number: number }
  | { readonly kind: 'unlink'; readonly path: string }
  | { readonly kind: 'rename' | 'link'; readonly path: string; readonly to: string }
  | { readonly kind: 'strange'; readonly what: string }

export interface Placed {
  readonly entry: Entry
  /** Where the entry ends in the record: a cut at this place or later knows it. */
  readonly end: number
}

const kinds = [
  '',
  'create',
  'write',
  'truncate',
  'sync',
  'synced',
  'unlink',
  'makeFolder',
  'rename',
  'extend',
  'link',
  'strange',
] as const
const headBytes = 32

/** All whole entries, with paths relative to `folder`. */
export function* entriesOf(file: string, folder: string): Generator<Placed> {
  const record = readFileSync(file)
  let at = 0
  while (at + headBytes <= record.length) {
    const kind = kinds[record.readUInt32LE(at)]
    if (kind === undefined || kind === '') throw new Error(`no entry at ${at} of the record`)
    const dataAt = at + headBytes + record.readUInt32LE(at + 4)
    const path = record.toString('utf8', at + headBytes, dataAt)
    const size = Number(record.readBigUInt64LE(at + 24))
    const end = dataAt + (kind === 'write' ? size : 0)
    if (end > record.length) return
    const inode = Number(record.readBigUInt64LE(at + 8))
    const offset = Number(record.readBigUInt64LE(at + 16))
    const bytes = record.subarray(dataAt, end)
    const below = (name: string): string => name.slice(folder.length + 1)
    yield { entry: entryOf(kind, { inode, offset, size, path, bytes, below }), end }
    at = end
  }
}

interface Fields {
  readonly inode: number
  readonly offset: number
  readonly size: number
  readonly path: string
  readonly bytes: Buffer
  readonly below: (path: string) => string
}

function entryOf(kind: Exclude<(typeof kinds)[number], ''>, fields: Fields): Entry {
  const { inode, offset, size, path, bytes, below } = fields
  switch (kind) {
    case 'create':
    case 'makeFolder':
      return { kind, inode, path: below(path) }
    case 'write':
      return { kind, inode, at: offset, bytes }
    case 'truncate':
    case 'extend':
      return { kind, inode, sizeBytes: size }
    case 'sync':
    case 'synced':
      return { kind, inode, number: offset }
    case 'unlink':
      return { kind, path: below(path) }
    case 'rename':
    case 'link': {
      const [from = '', to = ''] = path.split('\n')
      return { kind, path: below(from), to: below(to) }
    }
    case 'strange':
      return { kind, what: path }
  }
}
