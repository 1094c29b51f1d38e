/** Every blob that a row names, in order and each once, read from the tables themselves and from no index. */
import type { BlobId } from '../../../base/ids.ts'
import type { Connection } from './connection.ts'
import { bytes } from './connection.ts'
import { decodeLocator } from './locators.ts'

/** Kind 2 is a blob (docs/format/metadata.md). */
const named = `SELECT DISTINCT substr(locator, 1, 17) AS blob FROM objects NOT INDEXED WHERE substr(locator, 1, 1) = x'02'
  UNION SELECT substr(locator, 1, 17) FROM versions NOT INDEXED WHERE substr(locator, 1, 1) = x'02'
  UNION SELECT substr(locator, 1, 17) FROM parts NOT INDEXED WHERE substr(locator, 1, 1) = x'02' ORDER BY 1`
const offsetBytes = 8

export function* blobsNamed(db: Connection): Generator<BlobId> {
  for (const row of db.each(named)) {
    const start = bytes(row, 'blob')
    const column = new Uint8Array(start.length + offsetBytes)
    column.set(start)
    const locator = decodeLocator(column)
    if (locator?.kind === 'blob') yield locator.blob
  }
}
