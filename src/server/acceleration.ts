/** The accelerator that a process takes, and what its operator hears of it. */
import { acceleratorFile, findAccelerator, type Found } from '../base/accelerator.ts'
import type { Log } from '../observe/log.ts'
import type { Config } from './config.ts'

/** One that is there and cannot be used is worth a warning and nothing more: everything goes on without it. */
export function acceleratorFor(
  config: Pick<Config, 'accelerator'>,
  log: Log,
  file: string = acceleratorFile,
): Found {
  const found = findAccelerator(config.accelerator, file)
  if (found.isBroken) log.warn({}, `accelerator ${found.told}; npm run accelerator builds it anew`)
  return found
}
