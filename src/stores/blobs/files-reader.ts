/**
 * Reads a range of one blob file: whole blocks come from the disk, each is verified (unless its reader does it by other
 * means), and only then a byte of it is handed on. While one piece is on its way to the reader the next is being read.
 *
 * Buffers are fresh, never pooled: whoever sends them may hold them after asking for the next.
 */
import type { BlobId } from '../../base/ids.ts'
import { kibibyte } from '../../base/limits.ts'
import { blockBytes, blockSumBytes, type BlockSum } from './block-checksum.ts'
import { decodeFooter, footerBytes, provenSums, trailerBytes } from './files-format.ts'
import type { OpenFile } from './file-system.ts'
import { BlobCorrupt, BlobMissing, type ByteRange } from './store.ts'

/** Bytes of one read, in whole blocks. Measured: 1 MiB saves a lone reader a fifth of its time and takes four times the memory of each. */
const readBytes = 4 * blockBytes
/** Files up to this size are read at once, trailer and all. */
const wholeFileBytesMax = 256 * kibibyte
/** Read from the end at first: footer and the sums of 31 MiB. */
const tailBytes = 4 * kibibyte

/** An open blob with a proven trailer. */
export interface OpenBlob {
  readonly id: BlobId
  readonly file: OpenFile
  readonly sizeBytes: number
  readonly headerBytes: number
  readonly sums: Buffer
  /** The whole file, where it is small. */
  readonly content: Buffer | undefined
}

/** Reads and proves the trailer. BlobMissing when the file was never finished, BlobCorrupt when it does not prove itself. */
export async function openBlob(id: BlobId, file: OpenFile): Promise<OpenBlob> {
  const fileBytes = file.sizeBytes()
  const first = Math.min(fileBytes, fileBytes <= wholeFileBytesMax ? fileBytes : tailBytes)
  const tail = await readExactly(file, fileBytes - first, first)
  const footer = decodeFooter(tail.subarray(-footerBytes), fileBytes)
  if (footer === undefined) throw new BlobMissing(`blob ${id} was never finished`)
  const needed = trailerBytes(footer.sizeBytes)
  const trailer =
    needed <= first
      ? tail.subarray(first - needed)
      : await readExactly(file, fileBytes - needed, needed)
  return {
    id,
    file,
    sizeBytes: footer.sizeBytes,
    headerBytes: footer.headerBytes,
    sums: provenSums(trailer, id),
    content: first === fileBytes ? tail : undefined,
  }
}

/** The bytes of `range`, in pieces of up to 256 KiB; verified, where it is given a checksum to do it with. */
export async function* readBlob(
  blob: OpenBlob,
  range: ByteRange,
  blockSum: BlockSum | undefined,
): AsyncGenerator<Uint8Array> {
  const end = range.offset + range.lengthBytes
  if (end > blob.sizeBytes) {
    throw new BlobMissing(`blob ${blob.id} has ${blob.sizeBytes} bytes, not ${end}`)
  }
  if (range.lengthBytes === 0) return
  let from = range.offset - (range.offset % blockBytes)
  let next = readAhead(blob, from, end)
  try {
    while (from < end) {
      const bytes = await next
      const start = from
      from += bytes.length
      if (from < end) next = readAhead(blob, from, end)
      if (blockSum !== undefined) verify(blob, { start, bytes }, blockSum)
      yield bytes.subarray(Math.max(0, range.offset - start), Math.min(bytes.length, end - start))
    }
  } finally {
    await Promise.allSettled([next])
  }
}

/** Starts a read whose failure may come before anybody waits for it: it then shows when the piece is asked for. */
function readAhead(blob: OpenBlob, from: number, end: number): Promise<Buffer> {
  const reading = readBlocks(blob, from, end)
  reading.catch(() => undefined)
  return reading
}

/** Blocks from `from` on, a block boundary, up to the one that holds the last byte before `end`. */
function readBlocks(blob: OpenBlob, from: number, end: number): Promise<Buffer> {
  const blocksEnd = Math.min(Math.ceil(end / blockBytes) * blockBytes, blob.sizeBytes)
  const lengthBytes = Math.max(0, Math.min(readBytes, blocksEnd - from))
  const position = blob.headerBytes + from
  if (blob.content !== undefined) {
    return Promise.resolve(blob.content.subarray(position, position + lengthBytes))
  }
  return readExactly(blob.file, position, lengthBytes)
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

/** Throws BlobCorrupt when there are fewer. */
export async function readExactly(
  file: OpenFile,
  position: number,
  lengthBytes: number,
): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(lengthBytes)
  let filled = 0
  while (filled < lengthBytes) {
    const count = await file.read(bytes.subarray(filled), position + filled)
    if (count === 0) throw new BlobCorrupt('a blob file ends before its bytes do')
    filled += count
  }
  return bytes
}
