/**
 * How a blob lies in its file (docs/format/blob.md): header pages, the bytes, the block checksums, a footer. In a pack several lie
 * behind one another, each from page to page, and say where.
 *
 * Numbers are big-endian. A file without a whole footer is a blob that was never finished.
 */
import { crc32 } from 'node:zlib'
import { assert } from '../../base/assert.ts'
import {
  blobAt,
  fileId,
  fileOf,
  placeOf,
  placePagesMax,
  type BlobId,
  type FileId,
  type Place,
} from '../../base/ids.ts'
import { blockBytes, blockCount, blockSumBytes, blockSumName } from './block-checksum.ts'
import { BlobCorrupt, type BlobAbout, type BlobClosing } from './store.ts'

export const formatVersion = 1
/** Of a footer that a closing stands before. */
export const closedVersion = 2
/** Of header and footer of a blob in a pack. */
export const packedVersion = 3
/** The data begins on a page, so that pieces can be written past the page cache. */
export const pageBytes = 4096
export const footerBytes = 64
/** A closing is a few digests; more would be damage. */
export const closingBytesMax = 4096

const headerMagic = 'ASHLARBL'
/** Of the page that stands in place of the header of a blob that was struck from its pack. */
const struckMagic = 'ASHLARNO'
const footerMagic = 'ASHLAREN'
const fixedHeaderBytes = 64
const headerCrcAt = 56
const footerCrcAt = 52
const sumNameBytes = 16
/** Of a blob in a pack: behind a shorter name of the block checksum. */
const packedSumNameBytes = 12
const headerPagesAt = 52
const headerFirstPageAt = 60
const footerFirstPageAt = 44

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

/** What a header says, before it is known whose it will be. */
export function encodeAbout(about: BlobAbout): Uint8Array {
  return Buffer.from(JSON.stringify(about))
}

/** Bytes of a header that says this: whole pages. */
export function headerBytesOf(about: Uint8Array): number {
  return wholePages(fixedHeaderBytes + about.length)
}

export function encodeHeader(
  id: BlobId,
  about: Uint8Array,
  magic: string = headerMagic,
): Uint8Array {
  const header = Buffer.alloc(headerBytesOf(about))
  const place = placeOf(id)
  header.write(magic, 0, 'latin1')
  header.writeUInt32BE(place === undefined ? formatVersion : packedVersion, 8)
  header.writeUInt32BE(header.length, 12)
  header.write(fileOf(id), 16, 'hex')
  header.writeUInt32BE(blockBytes, 32)
  header.writeUInt32BE(about.length, 36)
  header.write(blockSumName, 40, 'latin1')
  header.writeUInt32BE(place?.pages ?? 0, headerPagesAt)
  header.writeUInt32BE(place?.firstPage ?? 0, headerFirstPageAt)
  header.set(about, fixedHeaderBytes)
  header.writeUInt32BE(crc32(header), headerCrcAt)
  return header
}

/** The page in place of the header of a blob in a pack that was given up: who goes through the pack passes the blob over. */
export function encodeStruck(id: BlobId): Uint8Array {
  return encodeHeader(id, new Uint8Array(), struckMagic)
}

/** The blob that was struck from the place where this page is; undefined where none was. */
export function decodeStruck(page: Buffer): BlobId | undefined {
  if (page.toString('latin1', 0, 8) !== struckMagic) return undefined
  return page.length === pageBytes && hasItsCrc(page) ? idIn(page) : undefined
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
  const pages = header.subarray(0, headerBytes)
  if (pages.length !== headerBytes || !hasItsCrc(pages)) {
    throw new BlobCorrupt('a blob header fails its CRC')
  }
  const id = idIn(pages)
  const json = pages.toString('utf8', fixedHeaderBytes, fixedHeaderBytes + pages.readUInt32BE(36))
  const about = JSON.parse(json) as BlobAbout
  return { id, headerBytes, about }
}

/** Its CRC was made with zero in its own place. */
function hasItsCrc(header: Buffer): boolean {
  const copy = Buffer.from(header)
  copy.writeUInt32BE(0, headerCrcAt)
  return crc32(copy) === header.readUInt32BE(headerCrcAt)
}

function idIn(header: Buffer): BlobId {
  return blobAtPlace(fileId(header.toString('hex', 16, 32)), header.readUInt32BE(8), {
    firstPage: header.readUInt32BE(headerFirstPageAt),
    pages: header.readUInt32BE(headerPagesAt),
  })
}

/** Pages of a blob in a pack. */
export function packedPages(headerBytes: number, sizeBytes: number, closingBytes: number): number {
  return wholePages(headerBytes + sizeBytes + trailerBytes(sizeBytes, closingBytes)) / pageBytes
}

/** In no more than 4,096 bytes. */
export function encodeClosing(closing: BlobClosing | undefined): Uint8Array {
  const json = Buffer.from(closing === undefined ? '' : JSON.stringify(closing))
  assert(json.length <= closingBytesMax, 'a closing is short')
  return json
}

/**
 * What follows the data: the sums of its blocks, the closing if there is one, and the footer that covers them. Spaces behind
 * the closing let the file end on a page, as far as a closing may be so long; a blob in a pack always ends on one.
 */
export function encodeTrailer(
  footer: Omit<BlobFooter, 'closingBytes'>,
  sums: Uint8Array,
  json: Uint8Array,
): Uint8Array {
  const place = placeOf(footer.id)
  const before = footer.headerBytes + footer.sizeBytes + sums.length + footerBytes
  const padded = wholePages(before + json.length) - before
  const hasRoom = json.length > 0 && padded <= closingBytesMax
  const footerAt = sums.length + (hasRoom || place !== undefined ? padded : json.length)
  const trailer = Buffer.alloc(footerAt + footerBytes, ' ')
  trailer.set(sums)
  trailer.set(json, sums.length)
  const end = trailer.subarray(footerAt)
  end.fill(0)
  end.write(fileOf(footer.id), 0, 'hex')
  end.writeBigUInt64BE(BigInt(footer.sizeBytes), 16)
  end.writeUInt32BE(footer.headerBytes, 24)
  end.writeUInt32BE(blockBytes, 28)
  end.write(blockSumName, 32, 'latin1')
  end.writeUInt32BE(place?.firstPage ?? 0, footerFirstPageAt)
  end.writeUInt32BE(footerVersion(place, json), 48)
  const covered = trailer.length - footerBytes + footerCrcAt
  end.writeUInt32BE(crc32(trailer.subarray(0, covered)), footerCrcAt)
  end.write(footerMagic, 56, 'latin1')
  return trailer
}

function footerVersion(place: Place | undefined, json: Uint8Array): number {
  if (place !== undefined) return packedVersion
  return json.length === 0 ? formatVersion : closedVersion
}

/** By version of a footer: a closing and, in a pack, what lets it end on a page. */
const closingMax: Readonly<Record<number, number>> = {
  [formatVersion]: 0,
  [closedVersion]: closingBytesMax,
  [packedVersion]: closingBytesMax + pageBytes,
}

/**
 * Reads a footer, the last bytes of a file, or of the pages of a blob in a pack; undefined when they do not end with one. Not yet
 * proven: see `provenTrailer`.
 */
export function decodeFooter(end: Buffer, fileBytes: number): BlobFooter | undefined {
  if (end.length < footerBytes || end.toString('latin1', 56, 64) !== footerMagic) return undefined
  const version = end.readUInt32BE(48)
  const max = closingMax[version]
  if (max === undefined) throw unknownVersion(version)
  const sizeBytes = Number(end.readBigUInt64BE(16))
  const headerBytes = end.readUInt32BE(24)
  const nameBytes = version === packedVersion ? packedSumNameBytes : sumNameBytes
  const known = `${end.readUInt32BE(28)} ${end.toString('latin1', 32, 32 + nameBytes)}`
  if (known !== `${blockBytes} ${blockSumName.padEnd(nameBytes, '\0')}`) {
    throw new BlobCorrupt(`a blob of unknown block checksums: ${known}`)
  }
  const closingBytes = fileBytes - headerBytes - sizeBytes - trailerBytes(sizeBytes, 0)
  if (closingBytes < 0 || closingBytes > max) {
    throw new BlobCorrupt('a blob file is not as long as its footer says')
  }
  const place = { firstPage: end.readUInt32BE(footerFirstPageAt), pages: fileBytes / pageBytes }
  const id = blobAtPlace(fileId(end.toString('hex', 0, 16)), version, place)
  return { id, headerBytes, sizeBytes, closingBytes }
}

function blobAtPlace(file: FileId, version: number, place: Place): BlobId {
  if (version === formatVersion || version === closedVersion) return file
  if (version !== packedVersion) throw unknownVersion(version)
  const isPlace = Number.isInteger(place.pages) && place.pages <= placePagesMax
  if (!isPlace || place.firstPage > placePagesMax)
    throw new BlobCorrupt('a blob lies at no place of a pack')
  return blobAt(file, place)
}

export interface ProvenTrailer {
  readonly sums: Buffer
  /** JSON in UTF-8; empty where there is none. */
  readonly closing: Buffer
}

/** What a whole trailer holds, once its CRC proves right, and that it is of blob `id`; BlobCorrupt otherwise. */
export function provenTrailer(trailer: Buffer, footer: BlobFooter, id: BlobId): ProvenTrailer {
  const { closingBytes } = footer
  const footerAt = trailer.length - footerBytes
  const crc = trailer.readUInt32BE(footerAt + footerCrcAt)
  if (crc32(trailer.subarray(0, footerAt + footerCrcAt)) !== crc) {
    throw new BlobCorrupt(`blob ${id} has a trailer that fails its CRC`)
  }
  if (footer.id !== id) throw new BlobCorrupt(`the file of blob ${id} holds blob ${footer.id}`)
  const closingAt = footerAt - closingBytes
  return { sums: trailer.subarray(0, closingAt), closing: trailer.subarray(closingAt, footerAt) }
}

/** Bytes of sums, closing and footer after `sizeBytes` bytes of data. */
export function trailerBytes(sizeBytes: number, closingBytes: number): number {
  return blockCount(sizeBytes) * blockSumBytes + closingBytes + footerBytes
}

function unknownVersion(version: number): BlobCorrupt {
  return new BlobCorrupt(`a blob of unknown version ${version}`)
}

/** So many bytes, filled up to the next page. */
export function wholePages(bytes: number): number {
  return Math.ceil(bytes / pageBytes) * pageBytes
}
