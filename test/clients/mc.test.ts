/** MinIO's mc: cp, mirror, cat, pipe, stat, share, rm, given an alias of endpoint and keys only. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, it } from 'node:test'
import { mebibyte } from '../../src/base/limits.ts'
import { seededBytes } from './bytes.ts'
import { clientSuite } from './installed.ts'
import { runToSuccess } from './program.ts'
import {
  bigFile,
  bytesOf,
  changeSource,
  everyday,
  expectFolder,
  expectStored,
  openWorkplace,
  partsOf,
  wrongSecret,
} from './workplace.ts'
import type { Workplace } from './workplace.ts'

const bucket = 'minio-mc'

clientSuite('mc', (program) => {
  let work: Workplace

  before(async () => {
    work = await openWorkplace()
    const { accessKeyId, secretAccessKey } = work.server.keys
    await mc('alias', 'set', 'ashlar', work.server.endpoint, accessKeyId, secretAccessKey)
  })
  after(() => work.close())

  it('copies a folder both ways, the big file in parts', async () => {
    await mc('mb', `ashlar/${bucket}`)
    await mc('cp', '--recursive', `${work.source}/`, `ashlar/${bucket}/tree/`)
    await expectStored(work, { bucket, prefix: 'tree/' }, everyday)
    assert.equal(await partsOf(work, bucket, `tree/${bigFile}`), 2)
    const back = join(work.folder, 'back')
    await mc('cp', '--recursive', `ashlar/${bucket}/tree/`, `${back}/`)
    await expectFolder(back, everyday)
    // It tells by sizes, and a `!` where only times differ.
    assert.doesNotMatch(await mc('diff', `${back}/`, `ashlar/${bucket}/tree/`), /^[<>]/m)
  })

  it('mirrors what changed, removes what went, and then finds nothing to do', async () => {
    const expected = await changeSource(work)
    const words = ['mirror', '--overwrite', '--remove', `${work.source}/`, `ashlar/${bucket}/tree/`]
    await mc(...words)
    await expectStored(work, { bucket, prefix: 'tree/' }, expected)
    const again = await mc(...words, '--json')
    assert.doesNotMatch(again, /"key"|"source"/, again)
  })

  it('lists, tells, reads from an offset, makes a link', async () => {
    const listed = await mc('ls', '--recursive', `ashlar/${bucket}/tree/folder/`)
    assert.equal(listed.trim().split('\n').length, 3)
    const lines = bytesOf('folder/inner/lines.txt')
    const target = `ashlar/${bucket}/tree/folder/inner/lines.txt`
    const told = JSON.parse(await mc('stat', '--json', target)) as { size: number }
    assert.equal(told.size, lines.length)
    const tail = await mc('cat', '--offset', '50000', target)
    assert.equal(tail, lines.subarray(50_000).toString())
    const shared = JSON.parse(await mc('share', 'download', '--json', target)) as { share: string }
    const linked = Buffer.from(await (await fetch(shared.share)).arrayBuffer())
    assert.ok(linked.equals(lines))
  })

  it('puts in parts of its own size, pipes what has no length, copies and moves on the server', async () => {
    const bytes = seededBytes('another', 12 * mebibyte)
    await writeFile(join(work.folder, 'other'), bytes)
    await mc('put', '--part-size', '5MiB', '--parallel', '3', 'other', `ashlar/${bucket}/made/put`)
    assert.equal(await partsOf(work, bucket, 'made/put'), 3)
    await runToSuccess(program, ['pipe', `ashlar/${bucket}/made/piped`], {
      env: work.env,
      input: bytes,
    })
    await mc('cp', `ashlar/${bucket}/made/put`, `ashlar/${bucket}/made/a copy, with +`)
    await mc('mv', `ashlar/${bucket}/made/put`, `ashlar/${bucket}/made/moved`)
    const expected = new Map(['a copy, with +', 'moved', 'piped'].map((key) => [key, bytes]))
    await expectStored(work, { bucket, prefix: 'made/' }, expected)
  })

  it('tags an object', async () => {
    const target = `ashlar/${bucket}/made/moved`
    await mc('tag', 'set', target, 'colour=green&size=12')
    const told = JSON.parse(await mc('tag', 'list', '--json', target)) as { tagset: object }
    assert.deepEqual(told.tagset, { colour: 'green', size: '12' })
    await mc('tag', 'remove', target)
  })

  it('deletes, and removes the bucket with all that is in it', async () => {
    await mc('rm', `ashlar/${bucket}/made/moved`)
    await mc('rm', '--recursive', '--force', `ashlar/${bucket}/tree/`)
    const listed = await mc('ls', '--recursive', `ashlar/${bucket}`)
    assert.equal(listed.trim().split('\n').length, 2)
    await mc('rb', '--force', `ashlar/${bucket}`)
    assert.equal(await mc('ls', 'ashlar'), '')
  })

  it('tells of a bucket that is not there and of a wrong secret', async () => {
    assert.match(await refused('ls', 'ashlar/nowhere'), /Bucket `nowhere` does not exist/)
    const { accessKeyId } = work.server.keys
    const words = ['alias', 'set', 'wrong', work.server.endpoint, accessKeyId, wrongSecret]
    assert.match(await refused(...words), /signature we calculated does not match/)
  })

  function mc(...words: string[]): Promise<string> {
    return work.run(program, words)
  }

  function refused(...words: string[]): Promise<string> {
    return work.fail(program, words)
  }
})
