/** Failing calls in a real process, those of SQLite included. */
import { provePreload } from './preload.ts'
import { proves } from './scaled.ts'

proves(
  'a sync or a write that fails ends a real server, which starts again with all it has acknowledged',
  provePreload,
)
