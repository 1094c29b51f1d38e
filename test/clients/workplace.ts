/**
 * Where a client does its everyday work: a server, a folder of files to send, and a look at what the server really holds
 * that does not go through the client.
 */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { mebibyte } from '../../src/base/limits.ts'
import { startServer } from '../harness/server.ts'
import type { TestServer } from '../harness/server.ts'
import { seededBytes } from './bytes.ts'
import { runProgram, runToSuccess } from './program.ts'
import type { Said } from './program.ts'

/** For no account of any server; without a space, which not every program takes. */
export const wrongSecret = 'a-secret-of-nobody'

/** Bytes by path or by key. */
export type Tree = ReadonlyMap<string, Buffer>

/** The file that goes up in several parts, whose least size is 5 MiB. */
export const bigFile = 'big.bin'

/** What a folder of some user holds; the names are those that signatures, URLs and XML stumble over. */
export const everyday: Tree = new Map([
  [bigFile, seededBytes('everyday', 17 * mebibyte + 3)],
  ['empty', Buffer.alloc(0)],
  ['notes.txt', Buffer.from('one line\n')],
  ['folder/inner/lines.txt', Buffer.from(numberedLines(10_000))],
  ['folder/a space, a + and ünï 東.txt', Buffer.from('unicode\n')],
  ["folder/odd ~!@$&()=;' 100%.txt", Buffer.from('reserved\n')],
])

function numberedLines(count: number): string {
  return Array.from({ length: count }, (_, at) => `line ${at}\n`).join('')
}

export interface Workplace {
  readonly server: TestServer
  /** A temporary folder; `source` in it holds the files of `everyday`. */
  readonly folder: string
  readonly source: string
  /** What every program sees: the temporary folder as HOME, so that no file of the user's is read. */
  readonly env: Record<string, string>
  /** The AWS variables, for a program that reads them. */
  readonly keys: Record<string, string>
  readonly s3: S3Client
  /** Gives the standard output of a run that must succeed. */
  run(program: string, words: readonly string[], env?: Record<string, string>): Promise<string>
  /** Like `run`, but gives what was written to standard error. */
  heard(program: string, words: readonly string[], env?: Record<string, string>): Promise<string>
  /** For a run that must fail; gives what it said, both ways. */
  fail(program: string, words: readonly string[], env?: Record<string, string>): Promise<string>
  close(): Promise<void>
}

export async function openWorkplace(args: readonly string[] = []): Promise<Workplace> {
  // Every request is logged, for expectNoSurprise.
  const server = await startServer({ args, env: { ASHLAR_LOG_LEVEL: 'info' } })
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-work-'))
  const source = join(folder, 'source')
  await writeTree(source, everyday)
  const env = { HOME: folder }
  const keys = {
    AWS_ACCESS_KEY_ID: server.keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: server.keys.secretAccessKey,
    AWS_REGION: server.region,
    AWS_DEFAULT_REGION: server.region,
  }
  const s3 = new S3Client({
    endpoint: server.endpoint,
    region: server.region,
    credentials: server.keys,
    forcePathStyle: true,
  })
  const work = (program: string, words: readonly string[], more = {}): Promise<Said> =>
    runProgram(program, words, { env: { ...env, ...more }, cwd: folder })
  return {
    server,
    folder,
    source,
    env,
    keys,
    s3,
    run: (program, words, more) =>
      runToSuccess(program, words, { env: { ...env, ...more }, cwd: folder }),
    heard: async (program, words, more) => {
      const said = await work(program, words, more)
      assert.equal(said.code, 0, said.stderr)
      return said.stderr
    },
    fail: async (program, words, more) => {
      const said = await work(program, words, more)
      assert.notEqual(said.code, 0, `${words.join(' ')} succeeded:\n${said.stdout}${said.stderr}`)
      return said.stdout + said.stderr
    },
    close: async () => {
      s3.destroy()
      await server.stop()
      await rm(folder, { recursive: true, force: true })
      expectNoSurprise(server.log())
    },
  }
}

/** What clients ask although it is not there, and what the tests provoke. */
const everydayCodes = new Set([
  // s3cmd signs for a region named US first, and learns the right one from the answer.
  'AuthorizationHeaderMalformed',
  'BucketNotEmpty',
  // The last bytes of an empty file.
  'InvalidRange',
  'NoSuchBucket',
  'NoSuchBucketPolicy',
  'NoSuchCORSConfiguration',
  'NoSuchKey',
  'NoSuchLifecycleConfiguration',
  'NotModified',
  'ObjectLockConfigurationNotFoundError',
  'PreconditionFailed',
  'SignatureDoesNotMatch',
])

/** Most clients try again by themselves, and some pass over what failed: the server's log shows what they met. */
function expectNoSurprise(log: string): void {
  const lines = log.split('\n').filter((line) => line !== '')
  const codes = lines.map((line) => (JSON.parse(line) as { code?: string }).code)
  const surprises = codes.filter((code) => code !== undefined && !everydayCodes.has(code))
  assert.deepEqual(surprises, [], 'the client met errors that are not part of its everyday work')
}

/** Writes files that are two days old. */
export async function writeTree(folder: string, tree: Tree): Promise<void> {
  for (const [path, bytes] of tree) {
    const file = join(folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeAged(file, bytes, 2)
  }
}

/** Changes one file of the source folder, a day after it was written, and removes another; answers what a sync makes of it. */
export async function changeSource({ source }: Workplace): Promise<Tree> {
  const changes = { 'notes.txt': Buffer.from(changedNotes), empty: undefined }
  await writeAged(join(source, 'notes.txt'), changes['notes.txt'], 1)
  await rm(join(source, 'empty'))
  return changed(changes)
}

/** S3's times have whole seconds: a file of this very second would look newer than its copy, and be sent again. */
async function writeAged(file: string, bytes: Buffer, days: number): Promise<void> {
  await writeFile(file, bytes)
  const written = (await stat(file)).mtimeMs / 1000 - days * 86_400
  await utimes(file, written, written)
}

/** What `notes.txt` holds once the source has changed: of another length. */
export const changedNotes = 'another line\n'

/** The files of a folder on disk are exactly these. */
export async function expectFolder(folder: string, expected: Tree): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
  assert.deepEqual(paths.toSorted(), [...expected.keys()].toSorted())
  for (const [path, bytes] of expected)
    assert.ok(bytes.equals(await readFile(join(folder, path))), `${path} has other bytes`)
}

export interface Place {
  readonly bucket: string
  /** With its slash. */
  readonly prefix?: string
}

/** The objects under a prefix are exactly these, byte for byte; empty objects for folders do not count. */
export async function expectStored(
  { s3 }: Workplace,
  { bucket, prefix = '' }: Place,
  expected: Tree,
): Promise<void> {
  const listed = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }))
  const keys = (listed.Contents ?? [])
    .map(({ Key = '' }) => Key.slice(prefix.length))
    .filter((key) => key !== '' && !key.endsWith('/'))
  assert.deepEqual(keys.toSorted(), [...expected.keys()].toSorted())
  for (const [key, bytes] of expected) {
    const got = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: prefix + key }))
    const stored = await got.Body?.transformToByteArray()
    assert.ok(bytes.equals(stored ?? new Uint8Array()), `${key} is stored with other bytes`)
  }
}

/** How many parts an object was uploaded in, as its ETag tells; 0 when it was not a multipart upload. */
export async function partsOf({ s3 }: Workplace, bucket: string, key: string): Promise<number> {
  const listed = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key }))
  const etag = listed.Contents?.find((object) => object.Key === key)?.ETag ?? ''
  return Number(/-(\d+)"$/.exec(etag)?.[1] ?? 0)
}

/** The bytes of one file of `everyday`. */
export function bytesOf(path: string): Buffer {
  const bytes = everyday.get(path)
  assert.ok(bytes, `there is no ${path}`)
  return bytes
}

/** `everyday`, with some files given other bytes and some taken away (undefined). */
export function changed(changes: Readonly<Record<string, Buffer | undefined>>): Tree {
  const tree = new Map(everyday)
  for (const [path, bytes] of Object.entries(changes)) {
    if (bytes === undefined) tree.delete(path)
    else tree.set(path, bytes)
  }
  return tree
}
