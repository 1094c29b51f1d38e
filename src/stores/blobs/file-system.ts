/**
 * The little of a file system that the blob store uses, as a seam: a test can make its Nth call fail, or lose what
 * was not synced. Every call is positional; nothing is ever renamed or truncated, and
 * nothing overwritten but the header of a blob that is given up in a pack.
 */
import fs from 'node:fs'
import type { Accelerator } from '../../base/accelerator.ts'
import { kibibyte } from '../../base/limits.ts'
import type { FileMaker } from './file-maker.ts'
import { newFileFlags, newFileMode } from './new-file.ts'

export interface FileSystem {
  /** A new empty file, for writing; fails with EEXIST when the name is taken. */
  create(path: string): Promise<OpenFile>
  /** Several of these, in one go: all of them or, with the first one's error, none. Absent where that is no cheaper. */
  readonly createMany?: (paths: readonly string[]) => Promise<readonly OpenFile[]>
  /** An existing file, for reading; fails with ENOENT. A promise where somebody has to wait for it. */
  open(path: string): OpenFile | Promise<OpenFile>
  /** An existing file, to be written over; fails with ENOENT. */
  reopen(path: string): Promise<OpenFile>
  unlink(path: string): Promise<void>
  /** One folder, in an existing one; fails with EEXIST. */
  makeFolder(path: string): Promise<void>
  /** Makes the entries of a folder durable. */
  syncFolder(path: string): Promise<void>
  readFolder(path: string): Promise<readonly string[]>
}

/** A file, or what a pack holds of one blob. */
export interface ReadableFile {
  /** Bytes read, fewer than asked for at the end of the file only by the kernel's leave: read on until 0. */
  read(into: Uint8Array, position: number): Promise<number>
  /** Bytes read without waiting for a disk, perhaps none. Absent where there is no way to know. */
  readonly readCached?: (into: Uint8Array, position: number) => number
  sizeBytes(): number
  close(): Promise<void>
}

export interface OpenFile extends ReadableFile {
  /** Bytes written, perhaps fewer than given. */
  write(bytes: Uint8Array, position: number): Promise<number>
  /** Several pieces, one behind the other, in one go; bytes written, perhaps fewer than given. Absent where that is no cheaper. */
  readonly writeMany?: (pieces: readonly Uint8Array[], position: number) => Promise<number>
  /** Makes the bytes of the file, and what is needed to find them in it, durable. */
  syncData(): Promise<void>
}

type Done<T> = (error: NodeJS.ErrnoException | null, result: T) => void

/** A callback call as a promise: cheaper than the promise form of node:fs, which keeps an object for each file. */
function called<T>(start: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, result) => (error === null ? resolve(result) : reject(error)))
  })
}

/** Shorter writes are not worth a second descriptor. */
const directBytesMin = 256 * kibibyte
/** What a disk asks of offsets and lengths past the page cache, at most. */
const directUnitBytes = 4096

class NodeFile implements OpenFile {
  readonly #fd: number
  readonly #path: string
  readonly readCached?: (into: Uint8Array, position: number) => number
  /** The same file past the page cache, once it was wanted; null where the file system has no such thing. */
  #direct: number | null | undefined

  constructor(fd: number, path: string, accelerator: Accelerator | undefined) {
    this.#fd = fd
    this.#path = path
    if (accelerator === undefined) return
    this.readCached = (into, position) => accelerator.readCached(fd, into, position)
  }

  read(into: Uint8Array, position: number): Promise<number> {
    return called((done) => fs.read(this.#fd, into, 0, into.length, position, done))
  }

  /**
   * Big pieces on whole pages go past the page cache, as far as they fill pages: it would copy them, and clean up after them,
   * for nobody.
   */
  async write(bytes: Uint8Array, position: number): Promise<number> {
    const direct = isForDirect(bytes, position) ? this.#openDirect() : null
    if (direct === null) return writeTo(this.#fd, bytes, position)
    const wholeUnits = bytes.subarray(0, bytes.length - (bytes.length % directUnitBytes))
    try {
      return await writeTo(direct, wholeUnits, position)
    } catch (error) {
      // Memory or place are not such as this disk wants them.
      if (failedWith(error, 'EINVAL')) return writeTo(this.#fd, bytes, position)
      throw error
    }
  }

  /** Past the page cache where all of them are whole pages, and together long enough. */
  async writeMany(pieces: readonly Uint8Array[], position: number): Promise<number> {
    const direct = areForDirect(pieces, position) ? this.#openDirect() : null
    if (direct === null) return writeAllTo(this.#fd, pieces, position)
    try {
      return await writeAllTo(direct, pieces, position)
    } catch (error) {
      if (failedWith(error, 'EINVAL')) return writeAllTo(this.#fd, pieces, position)
      throw error
    }
  }

  #openDirect(): number | null {
    if (this.#direct === undefined) this.#direct = openDirect(this.#path)
    return this.#direct
  }

  /** Synchronous: the inode of an open file is in memory, so this costs less than a trip to a thread. */
  sizeBytes(): number {
    return fs.fstatSync(this.#fd).size
  }

  syncData(): Promise<void> {
    return called((done) => fs.fdatasync(this.#fd, (error) => done(error, undefined)))
  }

  /** Synchronous within: what was written is synced by now, so there is nothing to wait for. */
  async close(): Promise<void> {
    try {
      if (typeof this.#direct === 'number') fs.closeSync(this.#direct)
    } finally {
      fs.closeSync(this.#fd)
    }
  }
}

function isForDirect(bytes: Uint8Array, position: number): boolean {
  return bytes.length >= directBytesMin && isAligned(bytes.byteOffset, position)
}

function areForDirect(pieces: readonly Uint8Array[], position: number): boolean {
  const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0)
  const areWhole = pieces.every((piece) => isAligned(piece.byteOffset, piece.length))
  return bytes >= directBytesMin && isAligned(position, 0) && areWhole
}

function isAligned(one: number, other: number): boolean {
  return one % directUnitBytes === 0 && other % directUnitBytes === 0
}

/**
 * Null where the file system does not know it, or there is no descriptor left for it. Synchronous: the file was just made, so
 * no disk is asked.
 */
function openDirect(path: string): number | null {
  try {
    return fs.openSync(path, fs.constants.O_WRONLY | (fs.constants.O_DIRECT ?? 0))
  } catch {
    return null
  }
}

function writeTo(fd: number, bytes: Uint8Array, position: number): Promise<number> {
  return called((done) => fs.write(fd, bytes, 0, bytes.length, position, done))
}

function writeAllTo(fd: number, pieces: readonly Uint8Array[], position: number): Promise<number> {
  return called((done) => fs.writev(fd, pieces, position, done))
}

export interface NodeFilesOptions {
  readonly accelerator?: Accelerator | undefined
  /** Makes many files at once. */
  readonly maker?: FileMaker
}

/** The real one. Files and folders belong to the server's user alone. */
export function nodeFiles({ accelerator, maker }: NodeFilesOptions = {}): FileSystem {
  const opened = async (path: string, flags: number): Promise<NodeFile> => {
    const fd = await called<number>((done) => fs.open(path, flags, newFileMode, done))
    return new NodeFile(fd, path, accelerator)
  }
  return {
    create: (path) => opened(path, newFileFlags),
    ...(maker && {
      createMany: async (paths) => {
        const fds = await maker.make(paths)
        return fds.map((fd, index) => new NodeFile(fd, paths[index] ?? '', accelerator))
      },
    }),
    open: (path) => {
      const fd = accelerator?.openCached(path) ?? -1
      return fd < 0 ? opened(path, fs.constants.O_RDONLY) : new NodeFile(fd, path, accelerator)
    },
    reopen: (path) => opened(path, fs.constants.O_WRONLY),
    unlink: (path) => called((done) => fs.unlink(path, (error) => done(error, undefined))),
    makeFolder: (path) =>
      called((done) => fs.mkdir(path, { mode: 0o700 }, (error) => done(error, undefined))),
    syncFolder,
    readFolder: (path) => called((done) => fs.readdir(path, done)),
  }
}

/** An entry of it was just made or taken away, so opening it asks no disk. */
async function syncFolder(path: string): Promise<void> {
  const fd = fs.openSync(path, fs.constants.O_RDONLY)
  try {
    await called<undefined>((done) => fs.fsync(fd, (error) => done(error, undefined)))
  } finally {
    fs.closeSync(fd)
  }
}

export const nodeFileSystem: FileSystem = nodeFiles()

/** The call failed with this system error, e.g. ENOENT. */
export function failedWith(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

/** It failed before there was anything to sync: nothing is known to be lost, and it may be tried again. */
export function failedToOpen(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'open'
}
