/**
 * `npm run accelerator`: builds the accelerator (tools/accelerator, C) with this machine's compiler and the headers of the Node
 * that runs, in seconds, to where the program looks for it. Ends with 0 where nothing can be built here, for nothing needs it,
 * and with 1 where the compiler does not take it.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { acceleratorFile, findAccelerator } from '../src/base/accelerator.ts'

const folder = join(import.meta.dirname, 'accelerator')
/** As Node is distributed, and as the package that brings it here has it. */
const headers = join(dirname(process.execPath), '../include/node')
const options = ['-std=gnu11', '-O3', '-Wall', '-Wextra', '-fPIC', '-shared', '-fvisibility=hidden']

const compiler = ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0)
const machine = `${process.platform} on ${process.arch}`
if (machine !== 'linux on x64') leaveOut(`it is for linux on x64, and this is ${machine}`)
else if (compiler === undefined) leaveOut('there is no C compiler')
else if (!existsSync(headers)) leaveOut(`there are no headers of Node in ${headers}`)
else build(compiler)

function leaveOut(why: string): void {
  console.log(`accelerator left out: ${why}. Everything works without it.`)
}

/** Under another name first: a server may run with the one that is there. */
function build(program: string): void {
  const built = `${acceleratorFile}.new`
  mkdirSync(dirname(acceleratorFile), { recursive: true })
  try {
    const sources = globSync('*.c', { cwd: folder }).toSorted()
    const words = [...options, `-I${headers}`, '-o', built, ...sources]
    execFileSync(program, words, { cwd: folder, stdio: 'inherit' })
    renameSync(built, acceleratorFile)
  } catch {
    rmSync(built, { force: true })
    console.error(`accelerator: ${program} does not build it`)
    process.exitCode = 1
    return
  }
  const { told, isBroken } = findAccelerator('auto')
  console.log(`accelerator ${told}`)
  if (isBroken) process.exitCode = 1
}
