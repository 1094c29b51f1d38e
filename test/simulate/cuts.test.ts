/** Uploads that do not come to their end. */
import { proves } from '../crash/scaled.ts'
import { proveCuts } from './cuts.ts'

proves('of an upload that does not come whole nothing is ever seen', proveCuts)
