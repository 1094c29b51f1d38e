/** Defects of what is stored, as somebody might make them, each in one place, and the proof that must turn red when it is there. */
import type { Fault } from './fault.ts'

const sql = 'src/stores/metadata/sql'

export const storeFaults: readonly Fault[] = [
  {
    what: 'reclaim does not ask whether a row still names the bytes',
    file: `${sql}/reclaim.ts`,
    from: '  if (isNamed(db, locator)) return true\n',
    to: '',
    foundBy: 'races',
  },
  {
    what: 'a transaction names bytes that were given up',
    file: `${sql}/references.ts`,
    from: 'column: Uint8Array): boolean {\n',
    to: 'column: Uint8Array): boolean {\n  if (column.length > 0) return true\n',
    foundBy: 'test/stores/metadata/memory.test.ts',
  },
  {
    what: 'a group that is done again finds its drafts sealed already',
    file: `${sql}/seal.ts`,
    from: 'const sealed = Buffer.from(record)\n',
    to: 'const sealed = buffer(record)\n',
    foundBy: 'test/stores/metadata/group.test.ts',
  },
  {
    what: 'a completed upload stays open',
    file: `${sql}/completion.ts`,
    from: `  db.run('DELETE FROM uploads WHERE content = ?', content)\n`,
    to: '',
    foundBy: 'races',
  },
  {
    what: 'a completion leaves no receipt',
    file: `${sql}/completion.ts`,
    from: '  leaveReceipt(db, call)\n',
    to: '  void leaveReceipt\n',
    foundBy: 'races',
  },
  {
    what: 'what an object replaced is never queued for reclaim',
    file: `${sql}/objects.ts`,
    from: `  if (present !== undefined) unlink(db, bytes(present, 'locator'), next.now)\n`,
    to: '',
    foundBy: 'kill',
  },
  {
    what: 'blobs of an earlier life that nobody names stay',
    file: 'src/jobs/orphans.ts',
    from: 'if (!named.has(id)) await',
    to: 'if (named.has(id) && earlier.length < 0) await',
    foundBy: 'kill',
  },
  {
    what: 'calls are answered before their commit',
    file: `${sql}/writer.ts`,
    from: '      const outcomes = performGroup(db, waiting.calls.slice(at, at + callsInGroupMax))\n',
    to: `      const early = waiting.calls.filter((call) => call.name === 'deleteObject')
      send({ kind: 'outcomes', outcomes: early.map(({ id }) => ({ id, value: undefined })) })
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30)
      const outcomes = performGroup(db, waiting.calls.slice(at, at + callsInGroupMax))\n`,
    foundBy: 'kill',
  },
  {
    what: 'a failed sync of a blob is an error like any other',
    file: 'src/stores/blobs/files.ts',
    from: 'if (!failedToOpen(error)) {',
    to: 'if (!failedToOpen(error) && this.#fatal !== undefined) {',
    foundBy: 'nth',
  },
  {
    what: 'an error of the engine is taken for an error of one call',
    file: `${sql}/group.ts`,
    from: `  db.run('COMMIT')\n`,
    to: `  try {\n    db.run('COMMIT')\n  } catch {\n    // Gone on.\n  }\n`,
    foundBy: 'preload',
  },
  {
    what: 'blocks are not verified',
    file: 'src/stores/blobs/files-reader.ts',
    from: 'at + blockBytes)) !== kept) {',
    to: 'at + blockBytes)) === -1n) {',
    foundBy: 'rot',
  },
  {
    what: 'a blob is believed to be the one that was asked for',
    file: 'src/stores/blobs/files-format.ts',
    from: 'if (owner !== id) throw',
    to: 'if (owner === undefined) throw',
    foundBy: 'rot',
  },
  {
    what: 'records are not verified',
    file: `${sql}/seal.ts`,
    from: '!== view.readUInt32BE(1)) {',
    to: '=== -1) {',
    foundBy: 'rot',
  },
  {
    what: 'small bytes do not prove whose they are',
    file: `${sql}/locators.ts`,
    from: `if (crc32(numbered(inline, id), crc32(found)) === asInteger(row[0], 'crc')) return found`,
    to: 'if (found.length >= 0) return found',
    foundBy: 'rot',
  },
  {
    what: 'nobody looks at the room on the disk',
    file: 'src/server/disk-room.ts',
    from: 'if (reserveBytes === 0) return',
    to: 'if (reserveBytes >= 0) return',
    foundBy: 'full',
  },
  {
    what: 'the folder of a blob is not synced',
    file: 'src/stores/blobs/files.ts',
    from: '[this.#synced(file.syncData()), this.#syncs.sync(this.#folders.folder(id))]',
    to: '[this.#synced(file.syncData())]',
    foundBy: 'power',
  },
  {
    what: 'the bytes of a blob are not synced',
    file: 'src/stores/blobs/files.ts',
    from: '[this.#synced(file.syncData()), this.#syncs.sync(this.#folders.folder(id))]',
    to: '[this.#syncs.sync(this.#folders.folder(id))]',
    foundBy: 'power',
  },
  {
    what: 'the name of a new folder is not synced',
    file: 'src/stores/blobs/folders.ts',
    from: '    await this.#syncs.sync(parent)\n',
    to: '',
    foundBy: 'power',
  },
  {
    what: 'a commit does not sync the log',
    file: `${sql}/files.ts`,
    from: 'PRAGMA synchronous = FULL',
    to: 'PRAGMA synchronous = NORMAL',
    foundBy: 'power',
  },
  {
    what: 'a relaxed commit is enough for bytes to be given up',
    file: `${sql}/writer.ts`,
    from: 'const mustSync = !syncsCommits &&',
    to: 'const mustSync = !syncsCommits && calls.length === 0 &&',
    foundBy: 'power',
  },
  {
    what: 'conditions are judged before the transaction only',
    file: `${sql}/objects.ts`,
    from: 'if (isUnconditional(condition)) return undefined\n',
    to: 'if (isUnconditional(condition) || present !== undefined) return undefined\n',
    foundBy: 'linear',
  },
  {
    what: 'a completion does not ask its condition again',
    file: `${sql}/completion.ts`,
    from: '  if (refusal !== undefined) return refusal\n',
    to: '  if (refusal !== undefined && call.parts.length === 0) return refusal\n',
    foundBy: 'winners',
  },
  {
    what: 'a listing goes on beyond its prefix',
    file: 'src/stores/metadata/order.ts',
    from: 'String.fromCodePoint(next(point))',
    to: 'String.fromCodePoint(next(next(point)))',
    foundBy: 'listings',
  },
  {
    what: 'a read remembers what the key was a moment ago',
    file: `${sql}/store.ts`,
    from: '    return getObject(this.#db, { bucket, key, versionId })\n',
    to: `    const memory = (globalThis.remembered ??= new Map())
    const found = getObject(this.#db, { bucket, key, versionId })
    const earlier = memory.get(key)
    memory.set(key, found)
    return memory.size % 2 === 1 && earlier !== undefined ? earlier : found\n`,
    foundBy: 'linear',
  },
  {
    what: 'reclaim does not ask whether a backup pins what it gives up',
    file: `${sql}/pins.ts`,
    from: 'return db.get(held, now) !== undefined',
    to: 'return now < 0 && db.get(held, now) !== undefined',
    foundBy: 'test/stores/metadata/pins.test.ts',
  },
  {
    what: 'finished orphans are removed and not set aside',
    file: 'src/jobs/orphans.ts',
    from: 'else await this.#parts.setAside(id)',
    to: 'else await this.#parts.blobs.remove(id)',
    foundBy: 'test/jobs/orphans.test.ts',
  },
  {
    what: 'rows are not compared with the index that reclaim asks',
    file: `${sql}/examine-rows.ts`,
    from: "bytes(row, 'locator'), ...values) !== undefined) return",
    to: "bytes(row, 'locator'), ...values) !== null) return",
    foundBy: 'test/jobs/examination.test.ts',
  },
  {
    what: 'a rebuild prefers the older of two blobs',
    file: `${sql}/rebuild.ts`,
    from: 'if (created < modifiedOf(present, (row) => decodeObject(row, true).modified))',
    to: 'if (created > modifiedOf(present, (row) => decodeObject(row, true).modified))',
    foundBy: 'rebuild',
  },
  {
    what: 'a rebuild does not ask what the snapshot had deleted already',
    file: `${sql}/rebuild.ts`,
    from: '    db.exec(places)\n',
    to: `    db.exec(places)\n    db.run('DELETE FROM reclaim')\n`,
    foundBy: 'rebuild',
  },
  {
    what: 'a snapshot is taken for whole whatever it holds',
    file: 'src/stores/metadata/snapshots.ts',
    from: "return hash.digest('hex') === sha256",
    to: 'return hash !== undefined && sha256.length > 0',
    foundBy: 'test/stores/metadata/snapshots.test.ts',
  },
]
