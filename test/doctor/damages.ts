/** What proxies are known to do to a request, and what clients are known to do wrong while they sign. */
import type { RequestPlan } from '../harness/sign.ts'
import { domain, type Damage, type Head } from './clinic.ts'

export interface Case {
  readonly name: string
  readonly plan: RequestPlan
  readonly damage: Damage
  /** The causes that must be found, in this order. */
  readonly causes: readonly string[]
  /** Of the first. */
  readonly facts?: Readonly<Record<string, string>>
}

export function set(name: string, value: string): Damage {
  return (head) => ({ ...head, headers: [...without(head, name), [name, value]] })
}

export function drop(name: string): Damage {
  return (head) => ({ ...head, headers: without(head, name) })
}

function without({ headers }: Head, name: string): Head['headers'] {
  return headers.filter(([other]) => other.toLowerCase() !== name.toLowerCase())
}

function retarget(from: string | RegExp, to: string): Damage {
  return (head) => ({ ...head, target: head.target.replace(from, to) })
}

function all(...damages: readonly Damage[]): Damage {
  return (head) => damages.reduce((one, damage) => damage(one), head)
}

function hostOf({ headers }: Head): string {
  return headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? ''
}

const upstream = set('Host', 'ashlar')
const forwardedHost: Damage = (head) => upstream(set('X-Forwarded-Host', hostOf(head))(head))

const paths: readonly Case[] = [
  {
    name: 'the path is decoded once',
    plan: { path: '/docs/a%2520b' },
    damage: retarget('%2520', '%20'),
    causes: ['path-decoded'],
    facts: { signedPath: '/docs/a%2520b', arrivedPath: '/docs/a%20b' },
  },
  {
    name: 'an encoded slash is decoded',
    plan: { path: '/docs/a%252Fb' },
    damage: retarget('%252F', '%2F'),
    causes: ['path-decoded'],
  },
  {
    name: 'the path is encoded once more',
    plan: { path: '/docs/a%20b' },
    damage: retarget('%20', '%2520'),
    causes: ['path-encoded'],
  },
  {
    name: 'slashes are merged (nginx merge_slashes)',
    plan: { path: '/docs/a//b' },
    damage: retarget('//', '/'),
    causes: ['slash-merged'],
  },
  {
    name: 'a slash is added (proxy_pass with a slash)',
    plan: { path: '/docs/a' },
    damage: retarget('/docs', '/docs/'),
    causes: ['slash-added'],
  },
  {
    name: 'a space becomes a plus in the path',
    plan: { path: '/docs/a%20b' },
    damage: retarget('%20', '+'),
    causes: ['path-plus'],
  },
  {
    name: 'letters are decomposed',
    plan: { path: '/docs/%C3%A9' },
    damage: retarget('%C3%A9', 'e%CC%81'),
    causes: ['path-unicode'],
  },
  {
    name: 'the last slash is taken away',
    plan: { path: '/docs/folder/' },
    damage: retarget(/\/$/, ''),
    causes: ['slash-end'],
  },
  {
    name: 'dot segments are put in where the client had none',
    plan: { path: '/docs/y' },
    damage: retarget('/y', '/x/../y'),
    causes: ['dots-resolved'],
  },
  {
    name: 'dot segments are resolved, and the proxy says what came',
    plan: { path: '/docs/x/../y' },
    damage: all(retarget('/x/..', ''), set('X-Original-URI', '/docs/x/../y')),
    causes: ['path-rewritten'],
  },
  {
    name: 'a prefix is stripped',
    plan: { path: '/storage/docs/a' },
    damage: retarget('/storage', ''),
    causes: ['prefix-stripped'],
  },
  {
    name: 'a prefix of its own is stripped, and the proxy says which',
    plan: { path: '/blobs/docs/a' },
    damage: all(retarget('/blobs', ''), set('X-Forwarded-Prefix', '/blobs')),
    causes: ['prefix-stripped'],
  },
  {
    name: 'a prefix is added',
    plan: { path: '/docs/a' },
    damage: retarget('/docs', '/tenant/docs'),
    causes: ['prefix-added'],
  },
]

const hosts: readonly Case[] = [
  {
    name: 'Host is replaced, X-Forwarded-Host tells it',
    plan: { path: '/docs/a' },
    damage: forwardedHost,
    causes: ['host-forwarded'],
  },
  {
    name: 'Host is replaced, Forwarded tells it',
    plan: { path: '/docs/a', host: 'store.example.org' },
    damage: all(upstream, set('Forwarded', 'for=192.0.2.1;host="store.example.org";proto=https')),
    causes: ['host-forwarded'],
    facts: { signedHost: 'store.example.org', arrivedHost: 'ashlar' },
  },
  {
    name: 'the port of Host is lost',
    plan: { path: '/docs/a', host: 'store.example.org:8443' },
    damage: all(set('Host', 'store.example.org'), set('X-Forwarded-Port', '8443')),
    causes: ['host-port'],
  },
  {
    name: 'https at its own port, which the client signs',
    plan: { path: '/docs/a', host: 'store.example.org:443' },
    damage: set('Host', 'store.example.org'),
    causes: ['host-port'],
  },
  {
    name: 'Host is replaced and nothing tells it, but the server knows its domain (nginx without proxy_set_header)',
    plan: { path: '/docs/a', host: domain },
    damage: upstream,
    causes: ['host-domain'],
  },
  {
    name: 'virtual-host style becomes path style',
    plan: { path: '/a', host: `docs.${domain}` },
    damage: all(set('Host', domain), retarget('/a', '/docs/a')),
    causes: ['bucket-moved'],
  },
  {
    name: 'Host is replaced and a prefix stripped',
    plan: { path: '/s3/docs/a' },
    damage: all(forwardedHost, retarget('/s3', '')),
    causes: ['host-forwarded', 'prefix-stripped'],
  },
]

const queries: readonly Case[] = [
  {
    name: 'a plus loses its escape in the query and so becomes a space',
    plan: { path: '/docs', query: { prefix: 'a+b' } },
    damage: retarget('%2B', '+'),
    causes: ['query-plus'],
  },
  {
    name: 'a parameter is added',
    plan: { path: '/docs', query: { prefix: 'a' } },
    damage: retarget('?', '?utm_source=mail&'),
    causes: ['query-added'],
    facts: { added: 'utm_source' },
  },
  {
    name: 'a parameter that seems needless is removed',
    plan: { path: '/docs/a', query: { 'x-id': 'GetObject' } },
    damage: retarget('?x-id=GetObject', ''),
    causes: ['query-removed'],
  },
  {
    name: 'the query is encoded once more',
    plan: { path: '/docs', query: { prefix: 'a b' } },
    damage: retarget('%20', '%2520'),
    causes: ['query-encoded'],
  },
]

const headers: readonly Case[] = [
  {
    name: 'Accept-Encoding is replaced',
    plan: { path: '/docs/a', headers: { 'accept-encoding': 'identity' } },
    damage: set('Accept-Encoding', 'gzip'),
    causes: ['accept-encoding-changed'],
    facts: { header: 'accept-encoding', signed: 'identity', arrived: 'gzip' },
  },
  {
    name: 'Connection is replaced',
    plan: { path: '/docs/a', headers: { connection: 'keep-alive' }, signable: ['connection'] },
    damage: set('Connection', 'close'),
    causes: ['connection-changed'],
  },
  {
    name: 'TE is taken away',
    plan: { path: '/docs/a', headers: { te: 'trailers' }, signable: ['te'] },
    damage: drop('TE'),
    causes: ['te-changed'],
  },
  {
    name: 'Expect is answered by the proxy',
    plan: { path: '/docs/a', body: 'x', headers: { expect: '100-continue' }, signable: ['expect'] },
    damage: drop('Expect'),
    causes: ['expect-removed'],
  },
  {
    name: 'a charset is added to Content-Type',
    plan: { path: '/docs/a', body: 'x', headers: { 'content-type': 'text/plain' } },
    damage: set('Content-Type', 'text/plain; charset=utf-8'),
    causes: ['content-type-changed'],
  },
  {
    name: 'Content-Length goes when the body becomes chunked',
    plan: { path: '/docs/a', method: 'PUT', headers: { 'content-length': '0' } },
    damage: all(drop('Content-Length'), set('Transfer-Encoding', 'chunked')),
    causes: ['length-changed'],
  },
  {
    name: 'X-Forwarded-For is signed, and goes on growing',
    plan: { path: '/docs/a', headers: { 'x-forwarded-for': '192.0.2.1' } },
    damage: set('X-Forwarded-For', '192.0.2.1, 192.0.2.2'),
    causes: ['forwarded-changed'],
  },
  {
    name: 'a list is written with other spaces',
    plan: { path: '/docs/a', headers: { 'cache-control': 'x', 'x-amz-meta-a': 'b,c' } },
    damage: set('x-amz-meta-a', 'b, c'),
    causes: ['header-joined'],
    facts: { header: 'x-amz-meta-a' },
  },
  {
    name: 'a header that was signed empty is filled',
    plan: { path: '/docs/a', headers: { 'x-tenant': '' } },
    damage: set('X-Tenant', 'one'),
    causes: ['header-added'],
  },
  {
    name: 'Accept-Encoding and Connection are both replaced',
    plan: {
      path: '/docs/a',
      headers: { 'accept-encoding': 'identity', connection: 'keep-alive' },
      signable: ['connection'],
    },
    damage: all(set('Accept-Encoding', 'gzip'), set('Connection', 'close')),
    causes: ['accept-encoding-changed', 'connection-changed'],
  },
  {
    name: 'x-amz-content-sha256 is computed anew',
    plan: { path: '/docs/a', body: 'x', payload: 'unsigned' },
    damage: set('x-amz-content-sha256', 'a'.repeat(64)),
    causes: ['payload-changed'],
  },
  {
    name: 'HEAD becomes GET (proxy_cache_convert_head)',
    plan: { path: '/docs/a', method: 'HEAD' },
    damage: (head) => ({ ...head, method: 'GET' }),
    causes: ['method-changed'],
  },
]

export const cases: readonly Case[] = [...paths, ...hosts, ...queries, ...headers]
