/** What is built before anything is measured: Ashlar as its package has it, its accelerator, and the load generator. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildAccelerator } from '../tools/accelerator/build.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')

/** The command line of the built program. */
export const ashlarMain: string = join(root, 'dist/cli/main.js')

/** Builds all of it, and answers the path of the load generator. Rejects with what is missing. */
export async function build(): Promise<string> {
  const [program] = await Promise.all([buildLoad(), buildAshlar(), accelerate()])
  return program
}

/**
 * The published package holds no TypeScript. Run from the sources, Node keeps its compiler of types in memory too, which
 * would be measured with the server.
 */
async function buildAshlar(): Promise<void> {
  const compiler = join(root, 'node_modules/.bin/tsc')
  await run(compiler, ['-p', 'tsconfig.build.json'], { cwd: root })
}

/** Where this machine can; otherwise it is not there to be measured. */
async function accelerate(): Promise<void> {
  const { told, isFault } = buildAccelerator()
  if (isFault) throw new Error(told)
}

/** In the checkout, for another one may have another generator. */
async function buildLoad(): Promise<string> {
  const program = join(root, '.cache/ashlar-bench-load')
  try {
    await run('go', ['build', '-o', program, '.'], { cwd: join(import.meta.dirname, 'load') })
  } catch (error) {
    throw new Error('the load generator needs Go (1.24 or newer) on the PATH to be built', {
      cause: error,
    })
  }
  return program
}
