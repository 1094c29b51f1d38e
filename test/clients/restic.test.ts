/** restic: init, backup, check, restore, forget and prune of a repository in a bucket that it makes itself. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, it } from 'node:test'
import { clientSuite } from './installed.ts'
import { changeSource, everyday, expectFolder, openWorkplace, wrongSecret } from './workplace.ts'
import type { Tree, Workplace } from './workplace.ts'

clientSuite('restic', (program) => {
  let work: Workplace
  let expected: Tree

  before(async () => {
    work = await openWorkplace()
  })
  after(() => work.close())

  it('makes its repository and backs up a folder twice', async () => {
    await restic('init')
    await restic('backup', '--tag', 'first', work.source)
    expected = await changeSource(work)
    await restic('backup', '--tag', 'second', work.source)
    assert.match(await refused({}, 'init'), /already (exists|initialized)/)
  })

  it('restores what the folder was first', async () => {
    await restore('first')
    await expectFolder(restored('first'), everyday)
  })

  it('forgets the first, prunes, and every byte that is left is whole', async () => {
    await restic('forget', '--keep-last', '1', '--group-by', '', '--prune')
    assert.match(await restic('check', '--read-data'), /no errors were found/)
    await restore('second')
    await expectFolder(restored('second'), expected)
    assert.match(await refused({}, ...restoring('first')), /no snapshot found|snapshot .*not found/)
  })

  it('tells of a repository that is not there and of a wrong secret', async () => {
    const nowhere = { RESTIC_REPOSITORY: `s3:${work.server.endpoint}/nowhere` }
    assert.match(await refused(nowhere, 'snapshots'), /unable to open config file/)
    // It asks with HEAD, whose answer has no words.
    const secret = { AWS_SECRET_ACCESS_KEY: wrongSecret }
    assert.match(await refused(secret, 'init'), /Access Denied/)
  })

  function configuration(): Record<string, string> {
    return {
      ...work.keys,
      RESTIC_REPOSITORY: `s3:${work.server.endpoint}/restic/repository`,
      RESTIC_PASSWORD: 'a passphrase',
      RESTIC_CACHE_DIR: join(work.folder, 'cache'),
    }
  }

  function restic(...words: string[]): Promise<string> {
    return work.run(program, words, configuration())
  }

  function refused(env: Record<string, string>, ...words: string[]): Promise<string> {
    return work.fail(program, words, { ...configuration(), ...env })
  }

  async function restore(tag: string): Promise<void> {
    await restic(...restoring(tag))
  }

  function restoring(tag: string): string[] {
    return ['restore', 'latest', '--tag', tag, '--target', join(work.folder, tag)]
  }

  /** It restores the whole path of what was backed up. */
  function restored(tag: string): string {
    return join(work.folder, tag, work.source)
  }
})
