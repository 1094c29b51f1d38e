/** A real proxy before a server, configured as docs/operate/proxies.md says; or as somebody may have got it wrong. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../harness/until.ts'

export type ProxyName = 'nginx' | 'haproxy' | 'caddy' | 'apache'

/** Of a configuration's text. */
export type Change = (text: string) => string

export interface RealProxy extends AsyncDisposable {
  readonly endpoint: string
  readonly port: number
}

interface Place {
  readonly folder: string
  readonly port: number
}

/** How each is told to stay in its folder and in the foreground; and its page's configuration put on a plain port. */
interface Kind {
  readonly listen: (block: string, port: number) => string
  readonly file: (block: string, place: Place) => string
  readonly words: (file: string) => readonly string[]
}

const apacheModules = ['mpm_event', 'proxy', 'proxy_http', 'authz_core']
const nginxFolders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']

const kinds: Readonly<Record<ProxyName, Kind>> = {
  nginx: {
    listen: (block, port) => replaced(block, 'listen 443 ssl;', `listen 127.0.0.1:${port};`),
    file: (block, { folder }) => `daemon off;
worker_processes 1;
pid "${folder}/pid";
error_log "${folder}/errors";
events {}
http {
  access_log off;
  ${nginxFolders.map((name) => `${name}_temp_path "${folder}/${name}";`).join('\n  ')}
${block}}
`,
    words: (file) => ['-c', file],
  },
  haproxy: {
    listen: (block, port) => replaced(block, /bind .*/, `bind 127.0.0.1:${port}`),
    file: (block) => block,
    words: (file) => ['-f', file],
  },
  caddy: {
    listen: (block, port) => replaced(block, 's3.example.com {', `http://127.0.0.1:${port} {`),
    file: (block) => `{\n  admin off\n  auto_https off\n}\n${block}`,
    words: (file) => ['run', '--config', file, '--adapter', 'caddyfile'],
  },
  apache: {
    listen: (block, port) =>
      replaced(replaced(block, '*:443', `127.0.0.1:${port}`), '  SSLEngine on\n', ''),
    file: (block, { folder, port }) => `ServerRoot "${folder}"
ServerName localhost
PidFile "${folder}/pid"
ErrorLog "${folder}/errors"
Listen 127.0.0.1:${port}
${apacheModules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
${block}`,
    words: (file) => ['-f', file, '-DFOREGROUND'],
  },
}

export interface ProxyPlan {
  readonly name: ProxyName
  readonly program: string
  /** The server's port. */
  readonly upstream: number
  readonly change?: Change
}

/** Resolves when it takes connections. */
export async function startProxy(plan: ProxyPlan): Promise<RealProxy> {
  const { name, program, upstream, change = (text) => text } = plan
  const kind = kinds[name]
  const folder = await mkdtemp(join(tmpdir(), `ashlar-${name}-`))
  const port = await freePort()
  await mkdir(join(folder, 'home'))
  const documented = change(replaced(await blockOf(name), ':9000', `:${upstream}`))
  const file = join(folder, 'configuration')
  await writeFile(file, kind.file(kind.listen(documented, port), { folder, port }))
  const env = { PATH: process.env['PATH'], HOME: join(folder, 'home') }
  const child = spawn(program, kind.words(file), { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => said.push(text))
  }
  const ended = once(child, 'exit')
  const isThere = async (): Promise<boolean> =>
    child.exitCode !== null || (await takesConnections(port))
  const isStarted = (await until(isThere)) && child.exitCode === null
  assert.ok(isStarted, `${name} does not start: ${said.join('')}`)
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** What was changed must have been there: a configuration that stays as it is would prove nothing. */
export function replaced(text: string, from: string | RegExp, to: string): string {
  const next = text.replace(from, to)
  assert.notEqual(next, text, `${from} is not in the documented configuration`)
  return next
}

async function blockOf(name: ProxyName): Promise<string> {
  const page = join(import.meta.dirname, '../../docs/operate/proxies.md')
  const block = new RegExp('```' + name + '\\n(.*?)```', 's').exec(await readFile(page, 'utf8'))
  assert.ok(block?.[1], `docs/operate/proxies.md has a configuration of ${name}`)
  return block[1]
}

/** Of those that the system gives to nobody by itself: between this look and the proxy's start it may not be given away. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 30_000)
    const server = createServer()
    try {
      await once(server.listen(port, '127.0.0.1'), 'listening')
    } catch {
      continue
    }
    await once(server.close(), 'close')
    return port
  }
}

async function takesConnections(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
