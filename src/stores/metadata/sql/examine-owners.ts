/** Whose a row, a content or a blob is, in the words of a client: what a report of damage has to say. */
import type { BlobId } from '../../../base/ids.ts'
import type { ExaminedTable, Owner } from '../examiner.ts'
import type { Locator } from '../records.ts'
import type { Connection, Row } from './connection.ts'
import { integer, text } from './connection.ts'
import { encodeLocator, rangeOf, rangeOfBlob } from './locators.ts'
import { nullVersion } from './object-rows.ts'

/** A blob that was copied ten thousand times need not be told ten thousand times. */
const ownersMax = 20

const objectsOf = `SELECT bucket, key, version FROM objects WHERE locator >= ?1 AND locator <= ?2
  UNION ALL SELECT bucket, key, version FROM versions WHERE locator >= ?1 AND locator <= ?2 LIMIT ${ownersMax}`
const partsOf = `SELECT content, number FROM parts WHERE locator >= ?1 AND locator <= ?2 LIMIT ${ownersMax}`
const uploadOf = 'SELECT upload, bucket, key FROM uploads WHERE content = ?'
const bucketOf = 'SELECT name FROM buckets WHERE id = ?'

export class Owners {
  readonly #db: Connection

  constructor(db: Connection) {
    this.#db = db
  }

  ofBlob(blob: BlobId): readonly Owner[] {
    return this.#ofRange(rangeOfBlob(blob))
  }

  ofLocator(locator: Locator): readonly Owner[] {
    return this.#ofRange(rangeOf(locator))
  }

  /** The objects that share these parts, or the open upload that gathers them. */
  ofContent(content: number, partNumber?: number): readonly Owner[] {
    const column = encodeLocator({ kind: 'parts', content })
    const part = partNumber === undefined ? {} : { partNumber }
    const objects = this.#objects(column, column).map((owner) => ({ ...owner, ...part }))
    const upload = this.#db.get(uploadOf, content)
    return upload === undefined ? objects : [...objects, { ...this.#upload(upload), ...part }]
  }

  /** As far as the columns of a row, which may be damaged, tell it. */
  ofRow(table: ExaminedTable, row: Row): readonly Owner[] {
    switch (table) {
      case 'buckets':
        return [{ bucket: text(row, 'name') }]
      case 'objects':
      case 'versions':
        return [this.object(row)]
      case 'uploads':
        return [this.#upload(row)]
      case 'parts':
        return this.ofContent(integer(row, 'content'), integer(row, 'number'))
      case 'receipts':
        return [this.#upload(row)]
      case 'small':
        return this.ofLocator({ kind: 'inline', row: integer(row, 'id') })
      case 'reclaim':
        return []
    }
  }

  object(row: Row): Owner {
    const versionId = text(row, 'version')
    const names = { bucket: this.#bucket(integer(row, 'bucket')), key: text(row, 'key') }
    return versionId === nullVersion ? names : { ...names, versionId }
  }

  #ofRange(range: readonly [Uint8Array, Uint8Array]): readonly Owner[] {
    const parts = this.#db.all(partsOf, ...range)
    const ofParts = parts.flatMap((row) =>
      this.ofContent(integer(row, 'content'), integer(row, 'number')),
    )
    return [...this.#objects(...range), ...ofParts].slice(0, ownersMax)
  }

  #objects(first: Uint8Array, last: Uint8Array): readonly Owner[] {
    return this.#db.all(objectsOf, first, last).map((row) => this.object(row))
  }

  #upload(row: Row): Owner {
    const bucket = this.#bucket(integer(row, 'bucket'))
    return { bucket, key: text(row, 'key'), uploadId: text(row, 'upload') }
  }

  #bucket(id: number): string {
    const row = this.#db.get(bucketOf, id)
    return row === undefined ? `(bucket number ${id}, which is gone)` : text(row, 'name')
  }
}
