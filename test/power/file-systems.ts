/** The file systems on which power may fail: how each is made and, after it has mended itself by being mounted, looked over. */
import { execFileSync } from 'node:child_process'

export interface FileSystem {
  readonly name: string
  /** Makes it in a file. */
  readonly make: readonly string[]
  /** Says by its exit code whether all of it is well; changes nothing. */
  readonly check: readonly string[]
  /** What the file system takes for written whole or not at all. */
  readonly sectorBytes: number
}

const fileSystems: readonly FileSystem[] = [
  {
    name: 'ext4',
    make: ['mkfs.ext4', '-q', '-F', '-E', 'nodiscard'],
    check: ['e2fsck', '-f', '-n'],
    sectorBytes: 512,
  },
  {
    name: 'xfs',
    make: ['mkfs.xfs', '-q', '-K'],
    check: ['xfs_repair', '-n'],
    sectorBytes: 512,
  },
  {
    // Its superblock has 4 KiB and is taken for written whole.
    name: 'btrfs',
    make: ['mkfs.btrfs', '-q', '-K'],
    check: ['btrfs', 'check', '--readonly'],
    sectorBytes: 4096,
  },
]

export function fileSystemOf(name: string): FileSystem {
  const found = fileSystems.find((one) => one.name === name)
  if (found === undefined)
    throw new Error(`--filesystem is one of ${fileSystems.map((one) => one.name).join(', ')}`)
  return found
}

/** The first of its programs that is not installed. */
export function programMissing({ make, check }: FileSystem): string | undefined {
  return [make[0], check[0]].find((program) => program !== undefined && !isInstalled(program))
}

function isInstalled(program: string): boolean {
  try {
    execFileSync('which', [program], { stdio: 'ignore', env: environment })
    return true
  } catch {
    return false
  }
}

/** Those who are not root do not have the folder of such programs in their path. */
const environment: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`,
}

/** Runs a program of the system; what it says to its error output stands in the error. */
export function run(words: readonly string[]): string {
  const [program = '', ...rest] = words
  return execFileSync(program, rest, { encoding: 'utf8', env: environment, stdio: 'pipe' })
}
