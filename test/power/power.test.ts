/** Power cuts, on models of a disk and on a file system as they are used. */
import { proves } from '../crash/scaled.ts'
import { provePower } from './power.ts'

proves('every acknowledged result survives a power cut', provePower)
proves('and one under ext4', (run) => provePower({ ...run, filesystem: 'ext4' }))
