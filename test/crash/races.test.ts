/** Races over HTTP. */
import { proveRaces } from './races.ts'
import { proves } from './scaled.ts'

proves('racing requests have one outcome, and copies have whole bytes', proveRaces)
