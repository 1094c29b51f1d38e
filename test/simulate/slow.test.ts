/** Slow, cut and stalled clients. */
import { proves } from '../crash/scaled.ts'
import { proveSlow } from './slow.ts'

proves('clients that stand still hold nothing for long, and nobody up', proveSlow)
