/** A clock that jumps. */
import { proves } from '../crash/scaled.ts'
import { proveClock } from './clock.ts'

proves('a clock that jumps loses nothing and sweeps nothing before its time', proveClock)
