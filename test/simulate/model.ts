/**
 * Sequences of operations by chance against the whole server, each answer held against a model in memory. A sequence that
 * fails is made short before it is shown.
 */
import fc from 'fast-check'
import { Client } from '../crash/client.ts'
import { workersArgs, type Proof, type Run, type Scale } from '../crash/proof.ts'
import { startServer } from '../harness/server.ts'
import { objectCommands } from './commands.ts'
import { Memory } from './memory.ts'
import { uploadCommands } from './upload-commands.ts'

const runsOf: Readonly<Record<Scale, number>> = { ci: 12, nightly: 1500, release: 15_000 }
const commandsMax = 60

export async function proveModel(run: Run): Promise<Proof> {
  await using server = await startServer({
    args: workersArgs(run),
    env: { ASHLAR_RECLAIM_GRACE: '0' },
  })
  using client = new Client(server)
  const figures = { sequences: 0, operations: 0 }
  const commands = fc.commands([...objectCommands, ...uploadCommands], {
    maxCommands: commandsMax,
    size: 'max',
  })
  const property = fc.asyncProperty(commands, async (list) => {
    figures.sequences += 1
    const bucket = `model-${figures.sequences}`
    await client.send({ method: 'PUT', path: `/${bucket}` })
    await fc.asyncModelRun(() => ({ model: new Memory(), real: { client, bucket } }), list)
    figures.operations += [...list].length
    if (figures.sequences % 100 === 0) run.progress(JSON.stringify(figures))
  })
  const { minutes } = run
  const limits = minutes === undefined ? {} : { interruptAfterTimeLimit: minutes * 60_000 }
  const settings = { seed: run.seed, numRuns: runsOf[run.scale], ...limits }
  const details = await fc.check(property, settings)
  if (!details.failed) return { figures, violations: [] }
  const sequence = [...(details.counterexample?.[0] ?? [])].join(', ')
  return { figures, violations: [`${sequence}: ${String(details.errorInstance)}`] }
}
