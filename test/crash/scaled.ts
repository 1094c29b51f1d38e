/** A proof at the scale of every test run; `npm run prove` runs the larger ones. */
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import type { Prove } from './proof.ts'

/** How the reason of a skipped proof ends that an installation would mend; that mounting is not allowed is none of those. */
const notInstalled = 'is not installed'

/** The seed is printed: `npm run prove -- <name> --seed <seed>` repeats the run. */
export function proves(sentence: string, prove: Prove, workers?: number): void {
  test(sentence, async (t) => {
    const seed = randomInt(1e9)
    const progress = (line: string): void => t.diagnostic(line)
    const { figures, violations, skipped } = await prove({ scale: 'ci', seed, progress, workers })
    t.diagnostic(`seed ${seed}: ${JSON.stringify(figures)}`)
    if (skipped !== undefined) t.skip(skipped)
    // What a machine may lack where somebody works on this, the one that guards the main branch must have.
    if (process.env['CI'] === 'true' && skipped?.endsWith(notInstalled) === true)
      assert.fail(skipped)
    assert.deepEqual(violations, [], `seed ${seed}`)
  })
}
