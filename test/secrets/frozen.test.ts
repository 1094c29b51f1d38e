/** Names of clients and the prototypes of the language. */
import { proves } from '../crash/scaled.ts'
import { proveFrozen } from './frozen.ts'

proves('the server lives its day on frozen prototypes', proveFrozen)
