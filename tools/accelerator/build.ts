/** Builds the accelerator with this machine's compiler and the headers of the Node that runs, in seconds. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { acceleratorFile, findAccelerator } from '../../src/base/accelerator.ts'

/** As Node is distributed, and as the package that brings it here has it. */
const headers = join(dirname(process.execPath), '../include/node')
const options = ['-std=gnu11', '-O3', '-Wall', '-Wextra', '-fPIC', '-shared', '-fvisibility=hidden']

/** `told` is a sentence; `isFault` where there is a compiler and what it makes cannot be used. */
export interface Built {
  readonly told: string
  readonly isFault: boolean
}

export interface Form {
  /** Where the program looks for it, unless a test says otherwise. */
  readonly file?: string
  /** Macros of the compiler's. */
  readonly defines?: readonly string[]
}

/** Never throws: nothing needs it. */
export function buildAccelerator(form: Form = {}): Built {
  const { file = acceleratorFile, defines = [] } = form
  const machine = `${process.platform} on ${process.arch}`
  if (machine !== 'linux on x64') return leftOut(`it is for linux on x64, and this is ${machine}`)
  const compiler = ['cc', 'gcc', 'clang'].find(
    (name) => spawnSync(name, ['--version']).status === 0,
  )
  if (compiler === undefined) return leftOut('there is no C compiler')
  if (!existsSync(headers)) return leftOut(`there are no headers of Node in ${headers}`)
  const problem = compile(compiler, { file, defines })
  if (problem !== undefined) return { ...leftOut(problem), isFault: true }
  const { told, isBroken } = findAccelerator('auto', file)
  return { told: `accelerator ${told}`, isFault: isBroken }
}

/** Where there is none that this program can use. Says something only of a compiler that fails: the banner tells the rest. */
export function accelerateIfNeeded(): void {
  if (findAccelerator('auto').accelerator !== undefined) return
  const { told, isFault } = buildAccelerator()
  if (isFault) console.error(told)
}

function leftOut(why: string): Built {
  return { told: `accelerator left out: ${why}. Everything works without it.`, isFault: false }
}

/** Under another name first: a server may run with the one that is there, and another build may be under way. */
function compile(compiler: string, { file, defines }: Required<Form>): string | undefined {
  const built = `${file}.${process.pid}`
  const folder = import.meta.dirname
  try {
    mkdirSync(dirname(file), { recursive: true })
    const sources = globSync('*.c', { cwd: folder }).toSorted()
    const macros = defines.map((name) => `-D${name}`)
    const words = [...options, ...macros, `-I${headers}`, '-o', built, ...sources]
    execFileSync(compiler, words, { cwd: folder, stdio: 'pipe' })
    renameSync(built, file)
    return undefined
  } catch (error) {
    rmSync(built, { force: true })
    return error instanceof Error ? error.message : String(error)
  }
}
