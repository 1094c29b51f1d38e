/** Runs a k6 script to its end and gives the JSON lines that it logged. */
import assert from 'node:assert/strict'
import { runProgram } from './program.ts'

export interface K6Run {
  readonly script: string
  readonly variables: Record<string, string>
  /** Further options of `k6 run`. */
  readonly words?: readonly string[]
}

/** k6 ends with 0 when a script throws, so whoever calls looks at the lines. */
export async function runK6(k6: string, run: K6Run): Promise<readonly unknown[]> {
  const variables = Object.entries(run.variables).flatMap(([name, value]) => [
    '-e',
    `${name}=${value}`,
  ])
  const words = [
    '--quiet',
    '--no-color',
    '--summary-mode=disabled',
    '--log-format=raw',
    '--log-output=stdout',
  ]
  const said = await runProgram(
    k6,
    ['run', ...words, ...variables, ...(run.words ?? []), run.script],
    {
      env: { K6_NO_USAGE_REPORT: 'true', HOME: '' },
    },
  )
  assert.equal(said.code, 0, `${said.stdout}\n${said.stderr}`)
  const lines = said.stdout.split('\n').filter((line) => line.startsWith('{'))
  if (lines.length === 0) assert.fail(`${said.stdout}\n${said.stderr}`)
  return lines.map((line) => JSON.parse(line) as unknown)
}
