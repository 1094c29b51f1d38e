/** A proof at the scale of every test run; `npm run prove` runs the larger ones. */
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import type { Prove } from './proof.ts'

/** The seed is printed: `npm run prove -- <name> --seed <seed>` repeats the run. */
export function proves(sentence: string, prove: Prove, workers?: number): void {
  test(sentence, { timeout: 180_000 }, async (t) => {
    const seed = randomInt(1e9)
    const progress = (line: string): void => t.diagnostic(line)
    const { figures, violations, skipped } = await prove({ scale: 'ci', seed, progress, workers })
    t.diagnostic(`seed ${seed}: ${JSON.stringify(figures)}`)
    if (skipped !== undefined) t.skip(skipped)
    assert.deepEqual(violations, [], `seed ${seed}`)
  })
}
