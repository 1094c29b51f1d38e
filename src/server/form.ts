/**
 * The form of a request: what node:http lets pass and a server in front of other people's data must not. Repeated fields and
 * transfer codings are the matter of wire/headers.ts.
 */
import { kibibyte } from '../base/limits.ts'
import { S3Error } from '../model/errors.ts'
import type { HttpExchange } from './exchange.ts'

/** S3's limit for the header section; node:http reads up to 16 KiB, so that this error can be said at all. */
const headBytesMax = 8 * kibibyte

/** Throws InvalidRequest or RequestHeaderSectionTooLarge. */
export function checkForm(exchange: HttpExchange): void {
  if (exchange.headBytes > headBytesMax) {
    throw new S3Error('RequestHeaderSectionTooLarge', { MaxSizeAllowed: headBytesMax })
  }
  if (exchange.headers.get('host') === undefined) {
    throw new S3Error('InvalidRequest', {}, 'Missing required header for this request: Host')
  }
  // HTTP/1.0 has no chunks: whoever stands between may see another end of the body than we do (request smuggling).
  if (exchange.body.chunked && exchange.httpVersion !== '1.1') {
    throw new S3Error('InvalidRequest', {}, 'Transfer-Encoding needs HTTP/1.1.')
  }
}
