/** Lost databases. */
import { proveRebuild } from './rebuild.ts'
import { proves } from './scaled.ts'

proves(
  'a lost database is rebuilt to the last sync, and every blob after it is there',
  proveRebuild,
)
