/** The orderly end. */
import { proves } from '../crash/scaled.ts'
import { proveDrain } from './drain.ts'

proves(
  'a server that is told to stop finishes what is under way and keeps what is acknowledged',
  proveDrain,
)
