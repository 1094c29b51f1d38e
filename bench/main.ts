/** `npm run bench -- <workload> [--json]`: measures one thing of a server that it starts, and prints a line about it. */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { benchComplete } from './complete.ts'
import type { Measured } from './measured.ts'

const workloads: Record<string, (size: number | undefined) => Promise<Measured>> = {
  complete: benchComplete,
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
  const measured = await workload(values.size === undefined ? undefined : Number(values.size))
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? '', cores: cpus().length }
  console.log(values.json ? JSON.stringify({ ...measured, machine }) : sentence(measured))
}

function sentence({ what, millis, goalMillis }: Measured): string {
  const rounded = millis.map((one) => one.toFixed(1))
  const worst = Math.max(...millis)
  const verdict = worst <= goalMillis ? 'held' : 'MISSED'
  return `${what}: ${rounded.join(', ')} ms (goal: at most ${goalMillis} ms, ${verdict})`
}
