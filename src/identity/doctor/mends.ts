/**
 * What mends a cause: a line of a proxy's configuration each, or what the client has to do. A proxy is left out where it does
 * no such thing, or has no remedy of one line. Lines that begin with '#' say what to take away.
 */
import type { CauseName } from './causes.ts'

export type Place = 'nginx' | 'haproxy' | 'caddy' | 'traefik' | 'apache' | 'client'
export type Mend = Readonly<Partial<Record<Place, string>>>

const keepHost: Mend = {
  nginx: 'proxy_set_header Host $http_host;',
  haproxy: '# remove "http-request set-header Host …"; haproxy keeps Host by itself',
  caddy: 'header_up Host {http.request.hostport}',
  traefik: 'passHostHeader: true',
  apache: 'ProxyPreserveHost On',
}

const rawPath: Mend = {
  nginx:
    'proxy_pass http://ashlar;   # no path and no slash after the name, so that the target goes on as it came',
  haproxy: '# remove "http-request normalize-uri …"',
  caddy: 'reverse_proxy ashlar:9000   # without rewrite, uri or handle_path',
  traefik: '# remove the StripPrefix, AddPrefix and ReplacePath middlewares of this router',
  apache: 'ProxyPass / http://ashlar:9000/ nocanon',
}

const rawSlashes: Mend = {
  ...rawPath,
  nginx: 'merge_slashes off;   # and proxy_pass without a path',
  haproxy: '# remove "http-request normalize-uri path-merge-slashes"',
  apache: 'MergeSlashes Off',
}

const rawDots: Mend = {
  ...rawPath,
  haproxy: '# remove "http-request normalize-uri path-strip-dot" and "path-strip-dotdot"',
}

const encodedSlashes: Mend = {
  ...rawPath,
  apache: 'AllowEncodedSlashes NoDecode   # and ProxyPass … nocanon',
  traefik: 'encodedCharacters: { allowEncodedSlash: true }   # of the entry point',
}

const noPrefix: Mend = {
  nginx:
    'location / { proxy_pass http://ashlar; }   # S3 has no path prefix: give it a host name of its own',
  haproxy: '# remove "http-request replace-path" and "set-path"',
  caddy: 's3.example.com { reverse_proxy ashlar:9000 }   # not handle_path',
  traefik: 'rule: Host(`s3.example.com`)   # without StripPrefix',
  apache: 'ProxyPass / http://ashlar:9000/ nocanon   # in a VirtualHost of its own',
}

const rawQuery: Mend = {
  nginx: '# remove set $args and rewrites of this location',
  haproxy: '# remove "http-request set-query" and "normalize-uri query-sort-by-name"',
  caddy: '# remove the uri query directive',
  apache: '# remove RewriteRule with [QSA] of this host',
}

function untouched(name: string): Mend {
  return {
    nginx: `# remove "proxy_set_header ${name} …" of this location`,
    haproxy: `# remove "http-request set-header ${name} …" and "del-header ${name}"`,
    caddy: `# remove "header_up ${name} …" of reverse_proxy`,
    traefik: `# remove ${name} from customRequestHeaders`,
    apache: `# remove "RequestHeader … ${name}" of this host`,
    client: `leave ${name} out of the signed headers: proxies may change it`,
  }
}

function hopByHop(name: string): Mend {
  return {
    client: `leave ${name} out of the signed headers: it belongs to one connection and every proxy replaces it`,
  }
}

export const mends: Readonly<Record<CauseName, Mend>> = {
  'method-changed': {
    nginx: 'proxy_cache_convert_head off;',
    client: 'sign for the method that is sent',
  },
  'path-decoded': {
    ...encodedSlashes,
    client: 'turn off double encoding of the path (uriEscapePath, doubleUrlEncode) for S3',
  },
  'path-encoded': rawPath,
  'path-hex-case': { client: 'write escapes in upper case when signing' },
  'path-tilde': { client: 'encode by RFC 3986: A-Z a-z 0-9 - . _ ~ stay' },
  'path-plus': { ...rawPath, client: "write a space as %20 and '+' as %2B in the path" },
  'path-unicode': {
    ...rawPath,
    client: 'send the very name that was signed; macOS decomposes names of files',
  },
  'slash-merged': rawSlashes,
  'slash-added': {
    ...rawPath,
    nginx: 'proxy_pass http://ashlar;   # a slash after the name is joined to the path',
  },
  'slash-end': {
    ...rawPath,
    traefik: '# remove the RedirectRegex or ReplacePathRegex that cares for a last slash',
  },
  'dots-resolved': { ...rawDots, client: 'do not normalize paths before signing' },
  'prefix-stripped': noPrefix,
  'prefix-added': noPrefix,
  'path-rewritten': noPrefix,
  'bucket-moved': {
    ...keepHost,
    client: 'use path style (forcePathStyle), or give the server its domain with --domain',
  },
  'host-forwarded': keepHost,
  'host-port': keepHost,
  'host-domain': keepHost,
  'host-loopback': { ...keepHost, client: 'use one name of the endpoint throughout' },
  'host-replaced': keepHost,
  'query-plus': { ...rawQuery, client: "write a space as %20 and '+' as %2B in the query" },
  'query-encoded': rawQuery,
  'query-decoded': { ...rawQuery, client: 'encode each name and value once' },
  'query-order': { client: 'sort the parameters by name before signing' },
  'query-unencoded': { client: 'encode each name and value, and write the "=" of an empty one' },
  'query-added': rawQuery,
  'query-removed': rawQuery,
  'accept-encoding-changed': {
    ...untouched('Accept-Encoding'),
    nginx: 'proxy_set_header Accept-Encoding $http_accept_encoding;',
  },
  'connection-changed': {
    ...hopByHop('Connection'),
    nginx: 'proxy_set_header Connection $http_connection;',
  },
  'te-changed': hopByHop('TE'),
  'expect-removed': hopByHop('Expect'),
  'content-type-changed': {
    ...untouched('Content-Type'),
    nginx: '# remove "charset …;" and "proxy_set_header Content-Type …" of this location',
  },
  'length-changed': {
    nginx: 'proxy_request_buffering on;   # sends on the length that it received',
    client: 'leave Content-Length out of the signed headers',
  },
  'spaces-changed': { client: 'trim the values, and make runs of spaces one, before signing' },
  'header-joined': { client: 'send each signed header once' },
  'header-removed': {
    ...untouched('the header'),
    nginx: 'underscores_in_headers on;   # where its name has an underscore',
  },
  'header-added': untouched('the header'),
  'forwarded-changed': { client: 'leave headers of proxies out of the signed headers' },
  'payload-changed': {
    ...untouched('x-amz-content-sha256'),
    client: 'sign the value of x-amz-content-sha256 that is sent',
  },
  'chunk-changed': {
    nginx: '# remove body filters (sub_filter, njs, ModSecurity) of this location',
    client: 'each chunk signs the one before it: sign and send them in one order',
  },
  'date-changed': { ...untouched('Date'), client: 'sign x-amz-date, and send the same' },
  'key-of-another-day': { client: 'derive the signing key from the date of the scope, in UTC' },
  'key-of-another-region': { client: 'derive the signing key from the region of the scope' },
  'key-of-another-service': { client: 'derive the signing key for the service "s3"' },
  'secret-white-space': {
    client: 'trim the secret; write files of secrets without a last line break (printf, not echo)',
  },
  'secret-quoted': {
    client: 'remove the quotes: docker --env-file and systemd differ from a shell here',
  },
  'secret-encoded': { client: 'give the secret as it is, outside of any URL' },
}
