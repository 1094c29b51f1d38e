/**
 * `npm start`: the command line from the sources, with the accelerator, which is built once where this machine can build it. Whoever
 * calls src/cli/main.ts itself has what is there.
 */
import { accelerateIfNeeded } from './accelerator/build.ts'

accelerateIfNeeded()
await import('../src/cli/main.ts')
