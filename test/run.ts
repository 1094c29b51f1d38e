/**
 * `npm test`: runs every test file in its own process and ends with the closing lines of node:test.
 *
 * `npm test -- test/wire` runs only the files under that folder. Tests of clients that are not installed are skipped,
 * each with its reason; with CI=true in the environment they fail instead. ASHLAR_LARGE=1 adds the 1 GiB uploads.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Two cores are all that a small machine has, and the servers under test want one of them. */
const filesAtATime = 2
/** One test that hangs must not hang the run. */
const testTimeMillisMax = 10 * 60_000

const root = fileURLToPath(new URL('..', import.meta.url))
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('-'))
const flags = process.argv.slice(2).filter((word) => word.startsWith('-'))
const files = globSync('test/**/*.test.ts', { cwd: root })
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.startsWith(part)))
  .toSorted()

if (files.length === 0) throw new RangeError(`no test file lies under ${wanted.join(' or ')}`)

const child = spawn(
  process.execPath,
  [
    '--test',
    `--test-concurrency=${filesAtATime}`,
    `--test-timeout=${testTimeMillisMax}`,
    ...flags,
    ...files,
  ],
  { cwd: root, stdio: 'inherit' },
)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
const [code] = await once(child, 'exit')
process.exitCode = typeof code === 'number' ? code : 1
