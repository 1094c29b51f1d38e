/** The proofs of a server of four processes, at the scale of every test run. */
import { proveLinear } from '../linear/linear.ts'
import { proveDrain } from '../simulate/drain.ts'
import { proveKill } from './kill.ts'
import { proveRaces } from './races.ts'
import { proves } from './scaled.ts'

const workers = 4

proves('kill -9 of a worker, the first process or all', proveKill, workers)
proves('races on uploads and copy sources in four processes', proveRaces, workers)
proves('histories of keys through four processes fit into one order', proveLinear, workers)
proves('SIGTERM finishes what is under way in four processes', proveDrain, workers)
