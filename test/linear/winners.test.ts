/** Conditional writes that race. */
import { proves } from '../crash/scaled.ts'
import { proveWinners } from './winners.ts'

proves('of many conditional writes exactly one wins', proveWinners)
