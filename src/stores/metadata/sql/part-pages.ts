/**
 * The first runs of parts as pages take them, which say all of a part but where its bytes are. A value of its own costs more to
 * fetch than what is in it, so a portion of rows comes as three: what the CRCs of their records cover, one behind the other; how long
 * each of these pieces is; and what is shown of the rows, as JSON. That is not looked at before all of the portion is proven. A portion that
 * is not is read again row by row, which refuses the one that is damaged.
 */
import type { Columns, Connection } from './connection.ts'
import { asBytes, asText } from './connection.ts'
import { decodeHead, headColumns, type ShownPart } from './part-rows.ts'
import { isProven, recordHeadBytes, sumsBehind } from './seal.ts'

const rows = 'FROM parts WHERE content = ? AND run = 0 AND number > ? ORDER BY number LIMIT ?'
/** Behind the number in the identity of a record: run 0, between NULs. */
const run = `x'003000'`
/** Version and CRC of the record, and behind them what is covered: identity, JSON, late columns, locator. */
const proof = `concat(substr(record, 1, ${recordHeadBytes}), number, ${run}, size, x'00', runs, x'00', part_size, x'00',
  substr(record, ${recordHeadBytes + 1}), content, ':', revision, locator)`
const kept = `substr(record, ${recordHeadBytes + 1})`
const shown = `concat('[', number, ',', revision, ',', coalesce(start, 'null'), ',', part_size, ',', kept, ']')`
/** The subquery has a LIMIT, so SQLite runs it row by row as it stands. NULLs where there is no row. */
const portion = `SELECT CAST(group_concat(proof, '') AS BLOB), group_concat(octet_length(proof)), group_concat(${shown})
  FROM (SELECT number, revision, start, part_size, ${kept} AS kept, ${proof} AS proof ${rows})`
const each = `SELECT ${headColumns} ${rows}`

/** Rows taken at once: enough that the price of a statement is small beside them. */
const portionMax = 200
/** Of a record of a part, by its version: its CRC behind what all identities begin with. */
const sums = sumsBehind('part\0')

/** Up to `max` parts by number, those after `after` only. Throws CorruptRecord. */
export function partsAfter(
  db: Connection,
  ...[content, after, max]: [content: number, after: number, max: number]
): readonly ShownPart[] {
  const found: ShownPart[] = []
  for (let last = after; found.length < max;) {
    const size = Math.min(max - found.length, portionMax)
    const next = portionAfter(db, content, last, size)
    found.push(...next)
    if (next.length < size) break
    last = found.at(-1)?.[0] ?? last
  }
  return found
}

function portionAfter(
  db: Connection,
  ...[content, after, size]: [content: number, after: number, size: number]
): readonly ShownPart[] {
  const columns = db.getColumns(portion, content, after, size)
  if (columns === undefined || columns[0] === null) return []
  if (areProven(columns)) return JSON.parse(`[${asText(columns[2], 'shown')}]`) as ShownPart[]
  return db.allColumns(each, content, after, size).map((row) => decodeHead(row, content))
}

function areProven(columns: Columns): boolean {
  const proofs = asBytes(columns[0], 'proofs')
  const bytes = Buffer.from(proofs.buffer, proofs.byteOffset, proofs.byteLength)
  let at = 0
  for (const length of JSON.parse(`[${asText(columns[1], 'lengths')}]`) as number[]) {
    const laid = { head: at, from: at + recordHeadBytes, end: at + length }
    if (!isProven(bytes, laid, sums)) return false
    at += length
  }
  return true
}
