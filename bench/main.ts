/** `npm run bench -- <workload> [--json]`: measures one thing of a server that it starts, and prints a line about it. */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { benchComplete } from './complete.ts'
import { benchEncryption } from './encryption.ts'
import { median, type Measured } from './measured.ts'

const workloads: Record<string, (size: number | undefined) => Promise<readonly Measured[]>> = {
  complete: benchComplete,
  encryption: benchEncryption,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, size: { type: 'string' } },
})
const workload = workloads[positionals[0] ?? '']

if (workload === undefined) {
  const names = Object.keys(workloads).join(' | ')
  console.error(`usage: npm run bench -- ${names} [--size N] [--json]`)
  process.exitCode = 2
} else {
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? '', cores: cpus().length }
  for (const measured of await workload(
    values.size === undefined ? undefined : Number(values.size),
  )) {
    console.log(values.json ? JSON.stringify({ ...measured, machine }) : sentence(measured))
  }
}

function sentence({ what, unit, values, judged, goal }: Measured): string {
  const rounded = values.map((one) => one.toFixed(1)).join(', ')
  const held = judged === 'worst' ? Math.max(...values) : median(values)
  const verdict =
    goal === undefined ? '' : `, goal: at most ${goal}: ${held <= goal ? 'held' : 'MISSED'}`
  return `${what}: ${rounded} ${unit} (${judged} ${held.toFixed(1)}${verdict})`
}
