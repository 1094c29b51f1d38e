/** A group whose calls have no savepoints is done again with them when one throws: its neighbours stay, and are what they were. */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { it } from 'node:test'
import { Connection } from '../../../src/stores/metadata/sql/connection.ts'
import { openFirst } from '../../../src/stores/metadata/sql/files.ts'
import { performGroup, type Call } from '../../../src/stores/metadata/sql/group.ts'
import { getObject, prepareObject } from '../../../src/stores/metadata/sql/objects.ts'
import { beginLife } from '../../../src/stores/metadata/sql/schema.ts'
import type { TransactionName } from '../../../src/stores/metadata/sql/transactions.ts'
import { newBucket, newObject, newUpload, small } from '../../contracts/metadata/scene.ts'
import { draftUpload } from '../../../src/stores/metadata/sql/upload-rows.ts'
import { temporaryFolder } from './folder.ts'

function open(): Connection {
  const db = new Connection(new DatabaseSync(':memory:'))
  beginLife(db)
  performGroup(db, [call(0, 'createBucket', newBucket('first'))])
  return db
}

function call(id: number, name: TransactionName, argument: unknown): Call {
  return { id, name, argument }
}

/** A moment that is no integer has no place in a STRICT table: the second of the put's two rows is refused by the engine. */
function put(id: number, key: string, modified: number = 5): Call {
  const object = newObject(1, key, { modified, locator: small(key) })
  return call(id, 'putObject', prepareObject(object, {}, 5))
}

function text(db: Connection, key: string): string | undefined {
  const found = getObject(db, { bucket: 1, key, versionId: undefined })
  return found && Buffer.from(found.bytes ?? []).toString()
}

it('keeps the neighbours of a call that throws, and nothing of that call', () => {
  const db = open()
  const upload = newUpload(1, 'u', 'k')
  const begin = { uploadId: 'u', bucket: 1, key: 'k', record: draftUpload(upload) }
  const calls = [
    put(1, 'before'),
    call(2, 'createUpload', begin),
    put(3, 'broken', 0.0001),
    put(4, 'after'),
  ]
  const outcomes = performGroup(db, calls)
  assert.deepEqual(
    outcomes.map((outcome) => ['value' in outcome, outcome.id]),
    [
      [true, 1],
      [true, 2],
      [false, 3],
      [true, 4],
    ],
  )
  // What was sealed twice would not verify.
  assert.deepEqual([text(db, 'before'), text(db, 'after')], ['before', 'after'])
  assert.equal(text(db, 'broken'), undefined)
  assert.deepEqual(
    db
      .all('SELECT bytes FROM small ORDER BY id')
      .map(({ bytes }) => String(Buffer.from(bytes as Uint8Array))),
    ['before', 'after'],
  )
  assert.equal(db.all('SELECT 1 FROM uploads').length, 1)
  db.close()
})

it('refuses without a savepoint what has written nothing', () => {
  const db = open()
  const kept = performGroup(db, [put(1, 'k')])
  const again = prepareObject(newObject(1, 'k'), { ifNoneMatch: ['*'] }, 6)
  const nowhere = prepareObject(newObject(9, 'k'), {}, 6)
  const outcomes = performGroup(db, [
    call(2, 'putObject', again),
    call(3, 'putObject', nowhere),
    put(4, 'l'),
  ])
  assert.deepEqual(outcomes.slice(0, 2), [
    { id: 2, value: { refused: 'condition-failed', condition: 'If-None-Match' } },
    { id: 3, value: { refused: 'bucket-missing' } },
  ])
  assert.equal('value' in (kept[0] ?? {}), true)
  assert.deepEqual([text(db, 'k'), text(db, 'l')], ['k', 'l'])
  assert.equal(db.all('SELECT 1 FROM small').length, 2)
  db.close()
})

it('gives no row of small bytes twice, whatever was undone and whoever writes next', () => {
  const database = new DatabaseSync(':memory:')
  const first = new Connection(database)
  beginLife(first)
  performGroup(first, [call(0, 'createBucket', newBucket('first'))])
  // The first rows are taken in a transaction that is undone.
  performGroup(first, [put(1, 'k'), put(2, 'broken', 0.0001)])
  performGroup(first, [put(3, 'l')])
  const last = lastSmall(first)
  first.run('DELETE FROM small')
  const second = new Connection(database)
  performGroup(second, [put(4, 'm')])
  assert.ok(lastSmall(second) > last, `${lastSmall(second)} comes after ${last}`)
  second.close()
})

function lastSmall(db: Connection): number {
  return Number(db.get('SELECT max(id) AS last FROM small')?.['last'])
}

it('writes three pages for a tiny object: its bytes, its row and the index of locators', async () => {
  await using folder = await temporaryFolder()
  const db = openFirst(folder.file)
  beginLife(db)
  performGroup(db, [call(0, 'createBucket', newBucket('first')), put(1, 'k')])
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  performGroup(db, [put(2, 'l')])
  assert.equal(db.get('PRAGMA wal_checkpoint(PASSIVE)')?.['log'], 3)
  db.close()
})
