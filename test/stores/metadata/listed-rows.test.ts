/** Listings read their rows in a way of their own: they show what a look-up of the key shows, and refuse what it refuses. */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { it, mock } from 'node:test'
import fc from 'fast-check'
import { Connection } from '../../../src/stores/metadata/sql/connection.ts'
import { ImmediateWriter } from '../../../src/stores/metadata/sql/immediate.ts'
import { listObjects } from '../../../src/stores/metadata/sql/listing.ts'
import { getObject } from '../../../src/stores/metadata/sql/objects.ts'
import { beginLife } from '../../../src/stores/metadata/sql/schema.ts'
import { draft, seal } from '../../../src/stores/metadata/sql/seal.ts'
import { SqlMetadata } from '../../../src/stores/metadata/sql/store.ts'
import type { ListedObject, ObjectAttributes } from '../../../src/stores/metadata/records.ts'
import type { NewObject } from '../../../src/stores/metadata/store.ts'
import {
  accepted,
  inBlob,
  newBucket,
  newObject,
  owner,
  plain,
} from '../../contracts/metadata/scene.ts'

interface Scene {
  readonly db: Connection
  readonly store: SqlMetadata
}

async function withRows(objects: readonly NewObject[], run: (scene: Scene) => void): Promise<void> {
  const db = new Connection(new DatabaseSync(':memory:'))
  const clock = { now: (): number => 1_700_000_000_000 }
  const parts = { reader: db, writer: new ImmediateWriter(db), epoch: beginLife(db), clock }
  await using store = new SqlMetadata({ ...parts, release: () => undefined })
  accepted(await store.createBucket(newBucket('first')))
  for (const object of objects) accepted(await store.putObject(object, {}))
  run({ db, store })
}

function listed(db: Connection, max: number = 1000, delimiter: string = ''): ListedObject[] {
  const query = { bucket: 1, prefix: '', delimiter, from: '', exclusive: false, max }
  return listObjects(db, query).entries.flatMap((entry) => ('row' in entry ? [entry.row] : []))
}

/** What a look-up says of the same key. */
function lookedUp(db: Connection, key: string): ListedObject | undefined {
  const row = getObject(db, { bucket: 1, key, versionId: undefined })?.row
  if (row === undefined) return undefined
  const { versionId, owner, sizeBytes, etag, modified, attributes } = row
  const { storageClass, checksum: kept } = attributes
  const checksum = kept && { algorithm: kept.algorithm, type: kept.type }
  return { key, versionId, owner, sizeBytes, etag, modified, storageClass, checksum }
}

/** What JSON escapes, what it only looks as if it meant, and more than one byte for a character. */
const pieces = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  '"storageClass":"X"',
  '}}',
  '\n',
  '\u007f',
  'ü',
  '\u{1f600}',
  'a',
]
const text = fc.array(fc.constantFrom(...pieces), { maxLength: 5 }).map((some) => some.join(''))
const pairs = fc.array(fc.tuple(text, text), { maxLength: 3 })
const rarely = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 })

const encryption: fc.Arbitrary<ObjectAttributes['encryption']> = fc.oneof(
  fc.record({ method: fc.constant('SSE-S3' as const), keyId: text, wrapped: text }),
  fc.record({
    method: fc.constant('SSE-KMS' as const),
    keyId: text,
    wrapped: text,
    context: rarely(fc.dictionary(text, text, { maxKeys: 2 })),
    bucketKey: fc.boolean(),
  }),
)

const attributes: fc.Arbitrary<ObjectAttributes> = fc.record({
  headers: fc.dictionary(fc.constantFrom('ContentType', 'CacheControl'), text),
  metadata: pairs,
  storageClass: fc.oneof({ weight: 5, arbitrary: fc.constantFrom('STANDARD', 'GLACIER_IR') }, text),
  tags: pairs,
  checksum: fc.option(
    fc.record({
      algorithm: fc.constantFrom('CRC64NVME', 'SHA256'),
      type: fc.constantFrom('COMPOSITE' as const, 'FULL_OBJECT' as const),
      value: fc.constant('lK1tXr03Frc='),
    }),
    { nil: undefined },
  ),
  encryption: rarely(encryption),
  lock: fc.constant(undefined),
  acl: rarely(fc.constant([{ to: { id: 'x' }, permission: 'READ' as const }])),
})

const object: fc.Arbitrary<NewObject> = fc.record({
  bucket: fc.constant(1),
  key: text.filter((key) => key !== ''),
  owner: fc.oneof({ weight: 5, arbitrary: fc.constant(owner) }, text),
  sizeBytes: fc.oneof(fc.nat(), fc.maxSafeNat()),
  etag: fc.constantFrom('b14a7b8059d9c055954c92674ce60032', 'b14a7b8059d9c055954c92674ce60032-3'),
  modified: fc.oneof(fc.constant(1_700_000_000_123), fc.nat(), fc.constant(-1), fc.constant(0.5)),
  partCount: fc.constantFrom(0, 3),
  locator: fc.constantFrom(inBlob(1), inBlob(2, 77)),
  seal: rarely(fc.record({ wrapped: text, sizeBytes: fc.nat() })),
  attributes,
})

it('show what a look-up of each key shows', async () => {
  const objects = fc.uniqueArray(object, {
    minLength: 1,
    maxLength: 12,
    selector: ({ key }) => key,
  })
  const property = fc.asyncProperty(
    objects,
    fc.constantFrom('', '#'),
    async (objects, delimiter) => {
      await withRows(objects, ({ db }) => {
        const found = listed(db, 1000, delimiter)
        assert.equal(found.length, objects.length)
        assert.deepEqual(
          found,
          found.map(({ key }) => lookedUp(db, key)),
        )
      })
    },
  )
  await fc.assert(property, { numRuns: 200 })
})

it('do not parse the records that are usual', async () => {
  const checksum = { algorithm: 'CRC64NVME', type: 'FULL_OBJECT', value: 'lK1tXr03Frc=' } as const
  const usual: ObjectAttributes = {
    ...plain,
    headers: { ContentType: 'text/plain; charset="utf-8"' },
    metadata: [['who', '"{ü}"']],
    tags: [['a', '\\']],
    checksum,
  }
  const encryption = { method: 'SSE-S3', keyId: 'server', wrapped: 'v1:AAAA' } as const
  const objects = [
    newObject(1, 'bare'),
    newObject(1, 'put', { attributes: usual }),
    newObject(1, 'completed', { attributes: usual, partCount: 12, etag: 'e1-12' }),
    newObject(1, 'ünicode', { attributes: usual }),
    newObject(1, 'sealed', {
      attributes: { ...usual, encryption },
      seal: { wrapped: 'AAAA', sizeBytes: 3 },
    }),
  ]
  await withRows(objects, ({ db }) => {
    const parse = mock.method(JSON, 'parse')
    try {
      assert.equal(listed(db).length, objects.length)
      assert.equal(parse.mock.callCount(), 0)
    } finally {
      parse.mock.restore()
    }
  })
})

/** JSON that programs before this one may have written, or a later one. */
const otherForms: readonly unknown[] = [
  { owner, size: 3, etag: 'e', modified: 5, attributes: {} },
  { etag: 'e', owner, modified: 5, size: 3, attributes: { storageClass: 'X' } },
  {
    owner,
    size: 3,
    etag: 'e',
    modified: 5,
    attributes: { storageClass: 'X', headers: {}, tags: [] },
  },
  { owner, size: 3, etag: 'e', modified: 5, attributes: { storageClass: 'X' }, later: 1 },
  {
    owner,
    size: 3,
    etag: 'e',
    modified: 5,
    attributes: { checksum: { value: 'v', type: 'COMPOSITE', algorithm: 'A' }, storageClass: 'X' },
  },
]

it('read what is written in another form', async () => {
  await withRows([newObject(1, 'k', { locator: inBlob(1) })], ({ db }) => {
    const locator = db.getColumns('SELECT locator FROM objects')?.[0]
    assert.ok(locator instanceof Uint8Array)
    for (const kept of otherForms) {
      const identity = ['object', '1', 'k', 'null', '0'].join('\0')
      const record = seal(draft(identity, kept), '7', locator)
      db.run('UPDATE objects SET ver = 7, record = ?', record)
      assert.deepEqual(listed(db), [lookedUp(db, 'k')])
      assert.deepEqual([listed(db)[0]?.sizeBytes, listed(db)[0]?.etag], [3, 'e'])
    }
  })
})

const damages = [
  `record = x''`,
  `record = x'01'`,
  `record = substr(record, 1, 5)`,
  `record = substr(record, 1, length(record) - 1)`,
  `record = cast(record || x'20' AS BLOB)`,
  `record = cast(x'03' || substr(record, 2) AS BLOB)`,
  `record = cast(substr(record, 1, 1) || x'00000000' || substr(record, 6) AS BLOB)`,
  `record = cast(replace(record, '"size":3', '"size":4') AS BLOB)`,
  `record = (SELECT record FROM objects WHERE key = 'l')`,
  `locator = (SELECT locator FROM objects WHERE key = 'l')`,
  `locator = x''`,
  `ver = ver + 1`,
  `version = 'nul1'`,
  `key = 'kk'`,
]

for (const damage of damages) {
  it(`name a row that is damaged, and show all others: ${damage}`, async () => {
    const rows = ['j', 'k', 'l'].map((key, at) => newObject(1, key, { locator: inBlob(at) }))
    await withRows(rows, ({ db }) => {
      const whole = listed(db)
      db.run(`UPDATE objects SET ${damage} WHERE key = 'k'`)
      const named = { name: 'CorruptRecord', message: /"object","1","kk?"/ }
      for (const delimiter of ['', '/']) assert.throws(() => listed(db, 1000, delimiter), named)
      assert.deepEqual(listed(db, 1), whole.slice(0, 1))
      db.run(`DELETE FROM objects WHERE key IN ('k', 'kk')`)
      assert.deepEqual(listed(db), [whole[0], whole[2]])
    })
  })
}
