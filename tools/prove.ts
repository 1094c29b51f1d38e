/**
 * `npm run prove -- <proof> [--scale ci|nightly|release] [--seed n] [--minutes n] [--json]`: one promise, tried as often as the scale
 * says. `--workers n` tries a server of several processes (kill, races, whole, linear, winners, listings, model, drain, preload), `--filesystem ext4|xfs|btrfs` a real one
 * (power), `--accelerated` has every server use the accelerator; `faults --only kill` plants only the faults that this proof has to find, `faults --only 'its name'` those that are called so,
 * `fuzz --only xml` feeds one parser. Prints how far it is, and at the end the figures; exit code 1 means that a promise was broken.
 * Every figure in docs/operate/durability.md and docs/operate/fidelity.md comes from here.
 */
import { availableParallelism } from 'node:os'
import { acceleration, acceleratorHere } from '../test/harness/acceleration.ts'
import { proveKill } from '../test/crash/kill.ts'
import { proveFaults } from '../test/crash/faults.ts'
import { proveHalt } from '../test/crash/halt.ts'
import { proveNth } from '../test/crash/nth.ts'
import { provePreload } from '../test/crash/preload.ts'
import type { Prove, Scale } from '../test/crash/proof.ts'
import { proveRaces } from '../test/crash/races.ts'
import { proveRebuild } from '../test/crash/rebuild.ts'
import { proveRot } from '../test/crash/rot.ts'
import { proveWhole } from '../test/crash/whole.ts'
import { proveFuzz } from '../test/fuzz/fuzz.ts'
import { proveHttp } from '../test/fuzz/http.ts'
import { proveSignatures } from '../test/fuzz/signatures.ts'
import { proveCeilings } from '../test/simulate/ceilings.ts'
import { proveClock } from '../test/simulate/clock.ts'
import { proveCuts } from '../test/simulate/cuts.ts'
import { proveDrain } from '../test/simulate/drain.ts'
import { proveFull } from '../test/simulate/full.ts'
import { proveSlow } from '../test/simulate/slow.ts'
import { proveLinear } from '../test/linear/linear.ts'
import { proveListings } from '../test/linear/listings.ts'
import { proveWinners } from '../test/linear/winners.ts'
import { provePower } from '../test/power/power.ts'
import { proveStream } from '../test/simulate/stream.ts'
import { proveFrozen } from '../test/secrets/frozen.ts'
import { proveSecrets } from '../test/secrets/secrets.ts'
import { proveModel } from '../test/simulate/model.ts'
import { asked } from './asked.ts'

const proofs: Readonly<Record<string, Prove>> = {
  kill: proveKill,
  nth: proveNth,
  halt: proveHalt,
  preload: provePreload,
  races: proveRaces,
  whole: proveWhole,
  rot: proveRot,
  rebuild: proveRebuild,
  power: provePower,
  linear: proveLinear,
  winners: proveWinners,
  listings: proveListings,
  model: proveModel,
  secrets: proveSecrets,
  frozen: proveFrozen,
  drain: proveDrain,
  full: proveFull,
  slow: proveSlow,
  cuts: proveCuts,
  ceilings: proveCeilings,
  stream: proveStream,
  clock: proveClock,
  faults: proveFaults,
  signatures: proveSignatures,
  fuzz: proveFuzz,
  http: proveHttp,
}
const scales: readonly string[] = ['ci', 'nightly', 'release'] satisfies Scale[]

const options = {
  scale: { type: 'string', default: 'ci' },
  seed: { type: 'string' },
  minutes: { type: 'string' },
  only: { type: 'string' },
  workers: { type: 'string' },
  filesystem: { type: 'string' },
  accelerated: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

const { values, positionals } = asked(options, refuse)
if (values.help) {
  console.log(usage())
  process.exit(0)
}
const [name = '', only = values.only] = positionals
const prove = proofs[name]
if (prove === undefined || !scales.includes(values.scale)) refuse('no such proof or scale')
const seed = Number(values.seed ?? Date.now() % 1e9)
const progress = (line: string): void => {
  if (!values.json) console.log(line)
}
if (values.accelerated) accelerate()
const how = values.accelerated ? ', accelerated' : ''
progress(`${name} at scale ${values.scale}, seed ${seed}${how}`)
const begun = performance.now()
const minutes = values.minutes === undefined ? undefined : Number(values.minutes)
const workers = values.workers === undefined ? undefined : Number(values.workers)
const { filesystem } = values
const scale = values.scale as Scale
const proof = await prove({ scale, seed, minutes, workers, progress, only, filesystem })
const seconds = Math.round((performance.now() - begun) / 1000)
const told = {
  proof: name,
  scale: values.scale,
  seed,
  seconds,
  workers,
  accelerated: values.accelerated,
  cores: availableParallelism(),
  ...proof,
}
if (values.json) console.log(JSON.stringify(told))
else {
  for (const violation of proof.violations) console.log(`BROKEN  ${violation}`)
  if (proof.skipped !== undefined) console.log(`skipped: ${proof.skipped}`)
  console.log(
    `${proof.violations.length} violations in ${seconds} s: ${JSON.stringify(proof.figures)}`,
  )
}
process.exitCode = proof.violations.length === 0 ? 0 : 1

/** What is asked to be proven of it is not proven without. */
function accelerate(): void {
  const here = acceleratorHere()
  if (here.accelerator === undefined) refuse(here.why)
  acceleration.accelerator = here.accelerator
}

function refuse(why: string): never {
  console.error(`prove: ${why}\n${usage()}`)
  process.exit(2)
}

function usage(): string {
  const names = Object.keys(proofs).join('|')
  return `usage: npm run prove -- ${names} [--scale ${scales.join('|')}]
  [--seed n] [--minutes n] [--only text] [--workers n] [--filesystem ext4|xfs|btrfs] [--accelerated] [--json]`
}
