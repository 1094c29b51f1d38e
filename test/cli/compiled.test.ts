/** What a start from the sources keeps for the next one. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const main = join(import.meta.dirname, '../../src/cli/main.ts')

/** Files below `caches` after a run of the command line whose user keeps caches there. */
function keptIn(caches: string, env: Readonly<Record<string, string>> = {}): readonly string[] {
  const { NODE_COMPILE_CACHE: _, NODE_DISABLE_COMPILE_CACHE: __, ...inherited } = process.env
  execFileSync(process.execPath, [main, '--version'], {
    env: { ...inherited, XDG_CACHE_HOME: caches, ...env },
  })
  const entries = readdirSync(caches, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ parentPath }) => parentPath)
}

test('modules without their types are kept in the folder of the user, all of them, unless told not to', () => {
  const caches = mkdtempSync(join(tmpdir(), 'ashlar-compiled-'))
  try {
    assert.deepEqual(keptIn(caches, { NODE_DISABLE_COMPILE_CACHE: '1' }), [])
    const kept = keptIn(caches)
    // The server is some hundreds of modules; were they read before the cache is on, only main.ts and a few would be there.
    assert.ok(kept.length > 200, `${kept.length} modules`)
    for (const folder of kept) assert.ok(folder.startsWith(join(caches, 'ashlar/compiled')))
  } finally {
    rmSync(caches, { recursive: true })
  }
})
