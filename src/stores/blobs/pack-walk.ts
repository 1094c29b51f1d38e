/** Which blobs a file holds, by what their headers say: one, or those of a pack, from page to page. */
import { blobAt, fileOf, placeOf, placePagesMax, type BlobId, type FileId } from '../../base/ids.ts'
import { isDamage } from './damage.ts'
import {
  decodeFooter,
  decodeHeader,
  decodeStruck,
  footerBytes,
  headerSize,
  pageBytes,
} from './files-format.ts'
import { readExactly } from './files-reader.ts'
import type { ReadableFile } from './file-system.ts'

/** Nothing of the bytes is read where headers are whole. Answers the file itself where it does not show to be a pack. */
export async function blobsIn(name: FileId, file: ReadableFile): Promise<readonly BlobId[]> {
  const pages = Math.floor(file.sizeBytes() / pageBytes)
  if (pages > placePagesMax || (await endsAsItself(name, file))) return [name]
  const found: BlobId[] = []
  /** Where the pages begin that no header explains. */
  let unexplained = 0
  let isPack = false
  for (let page = 0; page < pages;) {
    const said = await saidAt(name, file, page)
    const place = said === undefined ? undefined : placeOf(said.id)
    if (said === undefined || place === undefined || place.pages === 0) {
      page += 1
      continue
    }
    if (unexplained < page) found.push(gap(name, unexplained, page))
    if (!said.isStruck) found.push(said.id)
    isPack = true
    page += place.pages
    unexplained = page
  }
  if (!isPack) return [name]
  return unexplained < pages ? [...found, gap(name, unexplained, pages)] : found
}

/** Nobody else's bytes are behind those of a blob that has its file to itself. */
async function endsAsItself(name: FileId, file: ReadableFile): Promise<boolean> {
  const fileBytes = file.sizeBytes()
  if (fileBytes < footerBytes) return true
  try {
    const end = await readExactly(file, fileBytes - footerBytes, Buffer.alloc(footerBytes))
    return decodeFooter(end, fileBytes)?.id === name
  } catch (error) {
    if (isDamage(error)) return false
    throw error
  }
}

function gap(name: FileId, firstPage: number, end: number): BlobId {
  return blobAt(name, { firstPage, pages: end - firstPage })
}

/** What the header on that page says; undefined where none is there that belongs there. */
interface Said {
  readonly id: BlobId
  /** It was given up. */
  readonly isStruck: boolean
}

async function saidAt(name: FileId, file: ReadableFile, page: number): Promise<Said | undefined> {
  try {
    const position = page * pageBytes
    const first = await readExactly(file, position, Buffer.alloc(pageBytes))
    const struck = decodeStruck(first)
    const id = struck ?? (await headedBy(first, file, position))
    const belongs = id !== undefined && fileOf(id) === name && placeOf(id)?.firstPage === page
    return belongs ? { id, isStruck: struck !== undefined } : undefined
  } catch (error) {
    if (isDamage(error)) return undefined
    throw error
  }
}

async function headedBy(
  first: Buffer,
  file: ReadableFile,
  position: number,
): Promise<BlobId | undefined> {
  const sizeBytes = headerSize(first)
  if (position + sizeBytes > file.sizeBytes()) return undefined
  const isLong = sizeBytes > pageBytes
  const { id } = decodeHeader(
    isLong ? await readExactly(file, position, Buffer.alloc(sizeBytes)) : first,
  )
  return id
}
