/** The library door: Ashlar inside another Node process. Its types, and nothing else. */
import { silentLog } from './observe/log.ts'
import { readConfig, type Flags } from './server/config.ts'
import { ConfigError } from './server/config-error.ts'
import { startServer, type Server } from './server/start.ts'

export type { Server } from './server/start.ts'
export { ConfigError }

const oneProcess =
  'workers: a server inside another process is one process. ashlar serve can have several.'

/** The options of `ashlar serve` by name; those that are left out have its defaults. The environment is not read. */
export type ServerOptions = Flags

/** Starts a server. A disk that can no longer be trusted ends the process with an uncaught error (docs/decisions). */
export async function createServer(options: ServerOptions = {}): Promise<Server> {
  const onFatal = (error: unknown): void => {
    queueMicrotask(() => {
      throw error
    })
  }
  const config = readConfig(options, {})
  if (config.workers > 1) throw new ConfigError(oneProcess)
  return await startServer(config, { log: silentLog, onFatal })
}
