/**
 * Reads a range of one blob file: whole blocks come from the disk, each is verified (unless its reader does it by other
 * means), and only then a byte of it is handed on. While a big piece is on its way to the reader the next is being read.
 *
 * A piece belongs to the reader, who may hold it after asking for the next one and gives its memory back with `free`.
 */
import { bigBuffer, bigBufferBytes, free, sole } from '../../base/free.ts'
import type { BlobId } from '../../base/ids.ts'
import { kibibyte, mebibyte } from '../../base/limits.ts'
import { blockBytes, blockSumBytes, type BlockSums } from './block-checksum.ts'
import { decodeFooter, footerBytes, provenTrailer, trailerBytes } from './files-format.ts'
import type { ReadableFile } from './file-system.ts'
import { BlobCorrupt, BlobMissing, type ByteRange } from './store.ts'

/** Bytes of one read, in whole blocks: fewer trips to a thread, measured at 1 and at 64 MiB (docs/decisions/performance.md). */
export const bigReadBytes: number = mebibyte
/** So many readers at a time read big pieces, of which each holds two where its client is slow. */
export const bigReadersMax = 16
/** Each of the further ones reads such pieces, one after the other, up to so many readers in all. Whoever comes later reads single blocks. */
const mediumReadBytes = 4 * blockBytes
const mediumReadersMax = 64
/** Files up to this size are read at once, trailer and all, whatever is asked of them. */
const wholeFileBytesMax = 256 * kibibyte
/** Read from the end at first: footer, the longest closing, and the sums of 31 MiB. */
const tailBytes = 8 * kibibyte

/** Bytes of one read for who comes when so many others read already, each of them perhaps slowly. */
export function readBytesBeside(readers: number): number {
  if (readers < bigReadersMax) return bigReadBytes
  return readers < mediumReadersMax ? mediumReadBytes : blockBytes
}

/** An open blob with a proven trailer. */
export interface OpenBlob {
  readonly id: BlobId
  readonly file: ReadableFile
  readonly sizeBytes: number
  readonly headerBytes: number
  readonly sums: Buffer
  /** What was said when the last byte had come: JSON, empty where nothing was. */
  readonly closing: Buffer
  /** The whole file, where it is small. */
  readonly content: Buffer | undefined
}

/**
 * Reads and proves the trailer; of a file up to `atOnceBytes` the rest with it. BlobMissing when the file was never finished,
 * BlobCorrupt when it does not prove itself.
 */
export async function openBlob(
  id: BlobId,
  file: ReadableFile,
  atOnceBytes: number = wholeFileBytesMax,
): Promise<OpenBlob> {
  const fileBytes = file.sizeBytes()
  const first = Math.min(fileBytes, fileBytes <= atOnceBytes ? fileBytes : tailBytes)
  const tail = await readExactly(file, fileBytes - first, buffer(first))
  const footer = decodeFooter(tail.subarray(-footerBytes), fileBytes)
  if (footer === undefined) throw new BlobMissing(`blob ${id} was never finished`)
  const needed = trailerBytes(footer.sizeBytes, footer.closingBytes)
  const trailer =
    needed <= first
      ? tail.subarray(first - needed)
      : await readExactly(file, fileBytes - needed, Buffer.allocUnsafeSlow(needed))
  return {
    id,
    file,
    sizeBytes: footer.sizeBytes,
    headerBytes: footer.headerBytes,
    ...provenTrailer(trailer, footer, id),
    content: first === fileBytes ? tail : undefined,
  }
}

/** Which files are read at once by who wants `wantedBytes` of one: what is read in vain is little, or less than half. */
export function atOnceBytes(wantedBytes: number, readBytes: number): number {
  const least = Math.min(wholeFileBytesMax, 2 * readBytes)
  return readBytes < bigReadBytes
    ? least
    : Math.max(least, Math.min(2 * wantedBytes, bigBufferBytes))
}

export interface Reading {
  /** Undefined where the reader's bytes prove themselves. */
  readonly blockSums: BlockSums | undefined
  /** Of one piece. Where they are `bigReadBytes`, the next one is read ahead. */
  readonly readBytes: number
}

/** The bytes of `range`, verified where there is a checksum to do it with. Each piece is the only view of its buffer. */
export async function* readBlob(
  blob: OpenBlob,
  range: ByteRange,
  { blockSums, readBytes }: Reading,
): AsyncGenerator<Uint8Array> {
  const end = endOf(range, blob)
  if (range.lengthBytes === 0) return
  const ahead = { end, readBytes }
  let from = range.offset - (range.offset % blockBytes)
  let next: Read | undefined
  try {
    while (from < end) {
      const reading = next ?? readBlocks(blob, from, ahead)
      const bytes = await reading
      const start = from
      from += bytes.length
      // What is at hand is had soon enough when it is asked for, and is then still in the processor's cache.
      const isAhead = readBytes === bigReadBytes && reading instanceof Promise && from < end
      next = isAhead ? readAhead(blob, from, ahead) : undefined
      if (blockSums !== undefined) verify(blob, { start, bytes }, blockSums)
      const first = Math.max(0, range.offset - start)
      yield sole(bytes.subarray(first, Math.min(bytes.length, end - start)))
    }
  } finally {
    // Read ahead for somebody who left.
    const unread = await Promise.resolve(next).catch(() => undefined)
    if (unread !== undefined) free(sole(unread))
  }
}

/** Whether one read holds the blocks in which `range` lies. */
export function isOneRead({ offset, lengthBytes }: ByteRange, readBytes: number): boolean {
  return (offset % blockBytes) + lengthBytes <= readBytes
}

/** The bytes of `range`, which one read holds: `readBlob` without its stream. */
export async function readAtOnce(
  blob: OpenBlob,
  range: ByteRange,
  { blockSums, readBytes }: Reading,
): Promise<Buffer> {
  const end = endOf(range, blob)
  const first = range.offset % blockBytes
  const start = range.offset - first
  const bytes = await readBlocks(blob, start, { end, readBytes })
  if (blockSums !== undefined) verify(blob, { start, bytes }, blockSums)
  return bytes.subarray(first, end - start)
}

/** Throws BlobMissing where the blob has not as many bytes. */
function endOf({ offset, lengthBytes }: ByteRange, { id, sizeBytes }: OpenBlob): number {
  const end = offset + lengthBytes
  if (end > sizeBytes) throw new BlobMissing(`blob ${id} has ${sizeBytes} bytes, not ${end}`)
  return end
}

/** A promise where somebody has to wait for the bytes. */
type Read = Buffer | Promise<Buffer>

interface Ahead {
  readonly end: number
  readonly readBytes: number
}

/** Starts a read whose failure may come before anybody waits for it: it then shows when the piece is asked for. */
function readAhead(blob: OpenBlob, from: number, ahead: Ahead): Read {
  const reading = readBlocks(blob, from, ahead)
  if (reading instanceof Promise) reading.catch(() => undefined)
  return reading
}

/** Blocks from `from` on, a block boundary, up to the one that holds the last byte before `end`. */
function readBlocks(blob: OpenBlob, from: number, ahead: Ahead): Read {
  const { file, content, headerBytes } = blob
  const left = leftBytes(blob, from, ahead)
  const position = headerBytes + from
  // All of it in one piece: a second one would be a view of the same buffer.
  if (content !== undefined) return content.subarray(position, position + left)
  return readExactly(file, position, buffer(Math.min(ahead.readBytes, left)))
}

function leftBytes(blob: OpenBlob, from: number, { end }: Ahead): number {
  const blocksEnd = Math.min(Math.ceil(end / blockBytes) * blockBytes, blob.sizeBytes)
  return Math.max(0, blocksEnd - from)
}

function verify(
  blob: OpenBlob,
  run: { readonly start: number; readonly bytes: Buffer },
  blockSums: BlockSums,
): void {
  const sums = blockSums(run.bytes)
  const first = (run.start / blockBytes) * blockSumBytes
  const kept = blob.sums.subarray(first, first + sums.length)
  if (kept.equals(sums)) return
  const differing = sums.findIndex((byte, at) => byte !== kept[at])
  const index = Math.floor((first + differing) / blockSumBytes)
  throw new BlobCorrupt(`block ${index} of blob ${blob.id} fails its checksum`)
}

/** What was there before is overwritten or not handed on: `readExactly` fills all of it. */
function buffer(lengthBytes: number): Buffer {
  if (lengthBytes <= mediumReadBytes) return Buffer.allocUnsafeSlow(lengthBytes)
  return bigBuffer().subarray(0, lengthBytes)
}

/** Fills `into`, at once where the system has the bytes at hand. Rejects with BlobCorrupt when there are fewer. */
export function readExactly(file: ReadableFile, position: number, into: Buffer): Read {
  const filled = file.readCached?.(into, position) ?? 0
  return filled === into.length ? into : readRest(file, position, { into, filled })
}

interface Filling {
  readonly into: Buffer
  readonly filled: number
}

async function readRest(file: ReadableFile, position: number, filling: Filling): Promise<Buffer> {
  const { into } = filling
  let { filled } = filling
  while (filled < into.length) {
    const count = await file.read(into.subarray(filled), position + filled)
    if (count === 0) throw new BlobCorrupt('a blob file ends before its bytes do')
    filled += count
  }
  return into
}
