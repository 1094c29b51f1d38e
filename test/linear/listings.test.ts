/** Listings while keys come and go. */
import { proves } from '../crash/scaled.ts'
import { proveListings } from './listings.ts'

proves('a listing under writers leaves nothing out and tells nothing twice', proveListings)
