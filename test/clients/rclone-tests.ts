/** What both versions of rclone are asked to do: its copy, check, sync, move and stream, given endpoint and keys only. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, it } from 'node:test'
import { runToSuccess } from './program.ts'
import {
  bigFile,
  bytesOf,
  changeSource,
  changedNotes,
  everyday,
  expectFolder,
  expectStored,
  openWorkplace,
  partsOf,
  wrongSecret,
} from './workplace.ts'
import type { Workplace } from './workplace.ts'

const bucket = 'rclone'

/** Registers the tests of one program. */
export function rcloneTests(program: string): void {
  let work: Workplace

  before(async () => {
    work = await openWorkplace()
  })
  after(() => work.close())

  it('copies a folder both ways, the big file in parts', async () => {
    await rclone('mkdir', `ashlar:${bucket}`)
    await rclone('copy', work.source, `ashlar:${bucket}/tree`)
    await expectStored(work, { bucket, prefix: 'tree/' }, everyday)
    assert.equal(await partsOf(work, bucket, `tree/${bigFile}`), 4)
    await rclone('check', work.source, `ashlar:${bucket}/tree`, '--download')
    const back = join(work.folder, 'back')
    // Several streams fetch the big file in ranges.
    const streams = ['--multi-thread-cutoff', '5M', '--multi-thread-streams', '3']
    await rclone('copy', `ashlar:${bucket}/tree`, back, ...streams)
    await expectFolder(back, everyday)
  })

  it('lists with times and sizes, and reads a range', async () => {
    const json = await rclone('lsjson', '-R', '--files-only', `ashlar:${bucket}/tree`)
    const listed = JSON.parse(json) as { Path: string; Size: number }[]
    assert.deepEqual(
      Object.fromEntries(listed.map((file) => [file.Path, file.Size])),
      Object.fromEntries([...everyday].map(([path, bytes]) => [path, bytes.length])),
    )
    const target = `ashlar:${bucket}/tree/folder/inner/lines.txt`
    const words = ['cat', '--offset', '100', '--count', '50', target]
    const read = await rclone(...words)
    assert.equal(read, bytesOf('folder/inner/lines.txt').subarray(100, 150).toString())
  })

  it('sync sends what changed, deletes what went, and then finds nothing to do', async () => {
    const expected = await changeSource(work)
    await rclone('sync', work.source, `ashlar:${bucket}/tree`)
    await expectStored(work, { bucket, prefix: 'tree/' }, expected)
    const again = ['sync', '--dry-run', work.source, `ashlar:${bucket}/tree`]
    const heard = await work.heard(program, again, configuration(work))
    assert.doesNotMatch(heard, /Skipped/, heard)
    await rclone('check', work.source, `ashlar:${bucket}/tree`)
  })

  it('streams what has no length, copies and moves on the server, makes a link', async () => {
    const bytes = bytesOf(bigFile)
    await rclone('copyto', `ashlar:${bucket}/tree/notes.txt`, `ashlar:${bucket}/made/a copy.txt`)
    await runToSuccess(program, ['rcat', `ashlar:${bucket}/made/streamed`], {
      env: { ...work.env, ...configuration(work) },
      input: bytes,
    })
    await rclone('moveto', `ashlar:${bucket}/made/streamed`, `ashlar:${bucket}/made/moved`)
    const expected = new Map([
      ['a copy.txt', Buffer.from(changedNotes)],
      ['moved', bytes],
    ])
    await expectStored(work, { bucket, prefix: 'made/' }, expected)
    const link = (await rclone('link', `ashlar:${bucket}/made/moved`)).trim()
    const linked = Buffer.from(await (await fetch(link)).arrayBuffer())
    assert.ok(linked.equals(bytes))
  })

  it('deletes, cleans up, and removes the bucket', async () => {
    await rclone('deletefile', `ashlar:${bucket}/made/moved`)
    await rclone('cleanup', `ashlar:${bucket}`)
    await rclone('delete', `ashlar:${bucket}/tree`)
    await expectStored(work, { bucket }, new Map([['made/a copy.txt', Buffer.from(changedNotes)]]))
    await rclone('purge', `ashlar:${bucket}`)
    assert.equal(await rclone('lsd', 'ashlar:'), '')
  })

  it('tells of a bucket that is not there and of a wrong secret', async () => {
    assert.match(await refused({}, 'lsf', 'ashlar:nowhere'), /directory not found/)
    const secret = { RCLONE_CONFIG_ASHLAR_SECRET_ACCESS_KEY: wrongSecret }
    assert.match(await refused(secret, 'lsd', 'ashlar:'), /SignatureDoesNotMatch|403/)
  })

  function rclone(...words: string[]): Promise<string> {
    return work.run(program, ['--retries', '1', ...words], configuration(work))
  }

  function refused(env: Record<string, string>, ...words: string[]): Promise<string> {
    const quick = ['--retries', '1', '--low-level-retries', '1']
    return work.fail(program, [...quick, ...words], { ...configuration(work), ...env })
  }
}

/** A remote named `ashlar`, and a cutoff so that 17 MiB are worth several parts. */
function configuration({ server, folder }: Workplace): Record<string, string> {
  return {
    RCLONE_CONFIG: join(folder, 'rclone.conf'),
    RCLONE_CONFIG_ASHLAR_TYPE: 's3',
    RCLONE_CONFIG_ASHLAR_PROVIDER: 'Other',
    RCLONE_CONFIG_ASHLAR_ENDPOINT: server.endpoint,
    RCLONE_CONFIG_ASHLAR_ACCESS_KEY_ID: server.keys.accessKeyId,
    RCLONE_CONFIG_ASHLAR_SECRET_ACCESS_KEY: server.keys.secretAccessKey,
    RCLONE_S3_UPLOAD_CUTOFF: '5Mi',
    RCLONE_S3_CHUNK_SIZE: '5Mi',
  }
}
