/**
 * `node tools/s3-tests.ts <folder>`: compares a run of ceph/s3-tests with docs/s3-tests.md. The folder has the runner's results, a
 * line of JSON for each step of a case. Ends with 1 when a case is red and not named there, or named there and not red.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Step {
  readonly id: string
  readonly when: string
  readonly outcome: string
}

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error('usage: node tools/s3-tests.ts <folder of results>')
  process.exit(2)
}
const page = new URL('../docs/s3-tests.md', import.meta.url)
const named = new Set(
  Array.from(
    readFileSync(page, 'utf8').matchAll(/`(test_\w+(?:\[[^\]`]*\])?)`/g),
    ([, name]) => name,
  ),
)
const outcomes = outcomesOf(folder)
const red = new Set(
  [...outcomes].filter(([, outcome]) => outcome === 'failed').map(([name]) => name),
)
const wrong = [
  ...[...red].filter((name) => !named.has(name)).map((name) => `red, and not in the page: ${name}`),
  ...[...named]
    .filter((name) => name !== undefined && outcomes.has(name) && !red.has(name))
    .map((name) => `in the page, and not red: ${name}`),
]
for (const line of wrong) console.log(line)
const counts = Object.groupBy(outcomes.values(), (outcome) => outcome)
console.log(
  Object.entries(counts)
    .map(([outcome, all = []]) => `${all.length} ${outcome}`)
    .join(', '),
)
process.exitCode = wrong.length === 0 && outcomes.size > 0 ? 0 : 1

/** Of each case what its call ended in, or whatever step went wrong. */
function outcomesOf(path: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const name of readdirSync(path).filter((file) => /^results.*\.jsonl$/.test(file))) {
    const lines = readFileSync(join(path, name), 'utf8').split('\n').filter(Boolean)
    for (const { id, when, outcome } of lines.map((line) => JSON.parse(line) as Step)) {
      const test = id.slice(id.indexOf('::') + 2)
      if (outcome === 'failed') found.set(test, outcome)
      else if (when === 'call' || outcome === 'skipped') found.set(test, found.get(test) ?? outcome)
    }
  }
  return found
}
