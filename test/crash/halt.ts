/**
 * A crash at every await: the same script once for every moment before and after a call of the file system or of the
 * metadata store, at which the world stands still. The next life is held against what had been acknowledged until then.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HaltingWorld } from './halting-world.ts'
import { Life } from './life.ts'
import { nextLife } from './next-life.ts'
import type { Proof, Run, Scale } from './proof.ts'
import { Script } from './script.ts'

/** At every how manieth moment. */
const strides: Readonly<Record<Scale, number>> = { ci: 19, nightly: 3, release: 1 }

export async function proveHalt(run: Run): Promise<Proof> {
  const stride = strides[run.scale]
  const violations: string[] = []
  const figures = { moments: 0, halts: 0, acknowledged: 0 }
  const toItsEnd = new HaltingWorld(Infinity)
  await once(toItsEnd, violations)
  figures.moments = toItsEnd.moments
  for (let nth = 1 + (run.seed % stride); nth <= figures.moments; nth += stride) {
    const world = new HaltingWorld(nth)
    figures.acknowledged += await once(world, violations)
    if (world.at !== '') figures.halts += 1
    if (figures.halts % 50 === 0)
      run.progress(`moment ${nth} of ${figures.moments}, ${violations.length} violations`)
  }
  return { figures, violations }
}

/** One life up to its moment, and the next; answers how much was acknowledged. */
async function once(world: HaltingWorld, violations: string[]): Promise<number> {
  const data = await mkdtemp(join(tmpdir(), 'ashlar-halt-'))
  const wrong = (what: string): void => {
    violations.push(`halted ${world.at}, moment ${world.moments}: ${what}`)
  }
  try {
    const script = new Script(wrong)
    const life = await Life.begin(data, world.files, world.metadata)
    await Promise.race([world.halted, liveToTheEnd(life, script)])
    const { acknowledged } = script
    await world.leave()
    await life.abandon()
    await nextLife(data, script, wrong)
    return acknowledged
  } finally {
    await rm(data, { recursive: true, force: true })
  }
}

async function liveToTheEnd(life: Life, script: Script): Promise<void> {
  await script.play(life)
  await life.reclaim()
}
