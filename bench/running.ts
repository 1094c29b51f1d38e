/** Servers under test, started and ended. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Peer } from './peers.ts'

export interface RunningPeer extends AsyncDisposable {
  readonly host: string
  readonly pid: number
}

/** How often a starting server is asked, so how exactly its start is measured. */
const pollMillis = 5
const startMillisMax = 180_000
const stopMillisMax = 10_000

/** A server on fresh data under `parent`, that answers. Disposed, it is ended and its data is gone. */
export async function startPeer(
  peer: Peer,
  program: string,
  parent: string = tmpdir(),
): Promise<RunningPeer> {
  const folder = mkdtempSync(join(parent, `ashlar-bench-${peer.name}-`))
  await using undo = new AsyncDisposableStack()
  undo.defer(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  const { host, pid } = undo.use(await startPeerOn(peer, program, folder))
  const running = undo.move()
  return { host, pid, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/** More than any of them opens beside its S3 port. */
const furtherPortCount = 8

/** The same on a folder that stays when the server is ended. */
export async function startPeerOn(
  peer: Peer,
  program: string,
  folder: string,
): Promise<RunningPeer> {
  const [port = 0, ...furtherPorts] = await freePorts(1 + furtherPortCount)
  const { args, env } = peer.launch({ port, furtherPorts, folder })
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

/** All held at the same time, so that they are different ones. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  const ports: number[] = []
  for (const server of servers) {
    if (!server.listening) await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('a listener has a port')
    ports.push(address.port)
  }
  for (const server of servers) await new Promise((resolve) => server.close(resolve))
  return ports
}
