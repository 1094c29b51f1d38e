/** Large objects in and out. */
import { proves } from '../crash/scaled.ts'
import { proveStream } from './stream.ts'

proves('memory does not follow the size of objects', proveStream)
