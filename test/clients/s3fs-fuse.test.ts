/** s3fs-fuse: a bucket as a folder, used with nothing but the file system's own calls. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFile,
  chmod,
  cp,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { after, before, it } from 'node:test'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { clientSuite } from './installed.ts'
import { runProgram } from './program.ts'
import {
  bigFile,
  bytesOf,
  changed,
  everyday,
  expectFolder,
  expectStored,
  openWorkplace,
  partsOf,
  wrongSecret,
} from './workplace.ts'
import type { Workplace } from './workplace.ts'

const bucket = 's3fs'

clientSuite('s3fs-fuse', (program) => {
  let work: Workplace
  let mounted: string
  let unmount: () => Promise<void>

  before(async () => {
    work = await openWorkplace()
    await work.s3.send(new CreateBucketCommand({ Bucket: bucket }))
    mounted = join(work.folder, 'mounted')
    await mkdir(mounted)
    unmount = await mount()
  })
  after(async () => {
    await unmount()
    await work.close()
  })

  it('holds a folder that is copied into it, the big file in parts', async () => {
    await cp(work.source, join(mounted, 'tree'), { recursive: true })
    await expectFolder(join(mounted, 'tree'), everyday)
    await expectStored(work, { bucket, prefix: 'tree/' }, everyday)
    assert.ok((await partsOf(work, bucket, `tree/${bigFile}`)) > 1)
  })

  it('reads a piece of a big file that somebody else put there', async () => {
    await unmount()
    unmount = await mount()
    await using file = await open(join(mounted, 'tree', bigFile))
    const piece = Buffer.alloc(1000)
    await file.read(piece, 0, piece.length, 12_345_678)
    assert.ok(piece.equals(bytesOf(bigFile).subarray(12_345_678, 12_346_678)))
  })

  it('appends, writes over the middle, renames a folder, changes the mode, removes', async () => {
    const tree = join(mounted, 'tree')
    await appendFile(join(tree, 'notes.txt'), 'and one more\n')
    await overwrite(join(tree, bigFile))
    await chmod(join(tree, 'notes.txt'), 0o600)
    await rm(join(tree, 'empty'))
    await rename(tree, join(mounted, 'renamed'))
    const expected = changed({
      'notes.txt': Buffer.from('one line\nand one more\n'),
      [bigFile]: withMiddle(bytesOf(bigFile)),
      empty: undefined,
    })
    await expectStored(work, { bucket, prefix: 'tree/' }, new Map())
    await expectStored(work, { bucket, prefix: 'renamed/' }, expected)
    assert.equal((await stat(join(mounted, 'renamed/notes.txt'))).mode & 0o777, 0o600)
    await rm(join(mounted, 'renamed'), { recursive: true })
    assert.deepEqual(await readdir(mounted), [])
    await expectStored(work, { bucket }, new Map())
  })

  it('does not mount a bucket that is not there, nor with a wrong secret', async () => {
    const words = await mountWords('nowhere', work.server.keys.secretAccessKey)
    assert.match(await endOf(words), /bucket or key not found/)
    const wrong = await mountWords(bucket, wrongSecret)
    assert.match(await endOf(wrong), /invalid credentials|SignatureDoesNotMatch/)
  })

  /** In the foreground, so that its end can be waited for; it is there when the folder is another device. */
  async function mount(): Promise<() => Promise<void>> {
    const words = await mountWords(bucket, work.server.keys.secretAccessKey)
    const child = spawn(program, words, { env: { PATH: process.env['PATH'] }, stdio: 'pipe' })
    const said: string[] = []
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => said.push(text))
    const exit = once(child, 'exit')
    const outside = await stat(work.folder)
    while ((await stat(mounted)).dev === outside.dev) {
      assert.equal(child.exitCode, null, `s3fs ended before it had mounted:\n${said.join('')}`)
      await delay(20)
    }
    return async () => {
      child.kill('SIGTERM')
      await exit
    }
  }

  /** It ends by itself, in this version without an exit status that would tell. */
  async function endOf(words: readonly string[]): Promise<string> {
    const said = await runProgram(program, words, { timeoutMillis: 60_000 })
    assert.notEqual(said.code, null, 'it went on')
    return said.stdout + said.stderr
  }

  async function mountWords(name: string, secret: string): Promise<string[]> {
    const passwords = join(work.folder, 'passwords')
    await rm(passwords, { force: true })
    await writeFile(passwords, `${work.server.keys.accessKeyId}:${secret}\n`, { mode: 0o600 })
    const options = [
      `passwd_file=${passwords}`,
      `url=${work.server.endpoint}`,
      'use_path_request_style',
      'multipart_size=5',
    ]
    return ['-f', name, mounted, ...options.flatMap((option) => ['-o', option])]
  }
})

const middle = { at: 8_000_000, bytes: Buffer.from('written over the middle') }

async function overwrite(path: string): Promise<void> {
  await using file = await open(path, 'r+')
  await file.write(middle.bytes, 0, middle.bytes.length, middle.at)
}

function withMiddle(bytes: Buffer): Buffer {
  const written = Buffer.from(bytes)
  middle.bytes.copy(written, middle.at)
  return written
}
