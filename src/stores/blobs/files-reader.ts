/**
 * Reads a range of one blob file: whole blocks come from the disk, each is verified (unless its reader does it by other
 * means), and only then a byte of it is handed on. While a big piece is on its way to the reader the next is being read.
 *
 * A piece belongs to the reader, who may hold it after asking for the next one and gives its memory back with `free`.
 */
import { bigBuffer, bigBufferBytes, free, sole } from '../../base/free.ts'
import type { BlobId } from '../../base/ids.ts'
import { kibibyte, mebibyte } from '../../base/limits.ts'
import { blockBytes, blockSumBytes, type BlockSum } from './block-checksum.ts'
import { decodeFooter, footerBytes, provenTrailer, trailerBytes } from './files-format.ts'
import type { OpenFile } from './file-system.ts'
import { BlobCorrupt, BlobMissing, type ByteRange } from './store.ts'

/** Bytes of one read, in whole blocks: fewer trips to a thread, measured at 1 and at 64 MiB (docs/decisions/performance.md). */
const bigReadBytes = mebibyte
/** The same where many read at once, each of them perhaps slowly: one such piece is all that each of them holds. */
const smallReadBytes = 4 * blockBytes
/** So many readers at a time read big pieces. */
export const bigReadersMax = 32
/** Files up to this size are read at once, trailer and all, whatever is asked of them. */
const wholeFileBytesMax = 256 * kibibyte
/** Read from the end at first: footer and the sums of 31 MiB. */
export const tailBytes: number = 4 * kibibyte

/** An open blob with a proven trailer. */
export interface OpenBlob {
  readonly id: BlobId
  readonly file: OpenFile
  readonly sizeBytes: number
  readonly headerBytes: number
  readonly sums: Buffer
  /** What was said when the last byte had come: JSON, empty where nothing was. */
  readonly closing: Buffer
  /** The whole file, where it is small. */
  readonly content: Buffer | undefined
}

/**
 * Reads and proves the trailer; of a small file, and of one of which `wantedBytes` are most, the rest with it. BlobMissing when
 * the file was never finished, BlobCorrupt when it does not prove itself.
 */
export async function openBlob(id: BlobId, file: OpenFile, wantedBytes = 0): Promise<OpenBlob> {
  const fileBytes = file.sizeBytes()
  const atOnce = Math.max(wholeFileBytesMax, Math.min(2 * wantedBytes, bigBufferBytes))
  const first = Math.min(fileBytes, fileBytes <= atOnce ? fileBytes : tailBytes)
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
    ...provenTrailer(trailer, { ...footer, id }),
    content: first === fileBytes ? tail : undefined,
  }
}

export interface Reading {
  /** Undefined where the reader's bytes prove themselves. */
  readonly blockSum: BlockSum | undefined
  /** In pieces of up to 1 MiB, the next one read ahead; otherwise 256 KiB, one after the other. */
  readonly inBigPieces: boolean
}

/** The bytes of `range`, verified where there is a checksum to do it with. Each piece is the only view of its buffer. */
export async function* readBlob(
  blob: OpenBlob,
  range: ByteRange,
  { blockSum, inBigPieces }: Reading,
): AsyncGenerator<Uint8Array> {
  const end = range.offset + range.lengthBytes
  if (end > blob.sizeBytes) {
    throw new BlobMissing(`blob ${blob.id} has ${blob.sizeBytes} bytes, not ${end}`)
  }
  if (range.lengthBytes === 0) return
  const readBytes = inBigPieces ? bigReadBytes : smallReadBytes
  let from = range.offset - (range.offset % blockBytes)
  let next: Promise<Buffer> | undefined
  try {
    while (from < end) {
      const bytes = await (next ?? readBlocks(blob, from, { end, readBytes }))
      const start = from
      from += bytes.length
      next = inBigPieces && from < end ? readAhead(blob, from, { end, readBytes }) : undefined
      if (blockSum !== undefined) verify(blob, { start, bytes }, blockSum)
      const first = Math.max(0, range.offset - start)
      yield sole(bytes.subarray(first, Math.min(bytes.length, end - start)))
    }
  } finally {
    // Read ahead for somebody who left.
    const unread = await next?.catch(() => undefined)
    if (unread !== undefined) free(sole(unread))
  }
}

interface Ahead {
  readonly end: number
  readonly readBytes: number
}

/** Starts a read whose failure may come before anybody waits for it: it then shows when the piece is asked for. */
function readAhead(blob: OpenBlob, from: number, ahead: Ahead): Promise<Buffer> {
  const reading = readBlocks(blob, from, ahead)
  reading.catch(() => undefined)
  return reading
}

/** Blocks from `from` on, a block boundary, up to the one that holds the last byte before `end`. */
function readBlocks(blob: OpenBlob, from: number, { end, readBytes }: Ahead): Promise<Buffer> {
  const blocksEnd = Math.min(Math.ceil(end / blockBytes) * blockBytes, blob.sizeBytes)
  const leftBytes = Math.max(0, blocksEnd - from)
  const position = blob.headerBytes + from
  // All of it in one piece: a second one would be a view of the same buffer.
  if (blob.content !== undefined) {
    return Promise.resolve(blob.content.subarray(position, position + leftBytes))
  }
  return readExactly(blob.file, position, buffer(Math.min(readBytes, leftBytes)))
}

function verify(
  blob: OpenBlob,
  run: { readonly start: number; readonly bytes: Buffer },
  blockSum: BlockSum,
): void {
  for (let at = 0; at < run.bytes.length; at += blockBytes) {
    const index = (run.start + at) / blockBytes
    const kept = blob.sums.readBigUInt64BE(index * blockSumBytes)
    if (blockSum(run.bytes.subarray(at, at + blockBytes)) !== kept) {
      throw new BlobCorrupt(`block ${index} of blob ${blob.id} fails its checksum`)
    }
  }
}

/** What was there before is overwritten or not handed on: `readExactly` fills all of it. */
function buffer(lengthBytes: number): Buffer {
  if (lengthBytes <= smallReadBytes) return Buffer.allocUnsafeSlow(lengthBytes)
  return bigBuffer().subarray(0, lengthBytes)
}

/** Fills `into`. Throws BlobCorrupt when there are fewer bytes. */
export async function readExactly(file: OpenFile, position: number, into: Buffer): Promise<Buffer> {
  let filled = 0
  while (filled < into.length) {
    const count = await file.read(into.subarray(filled), position + filled)
    if (count === 0) throw new BlobCorrupt('a blob file ends before its bytes do')
    filled += count
  }
  return into
}
