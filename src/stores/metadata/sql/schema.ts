/**
 * The tables. SQLite's dialect, kept plain: what PostgreSQL lacks is WITHOUT ROWID, STRICT and AUTOINCREMENT, each with
 * an obvious counterpart there. docs/format/metadata.md explains every column.
 */
import type { Connection } from './connection.ts'
import { integer } from './connection.ts'

/** Raised by whoever changes the tables, together with a step that brings older ones here. */
export const schemaVersion = 1

const tables = `
CREATE TABLE life (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;

CREATE TABLE buckets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  owner TEXT NOT NULL,
  versioning TEXT NOT NULL,
  record BLOB NOT NULL
) STRICT;
CREATE INDEX buckets_by_owner ON buckets (owner, name);

CREATE TABLE objects (
  bucket INTEGER NOT NULL,
  key TEXT NOT NULL,
  ver INTEGER NOT NULL,
  version TEXT NOT NULL,
  marker INTEGER NOT NULL,
  locator BLOB NOT NULL,
  record BLOB NOT NULL,
  PRIMARY KEY (bucket, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX objects_by_locator ON objects (locator);

CREATE TABLE versions (
  bucket INTEGER NOT NULL,
  key TEXT NOT NULL,
  ver INTEGER NOT NULL,
  version TEXT NOT NULL,
  marker INTEGER NOT NULL,
  locator BLOB NOT NULL,
  record BLOB NOT NULL,
  PRIMARY KEY (bucket, key, ver)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX versions_by_id ON versions (bucket, key, version);
CREATE INDEX versions_by_locator ON versions (locator);

CREATE TABLE small (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  crc INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE uploads (
  content INTEGER PRIMARY KEY AUTOINCREMENT,
  upload TEXT NOT NULL UNIQUE,
  bucket INTEGER NOT NULL,
  key TEXT NOT NULL,
  revision INTEGER NOT NULL,
  record BLOB NOT NULL
) STRICT;
CREATE INDEX uploads_by_key ON uploads (bucket, key, upload);

CREATE TABLE parts (
  content INTEGER NOT NULL,
  run INTEGER NOT NULL,
  number INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  start INTEGER,
  size INTEGER NOT NULL,
  runs INTEGER NOT NULL,
  part_size INTEGER NOT NULL,
  locator BLOB NOT NULL,
  record BLOB NOT NULL,
  PRIMARY KEY (content, run, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX parts_by_start ON parts (content, start);
CREATE INDEX parts_by_locator ON parts (locator);

CREATE TABLE receipts (
  upload TEXT PRIMARY KEY,
  bucket INTEGER NOT NULL,
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  completed INTEGER NOT NULL,
  record BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX receipts_by_age ON receipts (completed);

CREATE TABLE reclaim (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  unlinked INTEGER NOT NULL,
  condemned INTEGER NOT NULL,
  locator BLOB NOT NULL
) STRICT;
CREATE INDEX reclaim_by_age ON reclaim (unlinked, id);
CREATE INDEX reclaim_by_locator ON reclaim (locator);
`

const begin = `INSERT INTO life (name, value) VALUES ('begun', ?)
  ON CONFLICT (name) DO UPDATE SET value = excluded.value`

/**
 * Makes the tables where there are none, and begins a new life of the store: the answer is its epoch, durable and
 * greater than every earlier one. Throws on tables of a later version than this program knows.
 */
export function beginLife(db: Connection): number {
  db.exec('BEGIN IMMEDIATE')
  if (isEmpty(db)) create(db)
  const found = lifeValue(db, 'schema')
  if (found !== schemaVersion) {
    db.exec('ROLLBACK')
    throw new Error(
      `the metadata is of schema version ${found}; this program reads version ${schemaVersion}`,
    )
  }
  const epoch = takeEpoch(db)
  db.run(begin, epoch)
  db.exec('COMMIT')
  return epoch
}

/** An epoch for one more process that writes blobs: greater than every earlier one. */
export function takeEpoch(db: Connection): number {
  db.run(`UPDATE life SET value = value + 1 WHERE name = 'epoch'`)
  return lifeValue(db, 'epoch')
}

/**
 * The epoch with which the life that wrote last began, whatever epochs were taken since: every commit of a blob of an earlier one is
 * in here. 0 where there are no tables.
 */
export function begunEpoch(db: Connection): number {
  if (isEmpty(db)) return 0
  const row = db.get(`SELECT value FROM life WHERE name = 'begun'`)
  return row === undefined ? lifeValue(db, 'epoch') : integer(row, 'value')
}

function isEmpty(db: Connection): boolean {
  return db.get(`SELECT 1 FROM sqlite_schema WHERE name = 'life'`) === undefined
}

function create(db: Connection): void {
  db.exec(tables)
  db.run(`INSERT INTO life (name, value) VALUES ('schema', ?), ('epoch', 0)`, schemaVersion)
}

function lifeValue(db: Connection, name: string): number {
  const row = db.get('SELECT value FROM life WHERE name = ?', name)
  if (row === undefined) throw new Error(`the metadata lacks its ${name}`)
  return integer(row, 'value')
}
