/** A damaged row is an error that names it, never an absent row and never another's attributes. */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { it } from 'node:test'
import { openSqliteMetadata } from '../../../src/stores/metadata/sqlite.ts'
import type { MetadataStore } from '../../../src/stores/metadata/store.ts'
import {
  completedObject,
  newObject,
  uploadWith,
  wholeRange,
  withStore,
} from '../../contracts/metadata/scene.ts'
import { temporaryFolder } from './folder.ts'

const flipped = (column: string): string =>
  `cast(substr(${column}, 1, length(${column}) - 1) || x'01' as blob)`

/** What is done to the file, and the call that must notice. */
const damages: ReadonlyArray<
  readonly [sql: string, call: (store: MetadataStore) => Promise<unknown>]
> = [
  [`UPDATE buckets SET record = ${flipped('record')}`, (store) => store.getBucket('first')],
  [`UPDATE buckets SET owner = 'other'`, (store) => store.getBucket('first')],
  [
    `UPDATE objects SET record = ${flipped('record')} WHERE key = 'k'`,
    (store) => store.getObject(1, 'k'),
  ],
  [`UPDATE objects SET record = x'' WHERE key = 'k'`, (store) => store.getObject(1, 'k')],
  [
    `UPDATE objects SET record = (SELECT record FROM objects WHERE key = 'l') WHERE key = 'k'`,
    (store) => store.getObject(1, 'k'),
  ],
  [
    `UPDATE objects SET locator = (SELECT locator FROM objects WHERE key = 'l') WHERE key = 'k'`,
    (store) => store.getObject(1, 'k'),
  ],
  [
    `UPDATE objects SET record = ${flipped('record')} WHERE key = 'k'`,
    (store) => store.putObject(newObject(1, 'k'), { ifMatch: ['e1'] }),
  ],
  [`UPDATE small SET bytes = ${flipped('bytes')}`, (store) => store.getObject(1, 'k')],
  [
    `UPDATE small SET (crc, bytes) = (SELECT crc, bytes FROM small AS other WHERE other.id <> small.id)`,
    (store) => store.getObject(1, 'k'),
  ],
  [`DELETE FROM small`, (store) => store.getObject(1, 'k')],
  [`UPDATE uploads SET record = ${flipped('record')}`, (store) => store.getUpload('open')],
  [`UPDATE parts SET part_size = 11 WHERE number = 1`, (store) => store.listParts('open', 0, 10)],
  [
    `UPDATE parts SET locator = ${flipped('locator')} WHERE number = 1`,
    (store) => store.objectRuns(1, wholeRange, 1),
  ],
  [
    `UPDATE parts SET start = start + 1 WHERE number = 2`,
    (store) => store.objectRuns(1, { offset: 12, lengthBytes: 1 }, 1),
  ],
  [
    `UPDATE parts SET start = 5 WHERE number = 3`,
    (store) => store.objectRuns(1, { offset: 7, lengthBytes: 1 }, 1),
  ],
  [
    `UPDATE parts SET start = CASE number WHEN 1 THEN 10 ELSE 0 END WHERE number < 3`,
    (store) => store.objectRuns(1, wholeRange, 3),
  ],
  [`UPDATE receipts SET request_hash = 'x'`, (store) => store.getReceipt('done')],
]

for (const [sql, call] of damages) {
  it(`notices: ${sql}`, async () => {
    await using folder = await temporaryFolder()
    await withStore(
      async (clock) => openSqliteMetadata({ file: folder.file, clock }),
      async (scene) => {
        await completedObject(scene, { key: 'big', uploadId: 'done', count: 3 })
        await uploadWith(scene, { key: 'big', uploadId: 'open', count: 2 })
        for (const key of ['k', 'l'])
          await scene.store.putObject(newObject(scene.bucket.id, key), {})
        await call(scene.store)
      },
    )
    const database = new DatabaseSync(folder.file)
    database.exec(sql)
    database.close()
    await using store = await openSqliteMetadata({ file: folder.file })
    await assert.rejects(call(store), { name: 'CorruptRecord' })
  })
}

it('does not open what a later version wrote', async () => {
  await using folder = await temporaryFolder()
  await (await openSqliteMetadata({ file: folder.file }))[Symbol.asyncDispose]()
  const database = new DatabaseSync(folder.file)
  database.exec(`UPDATE life SET value = 99 WHERE name = 'schema'`)
  database.close()
  await assert.rejects(openSqliteMetadata({ file: folder.file }), /schema version 99/)
  database.open()
  assert.equal(database.prepare(`SELECT value FROM life WHERE name = 'epoch'`).get()?.['value'], 1)
  database.close()
})

it('does not open what is no database', async () => {
  await using folder = await temporaryFolder()
  await assert.rejects(openSqliteMetadata({ file: `${folder.file}/nowhere/x` }))
})
