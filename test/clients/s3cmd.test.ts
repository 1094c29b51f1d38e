/** s3cmd: put, get, sync, copies on the server, changed headers, a signed URL, given endpoint and keys only. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, it } from 'node:test'
import { HeadObjectCommand } from '@aws-sdk/client-s3'
import { clientSuite } from './installed.ts'
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

const bucket = 's3cmd'

clientSuite('s3cmd', (program) => {
  let work: Workplace

  before(async () => {
    work = await openWorkplace()
    await writeFile(join(work.folder, '.s3cfg'), configuration(work))
  })
  after(() => work.close())

  it('syncs a folder both ways, the big file in parts', async () => {
    await s3cmd('mb', `s3://${bucket}`)
    await s3cmd('sync', ...inParts, `${work.source}/`, `s3://${bucket}/tree/`)
    await expectStored(work, { bucket, prefix: 'tree/' }, everyday)
    assert.equal(await partsOf(work, bucket, `tree/${bigFile}`), 4)
    const back = join(work.folder, 'back')
    await s3cmd('sync', `s3://${bucket}/tree/`, `${back}/`)
    await expectFolder(back, everyday)
  })

  it('sync sends what changed, deletes what went, and then finds nothing to do', async () => {
    const expected = await changeSource(work)
    const words = ['sync', '--delete-removed', `${work.source}/`, `s3://${bucket}/tree/`]
    await s3cmd(...words)
    await expectStored(work, { bucket, prefix: 'tree/' }, expected)
    assert.equal(await s3cmd(...words), '')
  })

  it('lists, sums up and tells what it knows', async () => {
    const listed = await s3cmd('ls', '--recursive', `s3://${bucket}/tree/folder/`)
    assert.match(listed, /s3:\/\/s3cmd\/tree\/folder\/a space, a \+ and ünï 東\.txt/)
    assert.equal(listed.trim().split('\n').length, 3)
    assert.match(await s3cmd('du', `s3://${bucket}/tree/folder/`), / 3 objects /)
    // It asks for location, policy, CORS, lifecycle, encryption, versioning and more, of which nothing is set.
    const info = await s3cmd('info', `s3://${bucket}`)
    assert.match(info, /Location:\s+us-east-1/)
    assert.match(info, /Policy:\s+none/i)
    assert.match(await s3cmd('info', `s3://${bucket}/tree/notes.txt`), /File size:\s+13/)
  })

  it('puts, copies, moves and changes headers on the server, the big file in parts', async () => {
    const big = join(work.source, bigFile)
    await s3cmd('put', ...inParts, '--mime-type=text/x-first', big, `s3://${bucket}/made/big`)
    await s3cmd('cp', `s3://${bucket}/made/big`, `s3://${bucket}/made/copied`)
    await s3cmd('mv', `s3://${bucket}/made/big`, `s3://${bucket}/made/moved`)
    const target = `s3://${bucket}/made/moved`
    await s3cmd(
      'modify',
      '--add-header=Cache-Control: max-age=9',
      '--mime-type=text/x-other',
      target,
    )
    const expected = new Map([
      ['copied', bytesOf(bigFile)],
      ['moved', bytesOf(bigFile)],
    ])
    await expectStored(work, { bucket, prefix: 'made/' }, expected)
    assert.ok((await partsOf(work, bucket, 'made/copied')) > 1, 'the copy was made in parts')
    const head = await work.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'made/moved' }))
    assert.deepEqual([head.CacheControl, head.ContentType], ['max-age=9', 'text/x-other'])
  })

  it('goes on with a file that came down in half', async () => {
    const file = join(work.folder, 'half')
    await writeFile(file, bytesOf(bigFile).subarray(0, 1_000_000))
    await s3cmd('get', '--continue', `s3://${bucket}/made/copied`, file)
    await s3cmd('put', file, `s3://${bucket}/again/whole`)
    await expectStored(work, { bucket, prefix: 'again/' }, new Map([['whole', bytesOf(bigFile)]]))
  })

  it('signs a URL that fetch can use', async () => {
    const url = (await s3cmd('signurl', `s3://${bucket}/tree/notes.txt`, '+60')).trim()
    const answer = await fetch(url)
    assert.equal(await answer.text(), changedNotes)
  })

  it('deletes, and removes the bucket', async () => {
    await s3cmd('del', `s3://${bucket}/made/moved`)
    await expectStored(work, { bucket, prefix: 'made/' }, new Map([['copied', bytesOf(bigFile)]]))
    assert.match(await refused('rb', `s3://${bucket}`), /BucketNotEmpty/)
    await s3cmd('del', '--recursive', '--force', `s3://${bucket}`)
    await s3cmd('rb', `s3://${bucket}`)
    assert.equal(await s3cmd('ls'), '')
  })

  it('tells of a bucket that is not there and of a wrong secret', async () => {
    assert.match(await refused('ls', 's3://nowhere'), /NoSuchBucket/)
    assert.match(await refused('ls', `--secret_key=${wrongSecret}`), /SignatureDoesNotMatch/)
  })

  function s3cmd(...words: string[]): Promise<string> {
    return work.run(program, ['--no-progress', ...words])
  }

  function refused(...words: string[]): Promise<string> {
    return work.fail(program, ['--no-progress', ...words])
  }
})

const inParts = ['--multipart-chunk-size-mb=5']

/** The endpoint twice: `host_bucket` without `%(bucket)s` is path style. */
function configuration({ server }: Workplace): string {
  const place = `${server.host}:${server.port}`
  return `[default]
access_key = ${server.keys.accessKeyId}
secret_key = ${server.keys.secretAccessKey}
host_base = ${place}
host_bucket = ${place}
use_https = False
multipart_copy_chunk_size_mb = 5
`
}
