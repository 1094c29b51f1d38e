/**
 * `npm run check`: everything about the source that can be judged without running the product.
 *
 * Each step is one line with its time; a step that fails shows what it said. All steps run, so that one call tells
 * everything there is to mend. `npm run check -- types lint` runs only the steps named.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { styleText } from 'node:util'

interface Step {
  readonly name: string
  readonly says: string
  readonly command: readonly [program: string, ...words: string[]]
}

const node = process.execPath
const root = fileURLToPath(new URL('..', import.meta.url))

const steps: readonly Step[] = [
  {
    name: 'types',
    says: 'TypeScript finds no error',
    command: [bin('tsc'), '-p', '.', '--noEmit'],
  },
  { name: 'lint', says: 'oxlint finds nothing', command: [bin('oxlint')] },
  { name: 'format', says: 'files are formatted', command: [bin('oxfmt'), '--check'] },
  { name: 'unused', says: 'every file, export and dependency is used', command: [bin('knip')] },
  {
    name: 'model',
    says: 'the generated S3 table is what the schemas say',
    command: [node, 'tools/model.ts', '--check'],
  },
  {
    name: 'kernels',
    says: 'the compiled checksums are what their source gives',
    command: [node, 'tools/kernels.ts', '--check'],
  },
  {
    name: 'coverage',
    says: 'docs/s3-coverage.md is what the operations say',
    command: [node, 'tools/coverage.ts', '--check'],
  },
  {
    name: 'tidy',
    says: 'the house rules hold',
    command: [node, '--test', '--test-reporter=dot', 'test/tidy.test.ts'],
  },
]

const stepTimeMillisMax = 5 * 60_000

const failed: string[] = []
for (const step of chosenSteps()) {
  if (!(await holds(step))) failed.push(step.name)
}
if (failed.length > 0) console.error(styleText('red', `check failed: ${failed.join(', ')}`))
process.exitCode = failed.length === 0 ? 0 : 1

async function holds(step: Step): Promise<boolean> {
  const begun = performance.now()
  const { passed, output } = await run(step.command)
  const seconds = ((performance.now() - begun) / 1000).toFixed(1).padStart(5)
  const mark = passed ? styleText('green', 'ok  ') : styleText('red', 'FAIL')
  console.log(`${mark} ${seconds} s  ${step.name.padEnd(9)} ${step.says}`)
  if (!passed) console.log(`\n${output.trimEnd()}\n`)
  return passed
}

/** Runs a program in the repository; what it writes to either stream is kept in order. */
async function run(command: Step['command']): Promise<{ passed: boolean; output: string }> {
  const [program, ...words] = command
  const child = spawn(program, words, { cwd: root, timeout: stepTimeMillisMax })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const [code] = await once(child, 'close')
  return { passed: code === 0, output }
}

function chosenSteps(): readonly Step[] {
  const names = process.argv.slice(2)
  const unknown = names.find((name) => !steps.some((step) => step.name === name))
  if (unknown !== undefined) throw new RangeError(`no step is named ${unknown}`)
  return names.length === 0 ? steps : steps.filter((step) => names.includes(step.name))
}

function bin(name: string): string {
  return fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url))
}
