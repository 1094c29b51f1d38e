/** The process behind stage.ts. */
import '../../src/server/config-runtime.ts'
import type { Log } from '../../src/observe/log.ts'
import { silentLog } from '../../src/observe/log.ts'
import { readConfig } from '../../src/server/config.ts'
import { startServer } from '../../src/server/start.ts'
import type { FromStage, StagePlan, ToStage } from './stage.ts'

const clock = { offsetMs: 0, now: () => Date.now() + clock.offsetMs }

function tell(message: FromStage): void {
  process.send?.(message)
}

async function begin({ data, keys, timings, reclaimGraceSeconds }: StagePlan): Promise<void> {
  const env = {
    ASHLAR_ROOT_ACCESS_KEY: keys.accessKeyId,
    ASHLAR_ROOT_SECRET_KEY: keys.secretAccessKey,
    ASHLAR_RECLAIM_GRACE: String(reclaimGraceSeconds),
  }
  const config = readConfig({ data, listen: '127.0.0.1:0' }, env)
  const said = (fields: { readonly err?: unknown }, message: string): void =>
    tell({
      kind: 'said',
      message: `${message} ${fields.err instanceof Error ? fields.err.message : ''}`,
    })
  const log: Log = { ...silentLog, error: said, fatal: said }
  const onFatal = (error: unknown): void => tell({ kind: 'said', message: String(error) })
  const server = await startServer(config, { log, onFatal, clock, timings })
  process.on('message', (message: ToStage) => {
    if (message.kind === 'clock') clock.offsetMs = message.offsetMs
    if (message.kind === 'collect') globalThis.gc?.()
    if (message.kind !== 'end') return tell({ kind: 'done' })
    void server.close().then(() => process.exit(0))
  })
  tell({ kind: 'ready', port: server.port })
}

process.once('message', (plan: StagePlan) => void begin(plan))
process.once('disconnect', () => process.exit(1))
