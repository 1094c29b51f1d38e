/**
 * Why signatures fail though keys are right: each cause, the part of the request that differs, and what is known to do it.
 * What mends it stands in mends.ts.
 */

export type Part =
  | 'method'
  | 'path'
  | 'host'
  | 'query'
  | 'header'
  | 'payload'
  | 'clock'
  | 'scope'
  | 'secret'

export interface Cause {
  readonly part: Part
  readonly says: string
}

export type CauseName =
  | 'method-changed'
  | 'path-decoded'
  | 'path-encoded'
  | 'path-hex-case'
  | 'path-tilde'
  | 'path-plus'
  | 'path-unicode'
  | 'slash-merged'
  | 'slash-added'
  | 'slash-end'
  | 'dots-resolved'
  | 'prefix-stripped'
  | 'prefix-added'
  | 'path-rewritten'
  | 'bucket-moved'
  | 'host-forwarded'
  | 'host-port'
  | 'host-domain'
  | 'host-loopback'
  | 'host-replaced'
  | 'query-plus'
  | 'query-encoded'
  | 'query-decoded'
  | 'query-order'
  | 'query-unencoded'
  | 'query-added'
  | 'query-removed'
  | 'accept-encoding-changed'
  | 'connection-changed'
  | 'te-changed'
  | 'expect-removed'
  | 'content-type-changed'
  | 'length-changed'
  | 'spaces-changed'
  | 'header-joined'
  | 'header-removed'
  | 'header-added'
  | 'forwarded-changed'
  | 'payload-changed'
  | 'chunk-changed'
  | 'date-changed'
  | 'key-of-another-day'
  | 'key-of-another-region'
  | 'key-of-another-service'
  | 'secret-white-space'
  | 'secret-quoted'
  | 'secret-encoded'

export const causes: Readonly<Record<CauseName, Cause>> = {
  'method-changed': {
    part: 'method',
    says: 'the method was changed on the way',
  },
  'path-decoded': {
    part: 'path',
    says: 'the path was signed with one more percent-encoding than it arrived with: a proxy decoded it, or the client signs as for services other than S3 (double encoding)',
  },
  'path-encoded': {
    part: 'path',
    says: 'the path arrived with one more percent-encoding than was signed: a proxy encoded it once more',
  },
  'path-hex-case': {
    part: 'path',
    says: 'the path was signed with escapes in lower case (%c3), which SigV4 wants in upper case',
  },
  'path-tilde': {
    part: 'path',
    says: 'the path was signed with characters escaped that SigV4 leaves as they are (~)',
  },
  'path-plus': {
    part: 'path',
    says: "a space and '+' were taken for one another in the path",
  },
  'path-unicode': {
    part: 'path',
    says: 'the path was brought into another Unicode normal form (NFC, NFD) on the way',
  },
  'slash-merged': {
    part: 'path',
    says: 'doubled slashes of the path were merged on the way',
  },
  'slash-added': {
    part: 'path',
    says: 'a slash was added to the path on the way',
  },
  'slash-end': {
    part: 'path',
    says: 'the slash at the end of the path was added or taken away on the way',
  },
  'dots-resolved': {
    part: 'path',
    says: 'segments "." and ".." of the path were resolved on one side only: S3 takes them literally',
  },
  'prefix-stripped': {
    part: 'path',
    says: 'a prefix of the path was taken away on the way',
  },
  'prefix-added': {
    part: 'path',
    says: 'a prefix was put before the path on the way',
  },
  'path-rewritten': {
    part: 'path',
    says: 'the path is another one than the proxy says it received',
  },
  'bucket-moved': {
    part: 'path',
    says: 'the bucket was moved between Host and path on the way: virtual-host style became path style, or the other way',
  },
  'host-forwarded': {
    part: 'host',
    says: 'the client signed the Host that X-Forwarded-Host or Forwarded names; the proxy replaced it',
  },
  'host-port': {
    part: 'host',
    says: 'Host was signed with another port, or with one that the proxy took away or added',
  },
  'host-domain': {
    part: 'host',
    says: "Host was signed as one of this server's domains and replaced on the way",
  },
  'host-loopback': {
    part: 'host',
    says: 'Host was signed as another name of this machine',
  },
  'host-replaced': {
    part: 'host',
    says: 'Host was replaced on the way by one that has nothing in common with it',
  },
  'query-plus': {
    part: 'query',
    says: "a space and '+' were taken for one another in the query",
  },
  'query-encoded': {
    part: 'query',
    says: 'the query arrived with one more percent-encoding than was signed',
  },
  'query-decoded': {
    part: 'query',
    says: 'the query was signed with one more percent-encoding than it arrived with',
  },
  'query-order': {
    part: 'query',
    says: 'the query was signed in the order in which it was sent: SigV4 sorts it by name',
  },
  'query-unencoded': {
    part: 'query',
    says: 'the query was signed as it was sent: SigV4 wants each name and value encoded by RFC 3986',
  },
  'query-added': {
    part: 'query',
    says: 'parameters were added to the query on the way',
  },
  'query-removed': {
    part: 'query',
    says: 'a parameter was taken out of the query on the way',
  },
  'accept-encoding-changed': {
    part: 'header',
    says: 'Accept-Encoding was signed and changed on the way, as proxies that compress do',
  },
  'connection-changed': {
    part: 'header',
    says: 'Connection was signed and replaced on the way',
  },
  'te-changed': {
    part: 'header',
    says: 'TE was signed and taken away on the way',
  },
  'expect-removed': {
    part: 'header',
    says: 'Expect was signed and answered by a proxy, which does not pass it on',
  },
  'content-type-changed': {
    part: 'header',
    says: 'Content-Type was changed on the way, as by adding or removing a charset',
  },
  'length-changed': {
    part: 'header',
    says: 'Content-Length was signed and is another one, or was taken away when the body became chunked',
  },
  'spaces-changed': {
    part: 'header',
    says: 'spaces within a signed header were signed as they were: SigV4 makes each run of them one space',
  },
  'header-joined': {
    part: 'header',
    says: 'several fields of one name were joined, or one was taken apart, on the way',
  },
  'header-removed': {
    part: 'header',
    says: 'a signed header did not arrive: a proxy took it away',
  },
  'header-added': {
    part: 'header',
    says: 'a header that was signed as absent arrived with a value: a proxy gave it one',
  },
  'forwarded-changed': {
    part: 'header',
    says: 'a header of proxies (X-Forwarded-…, Via) was signed, and each proxy writes it anew',
  },
  'payload-changed': {
    part: 'payload',
    says: 'x-amz-content-sha256 is another one than was signed: something on the way computed it anew, or the client signs another value than it sends',
  },
  'chunk-changed': {
    part: 'payload',
    says: 'the head of the request was signed rightly and a chunk of its body was not: the body was changed on the way, or the client frames it wrongly',
  },
  'date-changed': {
    part: 'clock',
    says: 'the string to sign has the time of the other of Date and x-amz-date',
  },
  'key-of-another-day': {
    part: 'clock',
    says: 'the signing key is that of another day than the scope says: the client derives it from its local time, or keeps it past midnight UTC',
  },
  'key-of-another-region': {
    part: 'scope',
    says: 'the signing key is that of another region than the scope says',
  },
  'key-of-another-service': {
    part: 'scope',
    says: 'the signing key is that of another service than the scope says',
  },
  'secret-white-space': {
    part: 'secret',
    says: 'the secret was read with white space around it: a file that ends in a new line, or a copied space',
  },
  'secret-quoted': {
    part: 'secret',
    says: 'the secret was read with quotes around it, as from an environment file whose quotes are not removed',
  },
  'secret-encoded': {
    part: 'secret',
    says: "the secret was percent-encoded or decoded once too often, as where it was part of a URL ('+' became a space)",
  },
}
