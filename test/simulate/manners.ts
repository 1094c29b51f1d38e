/** The ways in which a client may misuse a connection, and how each is acted out on a socket. */
import type { Socket } from 'node:net'
import { bodyOf } from '../crash/bodies.ts'
import type { RequestPlan } from '../harness/sign.ts'
import type { Timings } from '../../src/server/timings.ts'

/** Longer than the kernel's buffers of both sides: a client that does not read it holds up its sender. */
export const large: RequestPlan & { readonly path: string } = {
  path: '/slow/large',
  body: bodyOf('large', 24 * 1024 * 1024),
}
/** Whose body never comes whole. */
export const never: RequestPlan & { readonly path: string } = {
  path: '/slow/never',
  body: bodyOf('never', 300_000),
}
const list = { path: '/slow' }
const kibibyte = 1024

/** What a client does with its connection once it has sent the first of its request. */
type Next = 'wait' | 'trickle' | 'cut' | 'half-close' | 'rest' | 'never-read' | 'talk'

export interface Manner {
  readonly says: string
  readonly plan: RequestPlan
  /** How much of the request is sent at once. */
  readonly share: number
  readonly next: Next
  /** Which of the server's waiting times ends it, at the latest. */
  readonly limit: 'headersMs' | 'bodyWindowMs' | 'writeStallMs'
}

export const manners: readonly Manner[] = [
  {
    says: 'a head that comes slowly',
    plan: list,
    share: 0.3,
    next: 'trickle',
    limit: 'headersMs',
  },
  { says: 'nothing at all', plan: list, share: 0, next: 'wait', limit: 'headersMs' },
  {
    says: 'a large head that never ends',
    plan: withHead(15 * kibibyte),
    share: 0.9,
    next: 'wait',
    limit: 'headersMs',
  },
  {
    says: 'a head that becomes larger than any may be',
    plan: withHead(40 * kibibyte),
    share: 0.3,
    next: 'rest',
    limit: 'headersMs',
  },
  { says: 'half a body', plan: never, share: 0.5, next: 'wait', limit: 'bodyWindowMs' },
  {
    says: 'a body that comes slowly',
    plan: never,
    share: 0.5,
    next: 'trickle',
    limit: 'bodyWindowMs',
  },
  { says: 'a body that is cut', plan: never, share: 0.7, next: 'cut', limit: 'bodyWindowMs' },
  {
    says: 'a body whose end comes early',
    plan: never,
    share: 0.6,
    next: 'half-close',
    limit: 'bodyWindowMs',
  },
  {
    says: 'an answer that nobody reads',
    plan: { path: large.path },
    share: 1,
    next: 'never-read',
    limit: 'writeStallMs',
  },
  {
    says: 'an answer that nobody reads, and more words',
    plan: { path: large.path },
    share: 1,
    next: 'talk',
    limit: 'writeStallMs',
  },
]

/** A socket that is never read never learns of its end: what it sends this much later than the limit tells it. */
const probeAfter = 1.25
/** Whoever breaks off, or goes on, does so in this part of the time that it would be given. */
const hesitation = 0.8

export interface Act {
  readonly manner: Manner
  /** All of what was signed. */
  readonly request: Uint8Array
  readonly timings: Timings
  readonly random: () => number
}

/** Sends the first of the request and goes on in its manner. Answers how to stop it. */
export function act(socket: Socket, { manner, request, timings, random }: Act): () => void {
  const { share, next, limit } = manner
  const sent = Math.ceil(request.length * share)
  if (sent > 0) socket.write(request.subarray(0, sent))
  if (next === 'never-read' || next === 'talk') {
    socket.pause()
    const quietMs = next === 'talk' ? 0 : probeAfter * timings[limit]
    return after(quietMs, () => again(timings.headersMs / 5, () => socket.write(' ')))
  }
  socket.resume()
  // Whoever is told goodbye says goodbye.
  socket.on('end', () => socket.end())
  if (next === 'trickle') return again(timings.headersMs / 10, () => socket.write('x'))
  const hesitatesMs = hesitation * timings[limit] * random()
  if (next === 'cut') return after(hesitatesMs, () => void socket.resetAndDestroy())
  if (next === 'half-close') return after(hesitatesMs, () => void socket.end())
  if (next === 'rest') return after(hesitatesMs, () => void socket.write(request.subarray(sent)))
  return () => undefined
}

/** Answers how to stop it, or what it has begun. */
function after(ms: number, begin: () => (() => void) | void): () => void {
  let stop = (): void => clearTimeout(timer)
  const timer = setTimeout(() => {
    stop = begin() ?? stop
  }, ms)
  return () => stop()
}

function again(ms: number, one: () => void): () => void {
  const timer = setInterval(one, ms)
  return () => clearInterval(timer)
}

/** Fields of many sizes, so much of them in all. */
function withHead(sizeBytes: number): RequestPlan {
  const fieldBytes = 800
  const count = Math.floor(sizeBytes / fieldBytes)
  const fields = Array.from({ length: count }, (_, index) => [
    `x-amz-meta-${index}`,
    'h'.repeat(fieldBytes),
  ])
  return { ...list, headers: Object.fromEntries(fields) as Record<string, string> }
}
