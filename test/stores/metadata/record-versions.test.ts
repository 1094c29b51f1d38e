/** The version of a record: plain rows are what every program reads; rows that speak of encryption stop an older one. */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { it } from 'node:test'
import { crc32 } from 'node:zlib'
import { draft, seal, unseal } from '../../../src/stores/metadata/sql/seal.ts'
import { openSqliteMetadata } from '../../../src/stores/metadata/sqlite.ts'
import {
  accepted,
  inBlob,
  newObject,
  newPart,
  newUpload,
  plain,
  withStore,
} from '../../contracts/metadata/scene.ts'
import { temporaryFolder } from './folder.ts'

const encryption = { method: 'SSE-S3', keyId: 'server', wrapped: 'v1:AAAA' } as const
const attributes = { ...plain, encryption }
const kept = { wrapped: 'AAAA', sizeBytes: 3 }

it('is 2 for an object, upload or run with something to say of encryption, and 1 for all others', async () => {
  await using folder = await temporaryFolder()
  await withStore(
    async (clock) => openSqliteMetadata({ file: folder.file, clock }),
    async ({ store, bucket }) => {
      const { id } = bucket
      accepted(await store.putObject(newObject(id, 'plain'), {}))
      accepted(await store.putObject(newObject(id, 'sealed', { attributes, seal: kept }), {}))
      accepted(await store.createUpload(newUpload(id, 'plain', 'u1')))
      accepted(await store.createUpload({ ...newUpload(id, 'sealed', 'u2'), attributes }))
      accepted(await store.putPart('u1', newPart(1)))
      const runs = [1, 2].map((number) => ({ sizeBytes: 5, locator: inBlob(number), seal: kept }))
      accepted(await store.putPart('u2', newPart(1, { runs })))
    },
  )
  const database = new DatabaseSync(folder.file)
  const versions = (sql: string): unknown[] =>
    database
      .prepare(sql)
      .all()
      .map((row) => row['version'])
  const first = 'substr(record, 1, 1) AS version'
  const bytesOf = (found: readonly unknown[]): number[] =>
    found.map((version) => (version instanceof Uint8Array ? (version[0] ?? 0) : -1))
  assert.deepEqual(bytesOf(versions(`SELECT ${first} FROM objects ORDER BY key`)), [1, 2])
  assert.deepEqual(bytesOf(versions(`SELECT ${first} FROM uploads ORDER BY key`)), [1, 2])
  assert.deepEqual(bytesOf(versions(`SELECT ${first} FROM parts ORDER BY content, run`)), [1, 2, 2])
  assert.deepEqual(bytesOf(versions(`SELECT ${first} FROM buckets`)), [1])
  database.close()
})

/** As every program before encryption wrote it. */
function firstVersion(identity: string, late: string, attributes: unknown): Uint8Array {
  const json = Buffer.from(JSON.stringify(attributes))
  const covered = Buffer.concat([
    Buffer.of(1),
    Buffer.from(`${identity}\0`),
    json,
    Buffer.from(late),
  ])
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(covered))
  return Buffer.concat([Buffer.of(1), sum, json])
}

it('does not make an old record unreadable', () => {
  const record = firstVersion('object\0x', '7', { a: 1 })
  assert.deepEqual(unseal({ record, identity: 'object\0x', late: '7' }), { a: 1 })
  assert.deepEqual(Buffer.from(seal(draft('object\0x', { a: 1 }), '7')), record)
})

it('is under the CRC, and a version that nobody knows is refused', () => {
  const identity = 'object\0x'
  const record = seal(draft(identity, { a: 1 }, true), '7')
  assert.deepEqual([record[0], unseal({ record, identity, late: '7' })], [2, { a: 1 }])
  for (const version of [0, 1, 3, 255]) {
    const other = Uint8Array.from(record)
    other[0] = version
    assert.throws(() => unseal({ record: other, identity, late: '7' }), { name: 'CorruptRecord' })
  }
})
