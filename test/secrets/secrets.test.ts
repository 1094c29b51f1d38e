/** Secrets and the log. */
import { proves } from '../crash/scaled.ts'
import { proveSecrets } from './secrets.ts'

proves('no secret is in the log', proveSecrets)
