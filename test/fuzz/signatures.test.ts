/** A13: our canonicaliser and the AWS SDK's signer. */
import { proves } from '../crash/scaled.ts'
import { proveSignatures } from './signatures.ts'

proves('A13: what the SDK signs is accepted; changed by one byte it is refused', proveSignatures)
