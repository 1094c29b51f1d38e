/** kill -9 under load. */
import { proveKill } from './kill.ts'
import { proves } from './scaled.ts'

proves('every acknowledged result survives kill -9, and nothing is left over', proveKill)
