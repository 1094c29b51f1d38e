/**
 * A disk that forgets: it is told what a server did, and says what may lie on it when the power fails at that moment.
 *
 * Two models. `strict` promises nothing beyond POSIX: what was not synced may be there or not, sector by sector and name by name
 * (a file's sync says nothing of its name). `ordered` is as ext4 with data=ordered: names and lengths become durable in the
 * order in which they were changed, any sync takes all of them along, and data follow from the front of a file to its end.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Entry } from './calls.ts'

/** What becomes of what was not synced: all of it lost, all of it kept, or as chance will have it in one of the models. */
export type Fate = 'lost' | 'kept' | 'strict' | 'ordered'

type Change =
  | { readonly seq: number; readonly at: number; readonly bytes: Buffer }
  | { readonly seq: number; readonly sizeBytes: number; readonly extends: boolean }

interface Name {
  readonly seq: number
  readonly name: string
  /** Undefined where it was removed. */
  readonly node: Node | undefined
}

interface File {
  readonly kind: 'file'
  durable: Buffer
  sizeBytes: number
  pending: Change[]
}

interface Folder {
  readonly kind: 'folder'
  /** As the server sees it. */
  readonly now: Map<string, Node>
  readonly durable: Map<string, Node>
  pending: Name[]
}

type Node = File | Folder

const sectorBytes = 512

export class Disk {
  /** What the recorder could not follow. */
  readonly strange: string[] = []
  readonly #root: Folder = newFolder()
  readonly #nodes = new Map<number, Node>()
  readonly #syncs = new Map<number, number>()
  #seq = 0
  /** Everything about names up to here is durable on an ordered disk. */
  #committed = 0

  constructor(rootInode: number) {
    this.#nodes.set(rootInode, this.#root)
  }

  apply(entry: Entry): void {
    this.#seq += 1
    switch (entry.kind) {
      case 'create':
      case 'makeFolder': {
        const node = entry.kind === 'create' ? newFile() : newFolder()
        this.#nodes.set(entry.inode, node)
        return this.#name(entry.path, node)
      }
      case 'write':
        this.#file(entry.inode)?.pending.push({ seq: this.#seq, at: entry.at, bytes: entry.bytes })
        return
      case 'truncate':
      case 'extend': {
        const { sizeBytes } = entry
        const change = { seq: this.#seq, sizeBytes, extends: entry.kind === 'extend' }
        this.#file(entry.inode)?.pending.push(change)
        return
      }
      case 'sync':
        this.#syncs.set(entry.number, this.#seq)
        return
      case 'synced':
        return this.#sync(entry.inode, this.#syncs.get(entry.number) ?? 0)
      case 'unlink':
        return this.#name(entry.path, undefined)
      case 'rename':
      case 'link': {
        const node = this.#find(entry.path)
        if (node === undefined || dirOf(entry.path) !== dirOf(entry.to))
          this.strange.push(`a ${entry.kind} from ${entry.path} to ${entry.to}`)
        this.#name(entry.to, node)
        if (entry.kind === 'rename') this.#name(entry.path, undefined)
        return
      }
      case 'strange':
        this.strange.push(entry.what)
    }
  }

  /** Writes what may be left into an empty folder. */
  writeTo(folder: string, fate: Fate, random: () => number): void {
    const span = this.#seq - this.#committed
    const until = this.#committed + Math.floor(random() * (span + 1))
    writeFolder(this.#root, folder, { fate, random, until })
  }

  #file(inode: number): File | undefined {
    const node = this.#nodes.get(inode)
    if (node?.kind === 'file') return node
    this.strange.push(`a write to inode ${inode}, which nobody made`)
    return undefined
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#root
    for (const name of path.split('/').filter(Boolean))
      node = node?.kind === 'folder' ? node.now.get(name) : undefined
    return node
  }

  #name(path: string, node: Node | undefined): void {
    const folder = this.#find(dirOf(path))
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (folder?.kind !== 'folder') {
      this.strange.push(`${path} in no known folder`)
      return
    }
    if (node === undefined) folder.now.delete(name)
    else folder.now.set(name, node)
    folder.pending.push({ seq: this.#seq, name, node })
  }

  #sync(inode: number, until: number): void {
    const node = this.#nodes.get(inode)
    this.#committed = Math.max(this.#committed, until)
    if (node?.kind === 'file') settleFile(node, until)
    if (node?.kind === 'folder') settleFolder(node, until)
  }
}

function newFile(): File {
  return { kind: 'file', durable: Buffer.alloc(0), sizeBytes: 0, pending: [] }
}

function newFolder(): Folder {
  return { kind: 'folder', now: new Map(), durable: new Map(), pending: [] }
}

function dirOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

function settleFile(file: File, until: number): void {
  const bytes = new Bytes(file.durable, file.sizeBytes)
  for (const change of file.pending) if (change.seq <= until) bytes.apply(change)
  file.durable = bytes.held
  file.sizeBytes = bytes.sizeBytes
  file.pending = file.pending.filter(({ seq }) => seq > until)
}

function settleFolder(folder: Folder, until: number): void {
  for (const { seq, name, node } of folder.pending) {
    if (seq > until) continue
    if (node === undefined) folder.durable.delete(name)
    else folder.durable.set(name, node)
  }
  folder.pending = folder.pending.filter(({ seq }) => seq > until)
}

/** The bytes of a file as they grow. */
class Bytes {
  held: Buffer
  sizeBytes: number

  constructor(held: Buffer, sizeBytes: number) {
    this.held = held
    this.sizeBytes = sizeBytes
  }

  apply(change: Change): void {
    if ('bytes' in change) this.write(change.at, change.bytes)
    else if (!change.extends || change.sizeBytes > this.sizeBytes) this.#resize(change.sizeBytes)
  }

  write(at: number, bytes: Buffer): void {
    const end = at + bytes.length
    if (end > this.sizeBytes) this.#resize(end)
    bytes.copy(this.held, at)
  }

  #resize(sizeBytes: number): void {
    if (sizeBytes > this.held.length) {
      const larger = Buffer.alloc(Math.max(sizeBytes, 2 * this.held.length))
      this.held.copy(larger, 0, 0, this.sizeBytes)
      this.held = larger
    }
    if (sizeBytes < this.sizeBytes) this.held.fill(0, sizeBytes, this.sizeBytes)
    this.sizeBytes = sizeBytes
  }
}

interface Outcome {
  readonly fate: Fate
  readonly random: () => number
  /** On an ordered disk, names and lengths changed up to here are durable. */
  readonly until: number
}

function writeFolder(folder: Folder, path: string, outcome: Outcome): void {
  for (const [name, node] of namesIn(folder, outcome)) {
    const place = join(path, name)
    if (node.kind === 'file') {
      writeFileSync(place, bytesIn(node, outcome), { mode: 0o600 })
      continue
    }
    mkdirSync(place, { mode: 0o700 })
    writeFolder(node, place, outcome)
  }
}

function namesIn(folder: Folder, { fate, random, until }: Outcome): Map<string, Node> {
  const names = new Map(folder.durable)
  const stopped = new Set<string>()
  for (const { seq, name, node } of folder.pending) {
    if (fate === 'lost' || (fate === 'ordered' && seq > until)) break
    // Of the changes of one name, some of the first are there, never a later one without those before it.
    if (fate === 'strict' && (stopped.has(name) || random() < 0.5)) stopped.add(name)
    else if (node === undefined) names.delete(name)
    else names.set(name, node)
  }
  return names
}

function bytesIn(file: File, { fate, random }: Outcome): Buffer {
  const bytes = new Bytes(Buffer.from(file.durable), file.sizeBytes)
  if (fate === 'kept') for (const change of file.pending) bytes.apply(change)
  if (fate === 'strict') for (const change of file.pending) landInPart(bytes, change, random)
  if (fate === 'ordered') {
    const count = Math.floor(random() * (file.pending.length + 1))
    for (const change of file.pending.slice(0, count)) bytes.apply(change)
    const torn = file.pending[count]
    if (torn !== undefined && 'bytes' in torn) {
      const sectors = Math.floor((random() * torn.bytes.length) / sectorBytes)
      bytes.write(torn.at, torn.bytes.subarray(0, sectors * sectorBytes))
    }
  }
  return bytes.held.subarray(0, bytes.sizeBytes)
}

/** Whole, not at all, or some of its sectors. */
function landInPart(bytes: Bytes, change: Change, random: () => number): void {
  const dice = random()
  if (dice < 0.3) return
  if (dice < 0.6 || !('bytes' in change)) return bytes.apply(change)
  for (let at = 0; at < change.bytes.length;) {
    const next = at + sectorBytes - ((change.at + at) % sectorBytes)
    if (random() < 0.5) bytes.write(change.at + at, change.bytes.subarray(at, next))
    at = next
  }
}
