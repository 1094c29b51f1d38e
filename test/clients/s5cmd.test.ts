/** s5cmd: cp, sync, cat, move, presign and delete, many requests at a time, given endpoint and keys only. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, it } from 'node:test'
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

const bucket = 's5cmd'
/** In MiB; with the default of 50 nothing here would be worth several parts. */
const inParts = ['--part-size', '5']

clientSuite('s5cmd', (program) => {
  let work: Workplace

  before(async () => {
    work = await openWorkplace()
  })
  after(() => work.close())

  it('copies a folder both ways, the big file in parts and in ranges', async () => {
    await s5cmd('mb', `s3://${bucket}`)
    await s5cmd('cp', ...inParts, `${work.source}/`, `s3://${bucket}/tree/`)
    await expectStored(work, { bucket, prefix: 'tree/' }, everyday)
    assert.equal(await partsOf(work, bucket, `tree/${bigFile}`), 4)
    const back = join(work.folder, 'back')
    await s5cmd('cp', ...inParts, `s3://${bucket}/tree/*`, `${back}/`)
    await expectFolder(back, everyday)
  })

  it('lists, sums up and reads', async () => {
    const listed = await s5cmd('--json', 'ls', `s3://${bucket}/tree/*`)
    const found = listed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { key: string })
    assert.deepEqual(
      found.map((one) => one.key).toSorted(),
      [...everyday.keys()].map((path) => `s3://${bucket}/tree/${path}`).toSorted(),
    )
    assert.match(await s5cmd('du', `s3://${bucket}/tree/folder/*`), / in 3 objects/)
    const lines = await s5cmd('cat', `s3://${bucket}/tree/folder/inner/lines.txt`)
    assert.equal(lines, bytesOf('folder/inner/lines.txt').toString())
  })

  it('sync sends what changed, deletes what went, and then finds nothing to do', async () => {
    const expected = await changeSource(work)
    const words = ['sync', '--delete', `${work.source}/`, `s3://${bucket}/tree/`]
    await s5cmd(...words)
    await expectStored(work, { bucket, prefix: 'tree/' }, expected)
    assert.equal(await s5cmd(...words), '')
  })

  it('copies and moves on the server, and never over what is there when told so', async () => {
    const [from, to] = [`s3://${bucket}/tree/notes.txt`, `s3://${bucket}/made/a copy.txt`]
    await s5cmd('cp', from, to)
    await s5cmd('mv', to, `s3://${bucket}/made/moved.txt`)
    await s5cmd(
      'cp',
      '--no-clobber',
      `s3://${bucket}/tree/${bigFile}`,
      `s3://${bucket}/made/moved.txt`,
    )
    const expected = new Map([['moved.txt', Buffer.from(changedNotes)]])
    await expectStored(work, { bucket, prefix: 'made/' }, expected)
    const url = (await s5cmd('presign', `s3://${bucket}/made/moved.txt`)).trim()
    assert.equal(await (await fetch(url)).text(), changedNotes)
  })

  it('deletes, and removes the bucket', async () => {
    await s5cmd('rm', `s3://${bucket}/tree/*`)
    const expected = new Map([['made/moved.txt', Buffer.from(changedNotes)]])
    await expectStored(work, { bucket }, expected)
    assert.match(await refused({}, 'rb', `s3://${bucket}`), /BucketNotEmpty/)
    await s5cmd('rm', `s3://${bucket}/made/moved.txt`)
    await s5cmd('rb', `s3://${bucket}`)
  })

  it('tells of a bucket that is not there and of a wrong secret', async () => {
    assert.match(await refused({}, 'ls', 's3://nowhere/'), /NoSuchBucket/)
    const secret = { AWS_SECRET_ACCESS_KEY: wrongSecret }
    assert.match(await refused(secret, 'ls'), /SignatureDoesNotMatch/)
  })

  function s5cmd(...words: string[]): Promise<string> {
    return work.run(program, ['--endpoint-url', work.server.endpoint, ...words], work.keys)
  }

  function refused(env: Record<string, string>, ...words: string[]): Promise<string> {
    return work.fail(program, ['--endpoint-url', work.server.endpoint, ...words], {
      ...work.keys,
      ...env,
    })
  }
})
