/** The library door: Ashlar inside another Node process. Its types, and nothing else. */
import { silentLog } from './observe/log.ts'
import { readConfig, type Flags } from './server/config.ts'
import { startServer, type Server } from './server/start.ts'

export type { Server } from './server/start.ts'
export { ConfigError } from './server/config-error.ts'

/** The options of `ashlar serve` by name; those that are left out have its defaults. The environment is not read. */
export type ServerOptions = Flags

/** Starts a server. A disk that can no longer be trusted ends the process with an uncaught error (docs/decisions). */
export async function createServer(options: ServerOptions = {}): Promise<Server> {
  const onFatal = (error: unknown): void => {
    queueMicrotask(() => {
      throw error
    })
  }
  return await startServer(readConfig(options, {}), { log: silentLog, onFatal })
}
