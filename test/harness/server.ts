/** A real `ashlar serve` in a process of its own, on a free port and in a temporary folder: what a user would have. */
import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { acceleration } from './acceleration.ts'
import { expectHushed, secretsOf } from './leaks.ts'

export interface ServerOptions {
  /** Further words of the command line. */
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** The root account's pair; random when not given. */
  readonly keys?: Keys
  /** Kept when the server stops; a temporary folder when not given. */
  readonly dataDir?: string
  readonly region?: string
  readonly domains?: readonly string[]
  /** Path of an accounts file. */
  readonly accounts?: string
  /** Paths of a certificate and its key (PEM). */
  readonly tls?: { readonly cert: string; readonly key: string }
}

export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export interface TestServer extends AsyncDisposable {
  readonly endpoint: string
  /** Of the operators' port, where the server has one; a new start may take another. */
  readonly adminEndpoint: string | undefined
  readonly host: string
  readonly port: number
  readonly region: string
  readonly keys: Keys
  readonly dataDir: string
  /** Of the process that runs now. */
  readonly pid: number
  /** What the server has written to stderr so far, over all its lives. */
  log(): string
  /** SIGKILL: the process has no time for anything. */
  kill(): Promise<void>
  /** Starts it again on the same folder and port; after `kill`, or in place of the running one. */
  restart(): Promise<void>
  /** SIGTERM; answers the exit code. */
  terminate(): Promise<number | null>
  /** SIGTERM, and the temporary folder is removed. Throws when a secret of an account is in the log. */
  stop(): Promise<void>
}

interface Running {
  readonly child: ChildProcess
  /** Resolves when it has ended and all that it wrote was read. */
  readonly closed: Promise<void>
  readonly ready: Ready
}

interface Ready {
  readonly endpoint: string
  readonly adminEndpoint?: string
  readonly port: number
  readonly pid: number
}

const main = join(import.meta.dirname, '../../src/cli/main.ts')
const host = '127.0.0.1'

export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const { keys = randomKeys(), region = 'us-east-1' } = options
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'ashlar-test-')))
  const written: string[] = []
  const begin = (port: number): Promise<Running> =>
    launch(wordsOf(options, { dataDir, port, region }), environmentOf(options, keys), written)
  let running = await begin(0)
  const secrets = options.accounts === undefined ? [] : secretsOf(options.accounts)
  const server = {
    endpoint: running.ready.endpoint,
    adminEndpoint: running.ready.adminEndpoint,
    host,
    port: running.ready.port,
    region,
    keys,
    dataDir,
    pid: running.ready.pid,
    log: () => written.join(''),
    kill: () => kill(running),
    restart: async () => {
      await end(running)
      running = await begin(running.ready.port)
      server.pid = running.ready.pid
      server.adminEndpoint = running.ready.adminEndpoint
    },
    terminate: () => end(running),
    stop: async () => {
      await end(running)
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true })
      expectHushed(written.join(''), [keys.secretAccessKey, ...secrets])
    },
    [Symbol.asyncDispose]: () => server.stop(),
  }
  return server
}

/** A pair as `ashlar serve` would make it, for tests that need keys without a server. */
export function randomKeys(): Keys {
  return {
    accessKeyId: `TEST${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64'),
  }
}

interface Place {
  readonly dataDir: string
  readonly port: number
  readonly region: string
}

function wordsOf(options: ServerOptions, { dataDir, port, region }: Place): readonly string[] {
  const { tls, accounts, domains = [], args = [] } = options
  return [
    'serve',
    '--json',
    `--data=${dataDir}`,
    `--listen=${host}:${port}`,
    `--region=${region}`,
    ...domains.flatMap((domain) => ['--domain', domain]),
    ...(accounts === undefined ? [] : ['--accounts', accounts]),
    ...(tls === undefined ? [] : ['--tls-cert', tls.cert, '--tls-key', tls.key]),
    ...args,
  ]
}

function environmentOf(options: ServerOptions, keys: Keys): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(([name]) => !name.startsWith('ASHLAR_'))
  return {
    ...Object.fromEntries(ours),
    ASHLAR_ROOT_ACCESS_KEY: keys.accessKeyId,
    ASHLAR_ROOT_SECRET_KEY: keys.secretAccessKey,
    ASHLAR_LOG_LEVEL: 'warn',
    ASHLAR_ACCELERATOR: acceleration.accelerator === undefined ? 'off' : 'auto',
    ...options.env,
  }
}

/** Resolves when the server says that it is ready; rejects with what it wrote when it ends before. */
async function launch(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  written: string[],
): Promise<Running> {
  const child = spawn(process.execPath, [main, ...words], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => written.push(text))
  const lines = createInterface({ input: child.stdout })
  const closed = once(child, 'close').then(() => undefined)
  for (;;) {
    const line = await Promise.race([once(lines, 'line').then(([text]) => String(text)), closed])
    if (line === undefined)
      throw new Error(
        `ashlar serve ended before it was ready, exit code ${child.exitCode}:\n${written.join('')}`,
      )
    const found = /^ASHLAR_READY (?<json>.*)$/.exec(line)?.groups?.['json']
    if (found !== undefined) return { child, closed, ready: JSON.parse(found) as Ready }
  }
}

/** Its workers may live a moment longer, and what they write is still to come. */
async function kill({ child }: Running): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

/** Answers the exit code, null when a signal ended the process; the log is whole then. */
async function end({ child, closed }: Running): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
  await closed
  return child.exitCode
}
