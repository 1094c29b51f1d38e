/** Much of everything. */
import { proves } from '../crash/scaled.ts'
import { proveCeilings } from './ceilings.ts'

proves('memory and descriptors stay below their ceilings', proveCeilings)
