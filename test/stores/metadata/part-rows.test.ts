/** Parts are read a portion at a time, and are placed as they are written: both show what one row after the other would. */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { it } from 'node:test'
import fc from 'fast-check'
import { Connection, integer } from '../../../src/stores/metadata/sql/connection.ts'
import { ImmediateWriter } from '../../../src/stores/metadata/sql/immediate.ts'
import { partsAfter } from '../../../src/stores/metadata/sql/part-pages.ts'
import { decodeHead, headColumns } from '../../../src/stores/metadata/sql/part-rows.ts'
import { beginLife } from '../../../src/stores/metadata/sql/schema.ts'
import { SqlMetadata } from '../../../src/stores/metadata/sql/store.ts'
import type { PartRow } from '../../../src/stores/metadata/records.ts'
import type { NewPart } from '../../../src/stores/metadata/store.ts'
import {
  accepted,
  completion,
  inBlob,
  newBucket,
  newPart,
  newUpload,
} from '../../contracts/metadata/scene.ts'

interface Scene {
  readonly db: Connection
  readonly store: SqlMetadata
  readonly parts: readonly PartRow[]
}

async function withParts<T>(
  parts: readonly NewPart[],
  run: (scene: Scene) => T | Promise<T>,
): Promise<T> {
  const db = new Connection(new DatabaseSync(':memory:'))
  const clock = { now: (): number => 1_700_000_000_000 }
  const made = { reader: db, writer: new ImmediateWriter(db), epoch: beginLife(db), clock }
  await using store = new SqlMetadata({ ...made, release: () => undefined })
  accepted(await store.createBucket(newBucket('first')))
  accepted(await store.createUpload(newUpload(1, 'k', 'u')))
  const put: PartRow[] = []
  for (const part of parts) put.push(accepted(await store.putPart('u', part)))
  return await run({ db, store, parts: put.toSorted((one, other) => one.number - other.number) })
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('"]', '\\', ',[', 'ü'),
)
const run = fc.record({ sizeBytes: fc.integer({ min: 0, max: 3 }), sealed: fc.boolean() })
const part = fc.record({
  number: fc.integer({ min: 1, max: 40 }),
  etag: text,
  checksums: fc.dictionary(fc.constantFrom('CRC32', 'SHA256'), text),
  runs: fc.array(run, { maxLength: 3 }),
})
const someParts = fc.uniqueArray(part, { selector: ({ number }) => number, maxLength: 12 })

function partOf({
  number,
  etag,
  checksums,
  runs,
}: typeof part extends fc.Arbitrary<infer P> ? P : never): NewPart {
  const made = runs.map(({ sizeBytes, sealed }, at) => ({
    sizeBytes,
    locator: inBlob(number * 10 + at),
    ...(sealed && { seal: { wrapped: 'AAAA', sizeBytes } }),
  }))
  const sizeBytes = made.reduce((sum, each) => sum + each.sizeBytes, 0)
  return newPart(number, { etag, checksums, sizeBytes, runs: made })
}

const heads = `SELECT ${headColumns} FROM parts WHERE run = 0 ORDER BY number`

it('reads in portions what is read row by row', async () => {
  await fc.assert(
    fc.asyncProperty(someParts, async (some) =>
      withParts(some.map(partOf), ({ db }) => {
        const rows = db.allColumns(heads).map((row) => decodeHead(row, 1))
        assert.deepEqual(partsAfter(db, 1, 0, 1000), rows)
      }),
    ),
  )
})

it('goes on behind a portion, and ends at the most that it is asked for', async () => {
  const many = Array.from({ length: 450 }, (_, index) => newPart(2 * index + 1))
  await withParts(many, ({ db }) => {
    const numbers = (after: number, max: number): number[] =>
      partsAfter(db, 1, after, max).map(([number]) => number)
    assert.deepEqual(
      numbers(0, 1000),
      many.map(({ number }) => number),
    )
    for (const max of [0, 1, 199, 200, 201, 400, 401]) {
      assert.deepEqual(
        numbers(3, max),
        many.slice(2, 2 + max).map(({ number }) => number),
      )
    }
    assert.deepEqual(numbers(899, 9), [])
  })
})

it('refuses a portion in which one row is damaged, whichever column', async () => {
  const damages = [
    'number = 9000',
    'revision = revision + 1',
    'size = size + 1',
    'runs = 2',
    'part_size = 11',
    `locator = x'00'`,
    `record = x''`,
    `record = substr(record, 1, 4)`,
    `record = cast(x'09' || substr(record, 2) AS BLOB)`,
    `record = cast(replace(cast(record AS TEXT), 'etag-150', 'etag-15"') AS BLOB)`,
    'record = (SELECT record FROM parts WHERE number = 1)',
  ]
  const many = Array.from({ length: 300 }, (_, index) => newPart(index + 1))
  await withParts(many, ({ db }) => {
    for (const damage of damages) {
      db.exec(`BEGIN; UPDATE parts SET ${damage} WHERE number = 150`)
      assert.throws(() => partsAfter(db, 1, 0, 1000), { name: 'CorruptRecord' }, damage)
      db.exec('ROLLBACK')
    }
    assert.equal(partsAfter(db, 1, 0, 1000).length, 300)
  })
})

/** Every run begins where the one before it ends. */
const wrong = `SELECT number FROM (SELECT number, start,
  sum(size) OVER (ORDER BY number, run) - size AS place FROM parts) WHERE start IS NOT place`

it('places all parts, wherever they were thought to be', async () => {
  const forgotten = fc.constantFrom('number < 0', 'true', 'number % 2 = 0')
  await fc.assert(
    fc.asyncProperty(someParts, forgotten, fc.integer({ min: 1, max: 3 }), (some, rows, step) =>
      withParts(some.map(partOf), async ({ db, store, parts }) => {
        const listed = parts.filter((_, at) => at % step === 0)
        // As a program wrote them that did not place them.
        db.exec(`UPDATE parts SET start = NULL WHERE ${rows}`)
        const row = accepted(
          await store.completeUpload(completion({ bucket: 1, key: 'k', uploadId: 'u' }, listed)),
        )
        assert.deepEqual(db.all(wrong), [])
        assert.equal(
          row.sizeBytes,
          listed.reduce((sum, each) => sum + each.sizeBytes, 0),
        )
        const left = db.all('SELECT DISTINCT number FROM parts ORDER BY number')
        assert.deepEqual(
          left.map((each) => integer(each, 'number')),
          listed.map(({ number }) => number),
        )
      }),
    ),
  )
})

it('moves only the parts that were thought to be elsewhere', async () => {
  const runs = [4, 6].map((sizeBytes, at) => ({ sizeBytes, locator: inBlob(50 + at) }))
  const shorter = newPart(4, { sizeBytes: 3, runs: [{ sizeBytes: 3, locator: inBlob(60) }] })
  await withParts(
    [newPart(2, { runs }), shorter, newPart(3), newPart(1)],
    async ({ db, store, parts }) => {
      db.exec('CREATE TEMP TABLE moved (number)')
      db.exec(`CREATE TEMP TRIGGER moving AFTER UPDATE ON parts
      BEGIN INSERT INTO moved VALUES (new.number); END`)
      accepted(
        await store.completeUpload(completion({ bucket: 1, key: 'k', uploadId: 'u' }, parts)),
      )
      assert.deepEqual(db.all(wrong), [])
      assert.deepEqual(db.allColumns('SELECT number FROM moved'), [[4]])
    },
  )
})
