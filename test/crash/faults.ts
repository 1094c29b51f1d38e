/** The proofs can fail: each planted fault, alone in a copy of the source, turns its proof red. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Fault } from './fault.ts'
import { packFaults } from './planted-packs.ts'
import { storeFaults } from './planted.ts'
import { serverFaults } from './planted-server.ts'
import { workerFaults } from './planted-workers.ts'
import type { Proof, Run } from './proof.ts'

export const faults: readonly Fault[] = [
  ...storeFaults,
  ...packFaults,
  ...serverFaults,
  ...workerFaults,
]
const root = join(import.meta.dirname, '../..')
/** By chance a run may pass a fault by; by another seed it does not. */
const triesMax = 3
/** A proof that is not over by then has found nothing. */
const patienceMs = 300_000

export async function proveFaults(run: Run): Promise<Proof> {
  const violations: string[] = []
  let caught = 0
  const { only } = run
  const chosen = faults.filter(
    ({ foundBy, what }) => only === undefined || foundBy === only || what.includes(only),
  )
  if (chosen.length === 0) throw new Error(`no fault is called so, nor found by it: ${only}`)
  for (const fault of chosen) {
    const found = await findingOf(fault, run)
    if (found === undefined) violations.push(`${fault.what}: ${fault.foundBy} stays green`)
    else caught += 1
    run.progress(`${fault.what}: ${fault.foundBy} says ${found ?? 'NOTHING'}`)
  }
  return { figures: { faults: chosen.length, caught }, violations }
}

/** The first violation; undefined when there is none. */
async function findingOf(fault: Fault, { seed, filesystem }: Run): Promise<string | undefined> {
  const words = filesystem === undefined ? [] : ['--filesystem', filesystem]
  const copy = await mkdtemp(join(tmpdir(), 'ashlar-fault-'))
  try {
    for (const name of ['src', 'test', 'tools', 'package.json'])
      cpSync(join(root, name), join(copy, name), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
    plant(copy, fault)
    for (let attempt = 0; attempt < triesMax; attempt++) {
      const found = await run(copy, fault.foundBy, ['--seed', String(seed + attempt), ...words])
      if (found !== undefined) return found
    }
    return undefined
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

function plant(copy: string, { file, from, to, what }: Fault): void {
  const path = join(copy, file)
  const text = readFileSync(path, 'utf8')
  if (!hasPlace(text, from)) throw new Error(`${what}: its place in ${file} is gone`)
  // As it stands: `replace` would read a `$` in it.
  writeFileSync(path, text.split(from).join(to))
}

/** Once, so that it is the place that is meant. */
export function hasPlace(text: string, from: string): boolean {
  return text.split(from).length === 2
}

/** A proof that breaks down without naming a violation has found nothing. */
async function run(
  copy: string,
  foundBy: string,
  options: readonly string[],
): Promise<string | undefined> {
  const isTest = foundBy.endsWith('.test.ts')
  const words = isTest
    ? ['--test', '--test-reporter=tap', foundBy]
    : ['tools/prove.ts', foundBy, '--json', ...options]
  const child = spawn(process.execPath, words, {
    cwd: copy,
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: patienceMs,
  })
  const closed = once(child, 'close')
  const said = Buffer.concat(
    await Array.fromAsync(child.stdout as AsyncIterable<Buffer>),
  ).toString()
  await closed
  if (isTest) return /^ *not ok \d+ - .*/m.exec(said)?.[0].trim()
  return said.startsWith('{') ? (JSON.parse(said) as Proof).violations[0] : undefined
}
