/** s4cmd: put, get, sync, copies on the server in parts, delete, given endpoint and keys only. */
import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, it } from 'node:test'
import { mebibyte } from '../../src/base/limits.ts'
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

const bucket = 's4cmd'
const split = String(5 * mebibyte)
/** Its own thresholds are 50 MB and more. */
const inParts = [
  `--multipart-split-size=${split}`,
  `--max-singlepart-upload-size=${split}`,
  `--max-singlepart-download-size=${split}`,
  `--max-singlepart-copy-size=${split}`,
]

clientSuite('s4cmd', (program) => {
  let work: Workplace

  before(async () => {
    work = await openWorkplace()
  })
  after(() => work.close())

  it('puts and gets a folder, the big file in parts and in ranges', async () => {
    await s4cmd('mb', `s3://${bucket}`)
    await s4cmd('put', '--recursive', ...inParts, work.source, `s3://${bucket}/`)
    await expectStored(work, { bucket, prefix: 'source/' }, everyday)
    assert.equal(await partsOf(work, bucket, `source/${bigFile}`), 4)
    const back = join(work.folder, 'back')
    await mkdir(back)
    await s4cmd('get', '--recursive', ...inParts, `s3://${bucket}/source`, back)
    await expectFolder(join(back, 'source'), everyday)
  })

  it('sync sends what changed and deletes what went', async () => {
    const expected = await changeSource(work)
    const words = ['dsync', '--delete-removed', `${work.source}/`, `s3://${bucket}/source/`]
    await s4cmd(...inParts, ...words)
    await expectStored(work, { bucket, prefix: 'source/' }, expected)
  })

  it('lists and sums up', async () => {
    const listed = await s4cmd('ls', '--recursive', `s3://${bucket}/source/folder/`)
    assert.equal(listed.trim().split('\n').length, 3)
    assert.match(listed, /s3:\/\/s4cmd\/source\/folder\/inner\/lines\.txt/)
    const size = bytesOf('folder/inner/lines.txt').length
    assert.match(
      await s4cmd('du', '--recursive', `s3://${bucket}/source/folder/inner/`),
      new RegExp(`${size}`),
    )
  })

  it('copies in parts and moves on the server', async () => {
    await s4cmd('cp', ...inParts, `s3://${bucket}/source/${bigFile}`, `s3://${bucket}/made/copied`)
    await s4cmd('mv', `s3://${bucket}/source/notes.txt`, `s3://${bucket}/made/moved.txt`)
    const expected = new Map([
      ['copied', bytesOf(bigFile)],
      ['moved.txt', Buffer.from(changedNotes)],
    ])
    await expectStored(work, { bucket, prefix: 'made/' }, expected)
    assert.equal(await partsOf(work, bucket, 'made/copied'), 4)
  })

  it('deletes a folder', async () => {
    await s4cmd('del', '--recursive', `s3://${bucket}/source/`)
    await s4cmd('del', `s3://${bucket}/made/copied`)
    const expected = new Map([['made/moved.txt', Buffer.from(changedNotes)]])
    await expectStored(work, { bucket }, expected)
  })

  it('tells of a bucket that is not there and of a wrong secret', async () => {
    assert.match(await refused({}, 'get', 's3://nowhere/x', 'x'), /NoSuchBucket|404/)
    const secret = { S3_SECRET_KEY: wrongSecret }
    assert.match(await refused(secret, 'ls', `s3://${bucket}/`), /SignatureDoesNotMatch/)
  })

  function keys(): Record<string, string> {
    const { accessKeyId, secretAccessKey } = work.server.keys
    return { S3_ACCESS_KEY: accessKeyId, S3_SECRET_KEY: secretAccessKey }
  }

  function s4cmd(...words: string[]): Promise<string> {
    return work.run(program, [`--endpoint-url=${work.server.endpoint}`, ...words], keys())
  }

  function refused(env: Record<string, string>, ...words: string[]): Promise<string> {
    const quick = [`--endpoint-url=${work.server.endpoint}`, '--retry=1']
    return work.fail(program, [...quick, ...words], { ...keys(), ...env })
  }
})
