/** Runs one program of a client to its end and keeps what it said. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface Said {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  /** What it sees of the environment beside PATH. */
  readonly env?: Record<string, string>
  readonly cwd?: string
  /** Written to its standard input, which is then closed. */
  readonly input?: Uint8Array
  /** After this it is killed and its code is null; 5 minutes unless told. */
  readonly timeoutMillis?: number
}

export async function runProgram(
  program: string,
  words: readonly string[],
  options: RunOptions = {},
): Promise<Said> {
  const child = spawn(program, words, {
    // Python leaves nothing beside the scripts.
    env: { PATH: process.env['PATH'] ?? '', PYTHONDONTWRITEBYTECODE: '1', ...options.env },
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    timeout: options.timeoutMillis ?? 5 * 60_000,
    killSignal: 'SIGKILL',
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text))
  // A program that refuses its input closes the pipe early; what it says then tells why.
  child.stdin.on('error', () => {})
  child.stdin.end(options.input)
  const [code] = await once(child, 'close')
  return { code, ...said }
}

/** Like runProgram, for a run that must succeed; gives its standard output. */
export async function runToSuccess(
  program: string,
  words: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const said = await runProgram(program, words, options)
  assert.equal(said.code, 0, `${program} ${words.join(' ')}\n${said.stdout}\n${said.stderr}`)
  return said.stdout
}
