/** D17, E01 to E04, E14: whatever a stranger writes into the places that are parsed. */
import { proves } from '../crash/scaled.ts'
import { proveFuzz } from './fuzz.ts'

proves('no parser throws anything but an S3Error, nor takes longer than 50 ms', proveFuzz)
