/**
 * The servers that are measured side by side: how each is found, started on fresh data and ended.
 *
 * A peer is taken when its program is on the PATH or named by ASHLAR_BENCH_<PEER>; nothing of it is part of this project.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** Fixed pair of every server under test: they listen on loopback, on data that is thrown away. */
export const keys = { accessKeyId: 'benchbenchbench1', secretAccessKey: 'benchsecret-benchsecret' }

interface Start {
  readonly program: string
  readonly port: number
  /** An empty folder of its own. */
  readonly folder: string
}

interface Launch {
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export interface Peer {
  readonly name: string
  /** What stands behind a 200, as its documentation says and its system calls show. */
  readonly durability: string
  /** Absent for Ashlar itself, which is here. */
  readonly program?: string
  /** How to get it, said when it is not found. */
  readonly source?: string
  readonly versionArgs: readonly string[]
  readonly launch: (start: Start) => Launch
}

const root = join(import.meta.dirname, '..')

export const peers: readonly Peer[] = [
  {
    name: 'ashlar',
    durability: 'bytes, folders and metadata synced before the answer',
    versionArgs: [join(root, 'src/cli/main.ts'), '--version'],
    launch: ({ port, folder }) => ({
      args: [
        ...(process.env['ASHLAR_BENCH_NODE_FLAGS']?.split(' ') ?? []),
        join(root, 'src/cli/main.ts'),
        'serve',
        `--listen=127.0.0.1:${port}`,
        `--data=${folder}`,
        '--log-level=error',
      ],
      env: {
        ASHLAR_ROOT_ACCESS_KEY: keys.accessKeyId,
        ASHLAR_ROOT_SECRET_KEY: keys.secretAccessKey,
      },
    }),
  },
  {
    name: 'minio',
    durability: 'bytes and metadata synced, folders not',
    program: 'minio',
    source: 'built from its public repository',
    versionArgs: ['--version'],
    launch: ({ port, folder }) => ({
      args: ['server', '--quiet', '--address', `127.0.0.1:${port}`, folder],
      env: { MINIO_ROOT_USER: keys.accessKeyId, MINIO_ROOT_PASSWORD: keys.secretAccessKey },
    }),
  },
  {
    name: 'versitygw',
    durability: 'nothing synced',
    program: 'versitygw',
    source: 'go install github.com/versity/versitygw/cmd/versitygw@v1.8.0',
    versionArgs: ['--version'],
    launch: ({ port, folder }) => ({
      args: ['--port', `127.0.0.1:${port}`, '--keep-alive', '--quiet', 'posix', folder],
      env: { ROOT_ACCESS_KEY: keys.accessKeyId, ROOT_SECRET_KEY: keys.secretAccessKey },
    }),
  },
  {
    name: 'rustfs',
    durability: 'bytes, metadata and folders synced, deletes not',
    program: 'rustfs',
    source: 'cargo install rustfs',
    versionArgs: ['--version'],
    launch: ({ port, folder }) => ({
      args: ['--address', `127.0.0.1:${port}`, '--console-enable', 'false', folder],
      env: { RUSTFS_ACCESS_KEY: keys.accessKeyId, RUSTFS_SECRET_KEY: keys.secretAccessKey },
    }),
  },
  {
    name: 'seaweedfs',
    durability: 'nothing synced',
    program: 'weed',
    source: 'built from its public repository',
    versionArgs: ['version'],
    launch: ({ port, folder }) => ({
      args: [
        'server',
        `-dir=${folder}`,
        '-ip=127.0.0.1',
        '-s3',
        `-s3.port=${port}`,
        `-s3.config=${seaweedIdentities(folder)}`,
        '-volume.max=400',
        '-telemetry=false',
        '-master.volumeSizeLimitMB=1024',
      ],
    }),
  },
]

/** The program of a peer; undefined when it is not on this machine. */
export function programOf(peer: Peer): string | undefined {
  if (peer.program === undefined) return process.execPath
  const named = process.env[`ASHLAR_BENCH_${peer.name.toUpperCase()}`]
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const places = named === undefined ? folders.map((at) => join(at, peer.program ?? '')) : [named]
  return places.find(isProgram)
}

export interface RunningPeer extends AsyncDisposable {
  readonly host: string
  readonly pid: number
}

/** How often a starting server is asked, so how exactly its start is measured. */
const pollMillis = 5
const startMillisMax = 30_000
const stopMillisMax = 10_000

/** A server on fresh data under `parent`, that answers. Disposed, it is ended and its data is gone. */
export async function startPeer(
  peer: Peer,
  program: string,
  parent: string = tmpdir(),
): Promise<RunningPeer> {
  const folder = mkdtempSync(join(parent, `ashlar-bench-${peer.name}-`))
  const server = await startPeerOn(peer, program, folder)
  const dispose = async (): Promise<void> => {
    await server[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  }
  return { host: server.host, pid: server.pid, [Symbol.asyncDispose]: dispose }
}

/** The same on a folder that stays when the server is ended. */
export async function startPeerOn(
  peer: Peer,
  program: string,
  folder: string,
): Promise<RunningPeer> {
  const port = await freePort()
  const { args, env } = peer.launch({ program, port, folder })
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: 'ignore',
    cwd: folder,
  })
  const end = (): Promise<void> => ended(child)
  const host = `127.0.0.1:${port}`
  try {
    await answers(host, child)
  } catch (error) {
    await end()
    throw error
  }
  return { host, pid: child.pid ?? 0, [Symbol.asyncDispose]: end }
}

async function answers(host: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + startMillisMax
  while (performance.now() < deadline && child.exitCode === null) {
    const answer = await fetch(`http://${host}/`).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer !== undefined && answer.status < 500) return
    await setTimeout(pollMillis)
  }
  throw new Error(`${child.spawnfile} does not answer (exit code ${child.exitCode})`)
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await Promise.race([exit, setTimeout(stopMillisMax, undefined, { ref: false })])
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  await exit
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('a listener has a port')
  return address.port
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function seaweedIdentities(folder: string): string {
  const file = join(folder, 'identities.json')
  const credentials = [{ accessKey: keys.accessKeyId, secretKey: keys.secretAccessKey }]
  const actions = ['Admin', 'Read', 'List', 'Tagging', 'Write']
  writeFileSync(file, JSON.stringify({ identities: [{ name: 'bench', credentials, actions }] }))
  return file
}
