/**
 * How a blob lies in its file (docs/format/blob.md): header pages, the bytes, the block checksums, a footer.
 *
 * Numbers are big-endian. A file without a whole footer is a blob that was never finished.
 */
import { crc32 } from 'node:zlib'
import { assert } from '../../base/assert.ts'
import { blobId, type BlobId } from '../../base/ids.ts'
import { blockBytes, blockCount, blockSumBytes, blockSumName } from './block-checksum.ts'
import { BlobCorrupt, type BlobAbout, type BlobClosing } from './store.ts'

export const formatVersion = 1
/** Of a footer that a closing stands before. */
export const closedVersion = 2
/** The data begins on a page, so that pieces can be written past the page cache. */
export const pageBytes = 4096
export const footerBytes = 64
/** A closing is a few digests; more would be damage. */
export const closingBytesMax = 4096

const headerMagic = 'ASHLARBL'
const footerMagic = 'ASHLAREN'
const fixedHeaderBytes = 64
const headerCrcAt = 56
const footerCrcAt = 52
const sumNameBytes = 16

/** What the header says: enough to rebuild the metadata of this blob. */
export interface BlobHeader {
  readonly id: BlobId
  readonly headerBytes: number
  readonly about: BlobAbout
}

/** What the footer says: enough to read and to verify. */
export interface BlobFooter {
  readonly id: BlobId
  readonly headerBytes: number
  readonly sizeBytes: number
  /** Bytes of the closing, 0 where there is none. */
  readonly closingBytes: number
}

/** The header in whole pages. */
export function encodeHeader(id: BlobId, about: BlobAbout): Uint8Array {
  const json = Buffer.from(JSON.stringify(about))
  const header = Buffer.alloc(wholePages(fixedHeaderBytes + json.length))
  header.write(headerMagic, 0, 'latin1')
  header.writeUInt32BE(formatVersion, 8)
  header.writeUInt32BE(header.length, 12)
  header.write(id, 16, 'hex')
  header.writeUInt32BE(blockBytes, 32)
  header.writeUInt32BE(json.length, 36)
  header.write(blockSumName, 40, 'latin1')
  header.set(json, fixedHeaderBytes)
  header.writeUInt32BE(crc32(header), headerCrcAt)
  return header
}

/** Size of a header in bytes, from its first page; BlobCorrupt when this is none. */
export function headerSize(page: Buffer): number {
  if (page.length < fixedHeaderBytes || page.toString('latin1', 0, 8) !== headerMagic) {
    throw new BlobCorrupt('not a blob header')
  }
  return page.readUInt32BE(12)
}

/** Reads a whole header; BlobCorrupt when it does not prove itself. */
export function decodeHeader(header: Buffer): BlobHeader {
  const headerBytes = headerSize(header)
  const pages = Buffer.from(header.subarray(0, headerBytes))
  const crc = pages.readUInt32BE(headerCrcAt)
  pages.writeUInt32BE(0, headerCrcAt)
  if (pages.length !== headerBytes || crc32(pages) !== crc) {
    throw new BlobCorrupt('a blob header fails its CRC')
  }
  refuseOtherVersion(pages.readUInt32BE(8))
  const json = pages.toString('utf8', fixedHeaderBytes, fixedHeaderBytes + pages.readUInt32BE(36))
  const about = JSON.parse(json) as BlobAbout
  return { id: blobId(pages.toString('hex', 16, 32)), headerBytes, about }
}

/**
 * What follows the data: the sums of its blocks, the closing if there is one, and the footer that covers them. Spaces behind
 * the closing let the file end on a page, as far as a closing may be so long.
 */
export function encodeTrailer(
  footer: Omit<BlobFooter, 'closingBytes'>,
  sums: Uint8Array,
  closing?: BlobClosing,
): Uint8Array {
  const json = Buffer.from(closing === undefined ? '' : JSON.stringify(closing))
  assert(json.length <= closingBytesMax, 'a closing is short')
  const before = footer.headerBytes + footer.sizeBytes + sums.length + footerBytes
  const padded = wholePages(before + json.length) - before
  const hasRoom = closing !== undefined && padded <= closingBytesMax
  const footerAt = sums.length + (hasRoom ? padded : json.length)
  const trailer = Buffer.alloc(footerAt + footerBytes, ' ')
  trailer.set(sums)
  trailer.set(json, sums.length)
  const end = trailer.subarray(footerAt)
  end.fill(0)
  end.write(footer.id, 0, 'hex')
  end.writeBigUInt64BE(BigInt(footer.sizeBytes), 16)
  end.writeUInt32BE(footer.headerBytes, 24)
  end.writeUInt32BE(blockBytes, 28)
  end.write(blockSumName, 32, 'latin1')
  end.writeUInt32BE(closing === undefined ? formatVersion : closedVersion, 48)
  const covered = trailer.length - footerBytes + footerCrcAt
  end.writeUInt32BE(crc32(trailer.subarray(0, covered)), footerCrcAt)
  end.write(footerMagic, 56, 'latin1')
  return trailer
}

/** Reads a footer, the last bytes of a file; undefined when the file does not end with one. Not yet proven: see `provenTrailer`. */
export function decodeFooter(end: Buffer, fileBytes: number): BlobFooter | undefined {
  if (end.length < footerBytes || end.toString('latin1', 56, 64) !== footerMagic) return undefined
  const version = end.readUInt32BE(48)
  if (version !== closedVersion) refuseOtherVersion(version)
  const sizeBytes = Number(end.readBigUInt64BE(16))
  const headerBytes = end.readUInt32BE(24)
  const known = `${end.readUInt32BE(28)} ${end.toString('latin1', 32, 32 + sumNameBytes)}`
  if (known !== `${blockBytes} ${blockSumName.padEnd(sumNameBytes, '\0')}`) {
    throw new BlobCorrupt(`a blob of unknown block checksums: ${known}`)
  }
  const closingBytes = fileBytes - headerBytes - sizeBytes - trailerBytes(sizeBytes, 0)
  const closingMax = version === closedVersion ? closingBytesMax : 0
  if (closingBytes < 0 || closingBytes > closingMax) {
    throw new BlobCorrupt('a blob file is not as long as its footer says')
  }
  return { id: blobId(end.toString('hex', 0, 16)), headerBytes, sizeBytes, closingBytes }
}

export interface ProvenTrailer {
  readonly sums: Buffer
  /** JSON in UTF-8; empty where there is none. */
  readonly closing: Buffer
}

/** What a whole trailer holds, once its CRC and its owner prove right; BlobCorrupt otherwise. */
export function provenTrailer(trailer: Buffer, { id, closingBytes }: BlobFooter): ProvenTrailer {
  const footerAt = trailer.length - footerBytes
  const crc = trailer.readUInt32BE(footerAt + footerCrcAt)
  if (crc32(trailer.subarray(0, footerAt + footerCrcAt)) !== crc) {
    throw new BlobCorrupt(`blob ${id} has a trailer that fails its CRC`)
  }
  const owner = trailer.toString('hex', footerAt, footerAt + 16)
  if (owner !== id) throw new BlobCorrupt(`the file of blob ${id} holds blob ${owner}`)
  const closingAt = footerAt - closingBytes
  return { sums: trailer.subarray(0, closingAt), closing: trailer.subarray(closingAt, footerAt) }
}

/** Bytes of sums, closing and footer after `sizeBytes` bytes of data. */
export function trailerBytes(sizeBytes: number, closingBytes: number): number {
  return blockCount(sizeBytes) * blockSumBytes + closingBytes + footerBytes
}

function refuseOtherVersion(version: number): void {
  if (version !== formatVersion) throw new BlobCorrupt(`a blob of unknown version ${version}`)
}

/** So many bytes, filled up to the next page. */
export function wholePages(bytes: number): number {
  return Math.ceil(bytes / pageBytes) * pageBytes
}
