/** Bit rot. */
import { proveRot } from './rot.ts'
import { proves } from './scaled.ts'

proves('damaged files and rows are never read as whole', proveRot)
