/** Objects that are completed while they are read. */
import { proves } from './scaled.ts'
import { proveWhole } from './whole.ts'

proves('an object is one version or the other, never a mixture', proveWhole)
