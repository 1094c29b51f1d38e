/** Builds the peers from what their makers publish, each within a bound; what does not work is told by name and left out. */
import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { programFolder, programOf, sourceOf, type Peer, type Recipe } from './peers.ts'

const run = promisify(execFile)
const outputBytesMax = 64 * 1024 * 1024

interface Bound {
  readonly seconds: number
  readonly tell: (sentence: string) => void
}

/** Those that are there already stay as they are. */
export async function installPeers(
  peers: readonly Peer[],
  { seconds, tell }: Bound,
): Promise<void> {
  mkdirSync(programFolder, { recursive: true })
  for (const peer of peers) {
    const there = programOf(peer)
    if (there !== undefined) {
      tell(`${peer.name} is there: ${there}`)
      continue
    }
    tell(`${peer.name}: ${sourceOf(peer)}, for ${seconds} s at most`)
    const problem = await installed(peer, seconds)
    tell(
      problem === undefined ? `${peer.name} is there now` : `${peer.name} is left out: ${problem}`,
    )
  }
}

/** What went wrong; undefined when nothing did. */
async function installed(peer: Peer, seconds: number): Promise<string | undefined> {
  const { recipe, program } = peer
  if (recipe === undefined || program === undefined) return 'nothing says how it is built'
  const folder = mkdtempSync(join(tmpdir(), `ashlar-bench-${peer.name}-`))
  const limit = { timeout: seconds * 1000, killSignal: 'SIGTERM' as const, cwd: folder }
  try {
    for (const [command, ...args] of stepsOf(recipe, { folder, program })) {
      await run('nice', ['-n', '19', command, ...args], {
        ...limit,
        env: { ...process.env, GOBIN: programFolder },
        maxBuffer: outputBytesMax,
      })
    }
    if (recipe.by === 'cargo install') {
      copyFileSync(join(folder, 'bin', program), join(programFolder, program))
    }
    return undefined
  } catch (error) {
    return reasonOf(error)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type Step = readonly [command: string, ...args: string[]]

function stepsOf(
  recipe: Recipe,
  { folder, program }: { readonly folder: string; readonly program: string },
): readonly Step[] {
  switch (recipe.by) {
    case 'go install':
      return [['go', 'install', recipe.of]]
    case 'cargo install': {
      const from = ['--locked', '--ignore-rust-version', '--root', folder]
      return [['cargo', 'install', ...from, recipe.of]]
    }
    case 'go build': {
      const { repository, tag, of } = recipe
      const into = join(folder, 'source')
      const target = join(programFolder, program)
      return [
        ['git', 'clone', '--quiet', '--depth', '1', '--branch', tag, repository, into],
        ['go', 'build', '-C', into, '-o', target, of],
      ]
    }
  }
}

/** The last thing that the program said, or that its time was up. */
function reasonOf(error: unknown): string {
  const { killed, stderr, message } = error as {
    readonly killed?: boolean
    readonly stderr?: string
    readonly message: string
  }
  if (killed === true) return 'its time was up (--seconds)'
  return stderr?.trim().split('\n').at(-1) ?? message
}
