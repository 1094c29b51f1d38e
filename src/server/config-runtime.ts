/**
 * Imported first by the command line, for what it does to the process.
 *
 * It widens libuv's thread pool before its first use. Every fsync, read and write of a file takes one of its threads, of which
 * there are 4 by default, so that four slow syncs would stop all file I/O.
 *
 * Run from the sources, it has Node keep the modules without their types, so that only the first start removes them: later ones
 * take half the processor time and 40 MiB less, for the compiler of types is not loaded, nor in any worker thread. The built program
 * has no types and needs none of it. The folder is the user's own, because what lies there is run; NODE_COMPILE_CACHE names
 * another, NODE_DISABLE_COMPILE_CACHE=1 leaves it out.
 */
import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

process.env['UV_THREADPOOL_SIZE'] ??= '24'

if (import.meta.filename.endsWith('.ts')) {
  const caches = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  // In the environment, for worker threads look there. A folder that cannot be written is passed over in silence.
  process.env['NODE_COMPILE_CACHE'] ??= join(caches, 'ashlar/compiled')
  enableCompileCache()
}
