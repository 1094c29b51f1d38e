/** One order for everybody. */
import { proves } from '../crash/scaled.ts'
import { proveLinear } from './linear.ts'

proves('what all clients heard of a key fits into one order', proveLinear)
