/**
 * "Fail the Nth I/O" through the seam of the blob store: the same script once for every call it makes of the file system.
 * What failed is not acknowledged, what was acknowledged is there in the next life, and a failed sync is fatal.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FailingNth } from './failing-nth.ts'
import { Life } from './life.ts'
import { nextLife } from './next-life.ts'
import type { Proof, Run, Scale } from './proof.ts'
import { Script } from './script.ts'

/** Every how many calls one is made to fail, and with which errors. */
const scales: Readonly<
  Record<Scale, { readonly stride: number; readonly errors: readonly string[] }>
> = {
  ci: { stride: 29, errors: ['EIO'] },
  nightly: { stride: 1, errors: ['EIO', 'ENOSPC'] },
  release: { stride: 1, errors: ['EIO', 'ENOSPC', 'EMFILE'] },
}

export async function proveNth(run: Run): Promise<Proof> {
  const { stride, errors } = scales[run.scale]
  const violations: string[] = []
  let runs = 0
  let fatal = 0
  let acknowledged = 0
  const unfailed = failing(Infinity, 'EIO')
  await once(unfailed, violations)
  const first = 1 + (run.seed % stride)
  for (const code of errors) {
    for (let nth = first; nth <= unfailed.calls; nth += stride) {
      const fileSystem = failing(nth, code)
      const outcome = await once(fileSystem, violations)
      runs += 1
      acknowledged += outcome.acknowledged
      if (outcome.isFatal) fatal += 1
      const isSync = fileSystem.failed.startsWith('sync') && code !== 'EMFILE'
      if (isSync !== outcome.isFatal)
        violations.push(`${code} in ${fileSystem.failed}: fatal is ${outcome.isFatal}`)
      if (runs % 50 === 0)
        run.progress(`${code}: call ${nth} of ${unfailed.calls}, ${violations.length} violations`)
    }
  }
  return { figures: { calls: unfailed.calls, runs, fatal, acknowledged }, violations }
}

/** Writes are cut short, so that there are many of them. */
function failing(nth: number, code: string): FailingNth {
  return new FailingNth({ nth, code, writeBytesMax: 100_000 })
}

interface Outcome {
  readonly acknowledged: number
  readonly isFatal: boolean
}

/** One life in which a call fails, and a second one on a healthy disk that looks at what the first one left. */
async function once(fileSystem: FailingNth, violations: string[]): Promise<Outcome> {
  const data = await mkdtemp(join(tmpdir(), 'ashlar-nth-'))
  const told = (what: string): void => {
    violations.push(`call ${fileSystem.nth} (${fileSystem.code} in ${fileSystem.failed}): ${what}`)
  }
  try {
    const script = new Script(told)
    let isFatal = false
    {
      await using life = await Life.begin(data, fileSystem.files)
      await script.play(life)
      await life.reclaim()
      isFatal = life.fatal !== undefined
    }
    await nextLife(data, script, told)
    return { acknowledged: script.acknowledged, isFatal }
  } finally {
    await rm(data, { recursive: true, force: true })
  }
}
