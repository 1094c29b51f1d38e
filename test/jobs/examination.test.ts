/** Everything that is damaged is found and named, by a look through all of it; what is whole is not. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { DatabaseSync } from 'node:sqlite'
import { systemChance } from '../../src/base/chance.ts'
import { BlobNames, type BlobId } from '../../src/base/ids.ts'
import { nameOf } from '../../src/jobs/findings.ts'
import { verifyData, type Verified } from '../../src/server/verify.ts'
import { openFileBlobs } from '../../src/stores/blobs/files.ts'
import { openSqliteMetadata } from '../../src/stores/metadata/sqlite.ts'
import type { MetadataStore } from '../../src/stores/metadata/store.ts'
import { about, inChunks } from '../contracts/blob-store.ts'
import {
  accepted,
  completion,
  newBucket,
  newObject,
  newPart,
  newUpload,
  small,
} from '../contracts/metadata/scene.ts'

const data = mkdtempSync(join(tmpdir(), 'ashlar-examined-'))
after(() => rmSync(data, { recursive: true, force: true }))
const file = join(data, 'metadata.sqlite')
const named: { one?: BlobId; part?: BlobId; unnamed?: BlobId } = {}

/** `k` and `l` are small, `big` and `copy` one blob, `done` has three small parts, an upload of `open` a blob as its part 7. */
before(async () => {
  mkdirSync(join(data, 'blobs'))
  await using store = await openSqliteMetadata({ file })
  await using blobs = await openFileBlobs({
    directory: join(data, 'blobs'),
    onFatal: () => undefined,
  })
  const names = new BlobNames(store.epoch, systemChance)
  const put = async (sizeBytes: number): Promise<BlobId> => {
    const id = names.next()
    await blobs.put(id, inChunks(Buffer.alloc(sizeBytes, 7), 30_000), about)
    return id
  }
  named.one = await put(200_000)
  named.part = await put(70_000)
  named.unnamed = await put(10_000)
  await fill(store, named.one, named.part)
})

async function fill(store: MetadataStore, one: BlobId, part: BlobId): Promise<void> {
  await store.createBucket(newBucket('first'))
  for (const key of ['k', 'l']) await store.putObject(newObject(1, key), {})
  const locator = { kind: 'blob', blob: one, offset: 0 } as const
  for (const key of ['big', 'copy'])
    await store.putObject(newObject(1, key, { sizeBytes: 200_000, locator }), {})
  const upload = accepted(await store.createUpload(newUpload(1, 'done', 'finished')))
  const parts = []
  for (const number of [1, 2, 3]) {
    const runs = [{ sizeBytes: 3, locator: small('abc') }]
    parts.push(accepted(await store.putPart('finished', newPart(number, { sizeBytes: 3, runs }))))
  }
  accepted(await store.completeUpload(completion(upload, parts)))
  accepted(await store.createUpload(newUpload(1, 'open', 'going')))
  const runs = [{ sizeBytes: 70_000, locator: { kind: 'blob', blob: part, offset: 0 } as const }]
  accepted(await store.putPart('going', newPart(7, { sizeBytes: 70_000, runs })))
}

function sql(statement: string): void {
  const db = new DatabaseSync(file)
  db.exec(statement)
  db.close()
}

/** What `work` did is undone afterwards. */
async function withCopy(work: () => Promise<void>): Promise<void> {
  const kept = readFileSync(file)
  try {
    await work()
  } finally {
    for (const end of ['-wal', '-shm']) rmSync(file + end, { force: true })
    writeFileSync(file, kept)
  }
}

function said({ findings }: Verified): readonly string[] {
  return findings.flatMap(({ kind, owners }) => owners.map((owner) => `${kind} ${nameOf(owner)}`))
}

function blobFile(id: BlobId | undefined): string {
  const names = readdirSync(join(data, 'blobs'), { recursive: true }).map(String)
  return join(data, 'blobs', names.find((name) => name.endsWith(String(id))) ?? '')
}

test('what is whole is whole; a blob that nobody names is counted', async () => {
  const verified = await verifyData({ data, fast: false })
  assert.deepEqual(verified.findings, [])
  assert.equal(verified.well, true)
  assert.deepEqual([verified.counts.blobs, verified.counts.unnamed], [3, 1])
  assert.ok(verified.counts.bytes > 280_000)
})

const flipped = (column: string): string =>
  `cast(substr(${column}, 1, length(${column}) - 1) || x'01' as blob)`

/** What is done to the rows, and who must be named for it. */
const damages: ReadonlyArray<readonly [statement: string, ...says: string[]]> = [
  [`UPDATE objects SET record = ${flipped('record')} WHERE key = 'k'`, 'record first/k'],
  [`UPDATE objects SET record = x'' WHERE key = 'l'`, 'record first/l'],
  [`UPDATE small SET bytes = ${flipped('bytes')} WHERE id = 1`, 'bytes first/k'],
  [`UPDATE small SET bytes = ${flipped('bytes')} WHERE id = 4`, 'bytes first/done part 2'],
  [`DELETE FROM small WHERE id = 2`, 'bytes first/l'],
  [`DELETE FROM parts WHERE number = 2`, 'sizes first/done'],
  [`UPDATE parts SET start = start + 1 WHERE number = 3 AND content = 1`, 'sizes first/done'],
  [`UPDATE parts SET size = 2 WHERE number = 1`, 'record first/done part 1', 'sizes first/done'],
  [
    `UPDATE parts SET record = ${flipped('record')} WHERE number = 7`,
    'record first/open upload going part 7',
  ],
  [`UPDATE uploads SET record = ${flipped('record')}`, 'record first/open upload going'],
  [`UPDATE buckets SET record = ${flipped('record')}`, 'record first'],
  [`UPDATE receipts SET request_hash = 'x'`, 'record first/done upload finished'],
]

for (const [statement, ...says] of damages) {
  test(`found and named: ${statement}`, () =>
    withCopy(async () => {
      sql(statement)
      const found = said(await verifyData({ data, fast: true }))
      for (const what of says) assert.ok(found.includes(what), found.join('; '))
    }))
}

test('a row that its index does not know is found, and mended by building the index anew', () =>
  withCopy(async () => {
    loseFromIndex('objects_by_locator')
    const before = await verifyData({ data, fast: true })
    assert.ok(said(before).includes('index first/big'), said(before).join('; '))
    const mended = await verifyData({ data, fast: true, reindex: true })
    assert.deepEqual(mended.findings, [])
  }))

/** Exchanges the index with an empty one: as if all of its entries were lost. */
function loseFromIndex(index: string): void {
  const db = new DatabaseSync(file)
  db.exec(`CREATE TABLE scratch (a BLOB) STRICT; CREATE INDEX scratched ON scratch (a)`)
  db.enableDefensive(false)
  const rootOf = (name: string): number =>
    Number(db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(name)?.['rootpage'])
  const roots = [rootOf(index), rootOf('scratched')] as const
  db.exec('PRAGMA writable_schema = ON')
  const move = db.prepare('UPDATE sqlite_schema SET rootpage = ? WHERE name = ?')
  move.run(roots[1], index)
  move.run(roots[0], 'scratched')
  db.close()
}

test('SQLite finds its file damaged', () =>
  withCopy(async () => {
    const bytes = readFileSync(file)
    bytes.fill(0x5a, 4096 * 3, 4096 * 3 + 200)
    writeFileSync(file, bytes)
    const verified = await verifyData({ data, fast: true })
    assert.ok(verified.findings.some(({ kind }) => kind === 'database'))
  }))

test('a file that is no database at all is a finding', () =>
  withCopy(async () => {
    writeFileSync(file, Buffer.alloc(8192, 1))
    const verified = await verifyData({ data, fast: true })
    assert.deepEqual(
      verified.findings.map(({ kind }) => kind),
      ['database'],
    )
  }))

const blobDamages: ReadonlyArray<
  readonly [what: string, damage: (bytes: Buffer) => Buffer | undefined, fast: boolean]
> = [
  ['a bit of its data', (bytes) => flip(bytes, 100_000), false],
  ['a bit of its header', (bytes) => flip(bytes, 70), false],
  ['a bit of its footer', (bytes) => flip(bytes, bytes.length - 20), true],
  ['cut', (bytes) => bytes.subarray(0, 90_000), true],
  ['deleted', () => undefined, true],
]

for (const [what, damage, fast] of blobDamages) {
  test(`a blob is damaged: ${what}`, async () => {
    const path = blobFile(named.one)
    const kept = readFileSync(path)
    const bytes = damage(Buffer.from(kept))
    if (bytes === undefined) rmSync(path)
    else writeFileSync(path, bytes)
    const slow = await verifyData({ data, fast: false })
    const quick = await verifyData({ data, fast: true })
    writeFileSync(path, kept)
    assert.equal(slow.findings.length, 1, JSON.stringify(slow.findings))
    assert.deepEqual(slow.findings[0]?.owners.map(nameOf).toSorted(), ['first/big', 'first/copy'])
    assert.equal(quick.well, !fast)
  })
}

test('a damaged blob of an open upload is named by its part; one of nobody is no loss', async () => {
  const paths = [blobFile(named.part), blobFile(named.unnamed)]
  const kept = paths.map((path) => readFileSync(path))
  for (const [index, path] of paths.entries()) writeFileSync(path, flip(kept[index], 5000))
  const { findings } = await verifyData({ data, fast: false })
  for (const [index, path] of paths.entries()) writeFileSync(path, kept[index] ?? '')
  assert.deepEqual(
    findings.map(({ owners }) => owners.map(nameOf)),
    [['first/open upload going part 7'], []],
  )
  assert.match(findings[1]?.advice ?? '', /nothing is lost/)
})

function flip(bytes: Buffer | undefined, at: number): Buffer {
  const damaged = Buffer.from(bytes ?? [])
  damaged[at] = (damaged[at] ?? 0) ^ 4
  return damaged
}

test('a folder that a server uses, or that holds nothing, is refused', async () => {
  await using _store = await openSqliteMetadata({ file })
  await assert.rejects(verifyData({ data, fast: true }), /A server uses this data folder/)
  await assert.rejects(verifyData({ data: join(data, 'blobs'), fast: true }), /holds no metadata/)
})
