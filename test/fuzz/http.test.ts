/** D17, D18: a whole server and connections that say anything. */
import { proves } from '../crash/scaled.ts'
import { proveHttp } from './http.ts'

proves('no connection crashes the server, hangs, or sees an error of its own', proveHttp)
