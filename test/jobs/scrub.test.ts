/** Scrub beside a living store: it finds, goes on where it was, keeps its pace, and stops what trusts a damaged index. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { it } from 'node:test'
import { systemChance } from '../../src/base/chance.ts'
import { BlobNames } from '../../src/base/ids.ts'
import { mebibyte } from '../../src/base/limits.ts'
import { namesIn } from '../../src/jobs/findings.ts'
import { ScrubJob } from '../../src/jobs/scrub.ts'
import { readReport, type ReportShelf, type ScrubReport } from '../../src/jobs/scrub-report.ts'
import { silentLog } from '../../src/observe/log.ts'
import { openBlobExaminer } from '../../src/stores/blobs/examiner.ts'
import { openFileBlobs } from '../../src/stores/blobs/files.ts'
import { openExaminer } from '../../src/stores/metadata/examiner.ts'
import { openSqliteMetadata } from '../../src/stores/metadata/sqlite.ts'
import type { MetadataStore } from '../../src/stores/metadata/store.ts'
import { about, inChunks } from '../contracts/blob-store.ts'
import { newBucket, newObject } from '../contracts/metadata/scene.ts'
import { temporaryFolder } from '../stores/metadata/folder.ts'

const sizeBytes = 1_000_000
const everyMs = 3_600_000

interface Scene {
  readonly clock: { time: number; now(): number }
  readonly store: MetadataStore
  readonly shelf: ReportShelf & { text: string | undefined; writes: number }
  readonly said: string[]
  readonly blobFiles: () => readonly string[]
  readonly put: (key: string) => Promise<void>
  readonly begin: (bytesPerSecond?: number) => Promise<ScrubJob>
}

async function withScene(run: (scene: Scene) => Promise<void>): Promise<void> {
  await using folder = await temporaryFolder()
  await using undo = new AsyncDisposableStack()
  const { file } = folder
  const clock = { time: 1_700_000_000_000, now: (): number => clock.time }
  const directory = join(dirname(file), 'blobs')
  mkdirSync(directory)
  const store = undo.use(await openSqliteMetadata({ file, clock }))
  const blobs = undo.use(await openFileBlobs({ directory, onFatal: () => undefined }))
  await store.createBucket(newBucket('first'))
  const names = new BlobNames(store.epoch, systemChance)
  const shelf = {
    text: undefined as string | undefined,
    writes: 0,
    read: () => shelf.text,
    write: (text: string): void => {
      shelf.text = text
      shelf.writes += 1
    },
  }
  const said: string[] = []
  const log = { ...silentLog, error: (_: object, what: string): unknown => said.push(what) }
  const put = async (key: string): Promise<void> => {
    const blob = names.next()
    await blobs.put(blob, inChunks(Buffer.alloc(sizeBytes, key), 100_000), about)
    const locator = { kind: 'blob', blob, offset: 0 } as const
    await store.putObject(newObject(1, key, { sizeBytes, locator }), {})
  }
  const begin = async (bytesPerSecond = 100 * mebibyte): Promise<ScrubJob> => {
    const metadata = undo.use(openExaminer(file))
    const examined = { metadata, blobs: await openBlobExaminer(directory) }
    return undo.use(new ScrubJob({ examined, shelf, clock, log, everyMs, bytesPerSecond }))
  }
  const blobFiles = (): readonly string[] =>
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
  await run({ clock, store, shelf, said, blobFiles, put, begin })
}

/** Steps until the round is over; time passes, so the pace is no matter. */
async function finish({ clock, shelf }: Scene, job: ScrubJob): Promise<ScrubReport> {
  const before = shelf.writes
  for (let step = 0; step < 1000; step++) {
    await job.step()
    clock.time += 1000
    const report = readReport(shelf.text)
    if (shelf.writes > before && report.current === undefined) return report
  }
  throw new Error('a round without end')
}

function flip(file: string): void {
  const bytes = readFileSync(file)
  bytes[500_000] = (bytes[500_000] ?? 0) ^ 1
  writeFileSync(file, bytes)
}

it('reads everything, names what is damaged, and changes nothing', () =>
  withScene(async (scene) => {
    for (const key of ['a', 'b', 'c']) await scene.put(key)
    const files = scene.blobFiles()
    flip(files[1] ?? '')
    const job = await scene.begin()
    const nothing: ScrubJob['rounds'] = { current: undefined, last: undefined }
    assert.deepEqual(job.rounds, nothing)
    await job.step()
    const begun = job.rounds
    assert.deepEqual([begun.current?.found, begun.last], [0, undefined])
    const { last } = await finish(scene, job)
    assert.deepEqual(job.rounds, { current: undefined, last })
    assert.equal(last?.found, 1)
    assert.deepEqual(last.findings.map(namesIn), [['first/b']])
    assert.deepEqual(scene.said, ['scrub found damage'])
    assert.deepEqual([last.counts.blobs, last.counts.unnamed], [3, 0])
    assert.ok(last.counts.bytes > 2 * sizeBytes)
    assert.deepEqual(scene.blobFiles(), files)
  }))

it('waits for the next round, which forgets what is mended', () =>
  withScene(async (scene) => {
    await scene.put('a')
    const [file = ''] = scene.blobFiles()
    flip(file)
    const job = await scene.begin()
    await finish(scene, job)
    flip(file)
    const { writes } = scene.shelf
    for (let step = 0; step < 10; step++) assert.equal(await job.step(), false)
    assert.equal(scene.shelf.writes, writes)
    scene.clock.time += everyMs
    const { last } = await finish(scene, job)
    assert.equal(last?.found, 0)
  }))

it('goes on after a restart where it was, with what it had found', () =>
  withScene(async (scene) => {
    for (let number = 0; number < 12; number++) await scene.put(`k${number}`)
    const [first = ''] = scene.blobFiles()
    flip(first)
    const job = await scene.begin(mebibyte)
    const done = (): number => readReport(scene.shelf.text).current?.counts.blobs ?? 0
    for (let step = 0; step < 100 && done() === 0; step++) {
      await job.step()
      scene.clock.time += 31_000
    }
    assert.ok(done() > 0 && done() < 12, String(done()))
    // Mended meanwhile: were it read again it would not be found again.
    flip(first)
    const { last } = await finish(scene, await scene.begin())
    assert.deepEqual(last?.findings.map(namesIn), [['first/k0']])
    assert.equal(last.counts.blobs, 12)
  }))

it('reads no faster than it may', () =>
  withScene(async (scene) => {
    for (let number = 0; number < 12; number++) await scene.put(`k${number}`)
    const job = await scene.begin(mebibyte)
    const read = (): number => readReport(scene.shelf.text).current?.counts.bytes ?? 0
    // Without time: no more than the burst and a step, however often it is asked.
    for (let step = 0; step < 200; step++) await job.step()
    scene.clock.time += 31_000
    await job.step()
    const burst = read()
    assert.ok(burst > 0 && burst < 10 * mebibyte, String(burst))
  }))

it('what is being written while it reads is no damage', () =>
  withScene(async (scene) => {
    for (const key of ['a', 'b']) await scene.put(key)
    const files = scene.blobFiles()
    // As a writer of this life would leave it for a moment: no row, no footer.
    writeFileSync(`${files[0]?.slice(0, -16)}${'f'.repeat(16)}`, 'half')
    const job = await scene.begin()
    const { last } = await finish(scene, job)
    assert.equal(last?.found, 0, JSON.stringify(last?.findings))
  }))

it('a damaged report is none: the round begins anew', () =>
  withScene(async (scene) => {
    await scene.put('a')
    scene.shelf.text = '{"version":1,'
    const { last } = await finish(scene, await scene.begin())
    assert.equal(last?.counts.blobs, 1)
  }))
