/** A disk that is nearly full. */
import { proves } from '../crash/scaled.ts'
import { proveFull } from './full.ts'

proves('a full disk is said, survived and forgotten', proveFull)
