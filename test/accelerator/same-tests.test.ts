/**
 * The tests of everything in which the accelerator takes a part, once more with it: what is computed, stored and sent is the
 * same, and what is rotten is found.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acceleration, acceleratorHere } from '../harness/acceleration.ts'

const here = acceleratorHere()

if (here.accelerator === undefined) {
  test('the same tests with the accelerator', (t) => {
    assert.ok(!here.isFault, here.why)
    t.skip(here.why)
  })
} else {
  acceleration.accelerator = here.accelerator
  await import('../payload/checksums.test.ts')
  await import('../payload/md5-lanes.test.ts')
  await import('../payload/ingest.test.ts')
  await import('../stores/blobs/files.test.ts')
  await import('../server/lent-memory.test.ts')
}
