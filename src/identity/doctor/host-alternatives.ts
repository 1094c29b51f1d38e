/** The Host as a client may have signed it before a proxy replaced it, and the bucket that goes with it. */
import { headerOf, shown, withHeader, type Alternative, type Scene } from './alternative.ts'
import type { CauseName } from './causes.ts'

type Candidate = readonly [cause: CauseName, host: string]

export function* hostAlternatives(scene: Scene): Generator<Alternative> {
  const arrived = headerOf(scene.draft, 'host')
  if (arrived === undefined) return
  const tried = new Set([arrived])
  for (const [cause, host] of candidates(scene, arrived)) {
    if (tried.has(host)) continue
    tried.add(host)
    const facts = { signedHost: shown(host), arrivedHost: shown(arrived) }
    yield { cause, facts, change: (draft) => withHeader(draft, 'host', host) }
  }
  yield* movedBuckets(scene, arrived)
}

function* candidates(scene: Scene, arrived: string): Generator<Candidate> {
  const { server } = scene
  const ports = portsOf(scene)
  for (const host of forwarded(scene)) yield* withPorts('host-forwarded', host, ports)
  yield* withPorts('host-port', arrived, ports)
  for (const domain of server.domains) {
    yield* withPorts('host-domain', domain, ports)
    const { bucket, virtualHost } = scene.address
    if (virtualHost) yield* withPorts('host-domain', `${bucket}.${domain}`, ports)
  }
  for (const name of ['localhost', '127.0.0.1', '[::1]']) {
    yield* withPorts('host-loopback', name, ports)
  }
}

function* withPorts(
  cause: CauseName,
  host: string,
  ports: readonly string[],
): Generator<Candidate> {
  const name = host.replace(/:\d*$/, '')
  yield [cause, host]
  yield [cause, name]
  for (const port of ports) yield [cause, `${name}:${port}`]
}

function portsOf({ headers, server }: Scene): readonly string[] {
  const forwarded = headers.get('x-forwarded-port') ?? ''
  const usual = ['443', '80', String(server.port)]
  return /^\d{1,5}$/.test(forwarded) ? [forwarded, ...usual] : usual
}

/** Every Host that a proxy says it received. They are believed nowhere else. */
function* forwarded({ headers }: Scene): Generator<string> {
  for (const name of ['x-forwarded-host', 'x-original-host', 'x-host', 'x-forwarded-server']) {
    for (const host of (headers.get(name) ?? '').split(',')) {
      if (host.trim() !== '') yield host.trim()
    }
  }
  for (const [, host = ''] of (headers.get('forwarded') ?? '').matchAll(/host="?([^;,"]+)/gi)) {
    yield host.trim()
  }
}

/** `/bucket/key` at a host may have been signed as `/key` at `bucket.host`, or the other way. */
function* movedBuckets({ draft, address }: Scene, arrived: string): Generator<Alternative> {
  const { bucket, virtualHost } = address
  if (bucket === undefined) return
  const host = virtualHost ? arrived.slice(bucket.length + 1) : `${bucket}.${arrived}`
  const path = virtualHost ? `/${bucket}${draft.path}` : draft.path.slice(bucket.length + 1) || '/'
  const facts = { signedHost: shown(host), arrivedHost: shown(arrived), signedPath: shown(path) }
  const change: Alternative['change'] = (one) => ({ ...withHeader(one, 'host', host), path })
  yield { cause: 'bucket-moved', facts, change }
}
