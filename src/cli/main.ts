#!/usr/bin/env node
/** Where the program begins: the process is prepared before the other modules are read, for it must hold for them too. */
import '../server/config-runtime.ts'

await import('./program.ts')
