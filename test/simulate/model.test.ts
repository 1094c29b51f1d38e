/** The whole server against a model in memory. */
import { proves } from '../crash/scaled.ts'
import { proveModel } from './model.ts'

proves('answers are those of a model in memory, whatever is asked in whatever order', proveModel)
