/** The parts of a completed object, or of an open upload, taken together: whole, in order, and as large as is said of them. */
import type { ObjectRow } from '../records.ts'
import type { Flaw } from '../examiner.ts'
import { integer } from './connection.ts'
import type { Seen } from './examine-rows.ts'

const sums = `SELECT count(DISTINCT number) AS parts, coalesce(sum(size), 0) AS size FROM parts WHERE content = ?`
const misplaced = `SELECT number FROM (SELECT number, start,
    sum(size) OVER (ORDER BY number, run) - size AS place FROM parts WHERE content = ?)
  WHERE start IS NOT place ORDER BY number LIMIT 1`
const torn = `SELECT number FROM parts WHERE content = ? GROUP BY number
  HAVING count(*) <> max(runs) OR max(run) <> count(*) - 1 OR sum(size) <> max(part_size) LIMIT 5`

export function checkContent(object: ObjectRow, content: number, seen: Seen): void {
  const { db, owners } = seen
  const found = owners.ofContent(content)
  const say = (detail: string): void => {
    const flaw: Flaw = { kind: 'sizes', owners: found, detail }
    seen.flaws.push(flaw)
  }
  const row = db.get(sums, content)
  const parts = row === undefined ? 0 : integer(row, 'parts')
  const size = row === undefined ? 0 : integer(row, 'size')
  if (parts !== object.partCount) say(`${parts} parts where its row says ${object.partCount}`)
  if (size !== object.sizeBytes)
    say(`${size} bytes in parts where its row says ${object.sizeBytes}`)
  const wrong = db.get(misplaced, content)
  if (wrong !== undefined)
    say(`part ${integer(wrong, 'number')} does not begin where the one before ends`)
  checkParts(content, seen)
}

/** Every part has all of its runs. */
export function checkParts(content: number, { db, owners, flaws }: Seen): void {
  for (const row of db.all(torn, content)) {
    const number = integer(row, 'number')
    const detail = `the runs of part ${number} are not those that were written`
    flaws.push({ kind: 'sizes', owners: owners.ofContent(content, number), detail })
  }
}
