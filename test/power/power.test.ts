/** Power cuts. */
import { proves } from '../crash/scaled.ts'
import { provePower } from './power.ts'

proves('every acknowledged result survives a power cut', provePower)
