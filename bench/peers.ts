/**
 * The servers that are measured side by side: where each comes from, how it is started, and what its answers promise.
 *
 * A peer is taken when its program is on the PATH, in the folder of `npm run bench -- install`, or named by
 * ASHLAR_BENCH_<PEER>; nothing of it is part of this project.
 */
import { accessSync, constants, existsSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { acceleratorFile } from '../src/base/accelerator.ts'
import { ashlarMain } from './built.ts'

/** Fixed pair of every server under test: they listen on loopback, on data that is thrown away. */
export const keys = { accessKeyId: 'benchbenchbench1', secretAccessKey: 'benchsecret-benchsecret' }

interface Start {
  readonly port: number
  /** Free ones, for what a server opens beside its S3 port. */
  readonly furtherPorts: readonly number[]
  /** A folder of its own. */
  readonly folder: string
}

interface Launch {
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** How a program is built from what its makers publish. */
export type Recipe =
  | { readonly by: 'go install'; readonly of: string }
  | { readonly by: 'cargo install'; readonly of: string }
  | {
      readonly by: 'go build'
      readonly of: string
      readonly repository: string
      readonly tag: string
    }

export interface Peer {
  readonly name: string
  /** What stands behind a 200, as its documentation says and its system calls show. */
  readonly durability: string
  /** Absent for Ashlar itself, which is here. */
  readonly program?: string
  /** A file that is built with Ashlar where this machine can; without it this is not what its name says. */
  readonly needs?: string
  readonly recipe?: Recipe
  readonly versionArgs: readonly string[]
  /** Copies and copied parts take no bytes. */
  readonly copiesByReference: boolean
  /** Of the workloads; absent: all. */
  readonly only?: RegExp
  readonly launch: (start: Start) => Launch
}

/** Ashlar as it is by default, or with further options of `ashlar serve`. */
export function ashlar(options: readonly string[] = []): Peer {
  return {
    name: 'ashlar',
    durability: 'bytes, folders and metadata synced before the answer',
    versionArgs: [ashlarMain, '--version'],
    copiesByReference: true,
    launch: ({ port, folder }) => ({
      args: [
        ...(process.env['ASHLAR_BENCH_NODE_FLAGS']?.split(' ') ?? []),
        ashlarMain,
        'serve',
        `--listen=127.0.0.1:${port}`,
        `--data=${folder}`,
        '--log-level=error',
        // In pure Node, unless an option says otherwise.
        '--accelerator=off',
        ...options,
      ],
      env: {
        ASHLAR_ROOT_ACCESS_KEY: keys.accessKeyId,
        ASHLAR_ROOT_SECRET_KEY: keys.secretAccessKey,
      },
    }),
  }
}

const others: readonly Peer[] = [
  {
    name: 'minio',
    durability: 'bytes and metadata synced, folders not',
    program: 'minio',
    // The last state that there is of it; its releases have names that no registry of modules takes.
    recipe: {
      by: 'go install',
      of: 'github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c',
    },
    versionArgs: ['--version'],
    copiesByReference: false,
    launch: ({ port, folder }) => ({
      args: ['server', '--quiet', '--address', `127.0.0.1:${port}`, folder],
      env: { MINIO_ROOT_USER: keys.accessKeyId, MINIO_ROOT_PASSWORD: keys.secretAccessKey },
    }),
  },
  {
    name: 'versitygw',
    durability: 'nothing synced',
    program: 'versitygw',
    recipe: { by: 'go install', of: 'github.com/versity/versitygw/cmd/versitygw@v1.8.0' },
    versionArgs: ['--version'],
    copiesByReference: false,
    launch: ({ port, folder }) => ({
      args: ['--port', `127.0.0.1:${port}`, '--keep-alive', '--quiet', 'posix', folder],
      env: { ROOT_ACCESS_KEY: keys.accessKeyId, ROOT_SECRET_KEY: keys.secretAccessKey },
    }),
  },
  {
    name: 'seaweedfs',
    durability: 'nothing synced',
    program: 'weed',
    recipe: {
      by: 'go build',
      of: './weed',
      repository: 'https://github.com/seaweedfs/seaweedfs',
      tag: '4.44',
    },
    versionArgs: ['version'],
    copiesByReference: false,
    launch: seaweed,
  },
  {
    name: 'garage',
    durability: 'nothing synced',
    program: 'garage',
    // Its build needs protoc (Debian's protobuf-compiler).
    recipe: { by: 'cargo install', of: 'garage@2.5.0' },
    versionArgs: ['--version'],
    copiesByReference: true,
    launch: garage,
  },
  {
    name: 'rustfs',
    durability: 'bytes, metadata and folders synced, deletes not',
    program: 'rustfs',
    recipe: { by: 'cargo install', of: 'rustfs@1.0.1' },
    versionArgs: ['--version'],
    copiesByReference: false,
    launch: ({ port, folder }) => ({
      args: ['--address', `127.0.0.1:${port}`, '--console-enable', 'false', folder],
      env: { RUSTFS_ACCESS_KEY: keys.accessKeyId, RUSTFS_SECRET_KEY: keys.secretAccessKey },
    }),
  },
]

/** All that are known; `options` are Ashlar's. */
export function knownPeers(options: readonly string[] = []): readonly Peer[] {
  const usual = ashlar(options)
  const unsummed: Peer = {
    ...ashlar([...options, '--default-checksum=none']),
    name: 'ashlar-no-checksum',
    only: /^(put|part|upload|get-1m)/,
  }
  const several: Peer = {
    ...ashlar([...options, '--workers=2']),
    name: 'ashlar-2-workers',
    only: /^(put|get|part|upload)/,
  }
  const accelerated: Peer = {
    ...ashlar([...options, '--accelerator=auto']),
    name: 'ashlar-accelerated',
    needs: acceleratorFile,
    only: /^(put|get|part|upload)/,
  }
  return [usual, unsummed, several, accelerated, ...others]
}

/** The program of a peer; undefined when it is not on this machine. */
export function programOf(peer: Peer): string | undefined {
  const { program, needs } = peer
  if (needs !== undefined && !existsSync(needs)) return undefined
  if (program === undefined) return process.execPath
  const named = process.env[`ASHLAR_BENCH_${peer.name.toUpperCase()}`]
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), programFolder]
  const places = named === undefined ? folders.map((at) => join(at, program)) : [named]
  return places.find(isProgram)
}

/** Where `npm run bench -- install` puts programs: of this machine's user, so that they outlive a checkout. */
export const programFolder: string = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'ashlar-bench/bin',
)

/** In words, what has to be done to have it. */
export function sourceOf({ recipe, name, needs }: Peer): string {
  if (needs !== undefined) return 'npm run accelerator'
  if (recipe === undefined) return `${name} is here`
  if (recipe.by === 'go build')
    return `${recipe.repository} at ${recipe.tag}, go build ${recipe.of}`
  return `${recipe.by} ${recipe.of}`
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function seaweed({ port, folder, furtherPorts }: Start): Launch {
  const inner = ['master', 'volume', 'filer'].flatMap((part) => [
    `-${part}.port`,
    `-${part}.port.grpc`,
  ])
  const ports = [...inner, '-s3.port.grpc'].map((flag, at) => `${flag}=${furtherPorts[at]}`)
  const identities = join(folder, 'identities.json')
  const credentials = [{ accessKey: keys.accessKeyId, secretKey: keys.secretAccessKey }]
  const actions = ['Admin', 'Read', 'List', 'Tagging', 'Write']
  writeFileSync(
    identities,
    JSON.stringify({ identities: [{ name: 'bench', credentials, actions }] }),
  )
  const limits = ['-volume.max=400', '-master.volumeSizeLimitMB=1024', '-master.telemetry=false']
  const s3 = ['-s3', `-s3.port=${port}`, `-s3.config=${identities}`, '-s3.iam=false']
  return { args: ['server', `-dir=${folder}`, '-ip=127.0.0.1', ...s3, ...ports, ...limits] }
}

/** One node on its own, of the region that the others are asked for. It wants a secret between nodes even so. */
function garage({ port, folder, furtherPorts }: Start): Launch {
  const config = join(folder, 'garage.toml')
  const lines = [
    `metadata_dir = "${join(folder, 'meta')}"`,
    `data_dir = "${join(folder, 'data')}"`,
    'db_engine = "lmdb"',
    'replication_factor = 1',
    `rpc_bind_addr = "127.0.0.1:${furtherPorts[0]}"`,
    `rpc_secret = "${'0'.repeat(64)}"`,
    '[s3_api]',
    `api_bind_addr = "127.0.0.1:${port}"`,
    's3_region = "us-east-1"',
  ]
  writeFileSync(config, lines.join('\n'), { mode: 0o600 })
  return {
    args: ['-c', config, 'server', '--single-node', '--default-access-key'],
    env: {
      GARAGE_DEFAULT_ACCESS_KEY: keys.accessKeyId,
      GARAGE_DEFAULT_SECRET_KEY: keys.secretAccessKey,
      RUST_LOG: 'error',
    },
  }
}
