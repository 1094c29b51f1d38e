/**
 * Pins: while one holds, reclaim gives no bytes up, so that a backup in another process can copy what a snapshot names. They are
 * rows of `life` (`pin:<name>`, the moment until which it holds), so the transaction that would give bytes up sees every pin
 * that was set before it; and a backup that dies lets go by itself.
 */
import type { Instant } from '../../../base/clock.ts'
import type { Connection } from './connection.ts'

const held = `SELECT 1 FROM life WHERE name >= 'pin:' AND name < 'pin;' AND value > ? LIMIT 1`
const set = 'INSERT INTO life (name, value) VALUES (?, ?)'
const extend = 'UPDATE life SET value = ? WHERE name = ? AND value > ?'
const free = 'DELETE FROM life WHERE name = ?'
const sweep = `DELETE FROM life WHERE name >= 'pin:' AND name < 'pin;' AND value <= ?`
const freeAll = `DELETE FROM life WHERE name >= 'pin:' AND name < 'pin;'`

/** Longer than any pause of a living backup; a dead one keeps reclaim away for no more than this. */
export const pinMs = 120_000

export function isPinned(db: Connection, now: Instant): boolean {
  return db.get(held, now) !== undefined
}

/** Durable when this returns; those that lapsed go. */
export function setPin(db: Connection, name: string, now: Instant): void {
  db.run(sweep, now)
  db.run(set, `pin:${name}`, now + pinMs)
}

/** False when it had lapsed: bytes may be gone. */
export function extendPin(db: Connection, name: string, now: Instant): boolean {
  return db.run(extend, now + pinMs, `pin:${name}`, now) === 1
}

export function freePin(db: Connection, name: string): void {
  db.run(free, `pin:${name}`)
}

/** In a copy of the database, where nobody holds one. */
export function freeAllPins(db: Connection): void {
  db.run(freeAll)
}
