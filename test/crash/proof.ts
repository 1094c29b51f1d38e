/** What a proof is: a run at a scale, with figures as it goes and whatever it found to be wrong. */

export type Scale = 'ci' | 'nightly' | 'release'

export interface Run {
  readonly scale: Scale
  /** Told now and then how far it has come. */
  readonly progress: (line: string) => void
  /** Decides everything that is decided by chance. */
  readonly seed: number
  /** Processes that serve; one when not given. */
  readonly workers?: number | undefined
  /** Ends the run early, however far it came; proofs that are over in minutes do not ask. */
  readonly minutes?: number | undefined
  /** Of the planted faults, those that this proof has to find, or that are called so; of the parsers, the one to be fed; all when not given. */
  readonly only?: string | undefined
  /** A real one for the disks of `power`: ext4, xfs or btrfs. */
  readonly filesystem?: string | undefined
}

export interface Proof {
  readonly figures: Readonly<Record<string, number>>
  /** Each a broken promise; none is what is to be proved. */
  readonly violations: readonly string[]
  /** Why nothing was run. */
  readonly skipped?: string
}

export type Prove = (run: Run) => Promise<Proof>

/** What `ashlar serve` is told of it. */
export function workersArgs({ workers = 1 }: Pick<Run, 'workers'>): readonly string[] {
  return workers === 1 ? [] : ['--workers', String(workers)]
}

/** False once the run has had its minutes. */
export function clockOf({ minutes = Infinity }: Run): () => boolean {
  const end = performance.now() + minutes * 60_000
  return () => performance.now() < end
}

/** Numbers in [0, 1) that follow from the seed (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
