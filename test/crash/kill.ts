/**
 * kill -9 under load, again and again: every acknowledged result is there afterwards, and nothing else takes up room. With several
 * processes it meets one worker, the first process, or all of them.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { startServer } from '../harness/server.ts'
import { until } from '../harness/until.ts'
import { settled } from './audit.ts'
import { Client } from './client.ts'
import { chance, clockOf, workersArgs, type Proof, type Run, type Scale } from './proof.ts'
import { sealedEnv } from './sealed.ts'
import { Victims } from './victims.ts'
import { WriterClient } from './writer-client.ts'

interface Size {
  readonly kills: number
  readonly clients: number
  /** Load lasts at least this long, up to as much longer, and on a slow machine until some of it is acknowledged. */
  readonly loadMs: number
}

const scales: Readonly<Record<Scale, Size>> = {
  ci: { kills: 5, clients: 12, loadMs: 300 },
  nightly: { kills: 250, clients: 32, loadMs: 300 },
  release: { kills: 1000, clients: 64, loadMs: 1000 },
}

export async function proveKill(run: Run): Promise<Proof> {
  const { kills, clients: count, loadMs } = scales[run.scale]
  const { workers = 1 } = run
  const random = chance(run.seed)
  await using server = await startServer({
    args: workersArgs(run),
    env: { ...sealedEnv, ASHLAR_RECLAIM_GRACE: '0' },
  })
  using client = new Client(server)
  const victims = new Victims({ server, client, workers, random })
  await client.send({ method: 'PUT', path: '/proof' })
  const writers = Array.from(
    { length: count },
    (_, index) => new WriterClient(client, `w${index}`, chance(run.seed + 1 + index)),
  )
  const acknowledged = (): number => writers.reduce((sum, writer) => sum + writer.acknowledged, 0)
  const violations: string[] = []
  let restartMsMax = 0
  let blobs = 0
  const hasTime = clockOf(run)
  let killed = 0
  while (hasTime() && killed < kills) {
    const kill = ++killed
    const load = { isOver: false }
    const working = writers.map((writer) => writer.work(() => load.isOver))
    const enough = acknowledged() + count
    await sleep(loadMs + random() * loadMs)
    await until(() => acknowledged() >= enough)
    const livesOn = await victims.kill()
    if (livesOn) await sleep(loadMs)
    load.isOver = true
    await Promise.all(working)
    const begun = performance.now()
    await (livesOn ? victims.replaced() : server.restart())
    restartMsMax = Math.max(restartMsMax, performance.now() - begun)
    await Promise.all(writers.map((writer) => writer.check()))
    const found = await settled(server.dataDir)
    blobs = Math.max(blobs, found.blobs)
    violations.push(...found.missing.map((name) => `kill ${kill}: ${name} is missing`))
    violations.push(...found.orphans.map((name) => `kill ${kill}: ${name} is an orphan`))
    violations.push(...found.sparse.map((name) => `kill ${kill}: ${name} keeps more than it has`))
    if (found.queued > 0) violations.push(`kill ${kill}: ${found.queued} entries stay in the queue`)
    violations.push(...writers.flatMap((writer) => writer.violations.splice(0)))
    run.progress(
      `kill ${kill} of ${kills}: ${acknowledged()} acknowledged, ${violations.length} violations`,
    )
    if (violations.length > 0) break
  }
  const figures = {
    kills: killed,
    clients: count,
    acknowledged: acknowledged(),
    blobs,
    restartMsMax: Math.round(restartMsMax),
    ...(workers > 1 && victims.figures),
  }
  return { figures, violations }
}
