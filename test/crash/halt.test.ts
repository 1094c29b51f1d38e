/** Every so many moments the world stands still once. */
import { proveHalt } from './halt.ts'
import { proves } from './scaled.ts'

proves('wherever a life ends, the next one finds what was acknowledged and no more', proveHalt)
