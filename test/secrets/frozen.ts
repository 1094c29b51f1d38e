/** The server lives its day on frozen prototypes: nothing of a request reaches what all objects share. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Proof, Run } from '../crash/proof.ts'
import { startServer } from '../harness/server.ts'
import { Everyday, misleading } from './everyday.ts'

export async function proveFrozen(run: Run): Promise<Proof> {
  const violations: string[] = []
  const preload = pathToFileURL(join(import.meta.dirname, 'freeze.ts')).href
  const env = { NODE_OPTIONS: `--import=${preload}`, ASHLAR_LOG_LEVEL: 'info' }
  await using server = await startServer({ env, args: ['--sse-c-over-http=on'] })
  const day = new Everyday(server)
  const said = await day.live()
  violations.push(...day.wrong)
  for (const { what, answer } of said) {
    if (answer.status >= 300) violations.push(`${what}: ${answer.status} ${answer.text}`)
  }
  const log = server.log()
  const threads = log.split('the prototypes are frozen').length - 1
  if (threads < 2) violations.push(`frozen in ${threads} threads only`)
  for (const line of log.split('\n')) {
    if (/"level":"(?:error|fatal)"/.test(line)) violations.push(line)
  }
  run.progress(`${said.length} operations on frozen prototypes, in ${threads} threads`)
  const refused = await misleadingAccounts(violations)
  return { figures: { operations: said.length, threads, refused }, violations }
}

/** An accounts file whose fields have such names is refused like any other with a field that nobody knows. */
async function misleadingAccounts(violations: string[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-frozen-'))
  try {
    const attempt = async (name: string): Promise<void> => {
      const accounts = join(folder, `${name}.json`)
      await writeFile(accounts, `{"accounts":[],"${name}":{"polluted":true}}`)
      const dataDir = join(folder, name)
      const outcome = await startServer({ accounts, dataDir }).then(
        (server) => server.stop().then(() => 'it starts'),
        (error: unknown) => String(error),
      )
      if (!/exit code 2/.test(outcome)) violations.push(`accounts with ${name}: ${outcome}`)
    }
    await Promise.all(misleading.map(attempt))
    return misleading.length
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
