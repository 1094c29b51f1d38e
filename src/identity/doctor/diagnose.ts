/**
 * Which difference between what was signed and what arrived would explain a signature that does not match. It is asked after the
 * request was refused, decides nothing, and its work is bounded: by attempts and by the bytes that they hash.
 *
 * A cause is found when the signature that was sent comes out of it, so that a finding is a proof and not a guess. Where nothing
 * explains it, what is told is what a proxy left behind.
 */
import { mebibyte } from '../../base/limits.ts'
import { isSame } from '../same.ts'
import { canonicalForms, canonicalPieces, canonicalText } from '../canonical.ts'
import type { Suspect, SuspectV4 } from '../mismatch.ts'
import {
  shown,
  signDraft,
  type Alternative,
  type Draft,
  type Scene,
  type ServerFacts,
} from './alternative.ts'
import { causes, type CauseName, type Part } from './causes.ts'
import { diagnoseV2 } from './diagnose-v2.ts'
import { headerAlternatives } from './header-alternatives.ts'
import { hostAlternatives } from './host-alternatives.ts'
import { keyAlternatives, otherAlternatives } from './key-alternatives.ts'
import { mends, type Mend } from './mends.ts'
import { pathAlternatives } from './path-alternatives.ts'
import { queryAlternatives } from './query-alternatives.ts'

export interface Diagnosis {
  /** None where nothing that was tried explains the signature. */
  readonly findings: readonly Finding[]
  readonly attempts: number
  /** As it arrived: a proxy that leaves no trace often puts its own name for the server there. */
  readonly host: string
  /** Headers that proxies add, by name. */
  readonly proxies: readonly string[]
  /** Signed headers that did not arrive, by name. */
  readonly missing: readonly string[]
}

export interface Finding {
  readonly cause: CauseName
  readonly part: Part
  readonly says: string
  readonly facts: Readonly<Record<string, string>>
  readonly mend: Mend
}

const attemptsMax = 1000
/** A canonical request has 8 KiB and more, and each attempt writes and hashes it once. */
const workBytesMax: number = 2 * mebibyte

export function diagnose(suspect: Suspect, server: ServerFacts): Diagnosis {
  const budget = new Budget()
  const signed = 'signedHeaders' in suspect ? suspect.signedHeaders : []
  const { headers } = suspect.exchange
  const found =
    'signedHeaders' in suspect
      ? search(sceneOf(suspect, server), suspect.claim.signature, budget)
      : diagnoseV2(suspect, () => budget.spend(1000))
  return {
    findings: (found ?? []).map(findingOf),
    attempts: budget.attempts,
    host: shown(headers.get('host') ?? ''),
    proxies: [...headers.names()].filter((name) => ofProxies.test(name)),
    missing: signed.filter((name) => headers.get(name) === undefined),
  }
}

const ofProxies =
  /^(?:via|forwarded|x-forwarded-.*|x-real-ip|x-original-.*|cf-ray|x-amzn-trace-id|cdn-loop)$/

class Budget {
  attempts = 0
  #leftBytes = workBytesMax

  /** False when there is none left. */
  spend(workBytes: number): boolean {
    if (this.attempts >= attemptsMax || this.#leftBytes < workBytes) return false
    this.attempts += 1
    this.#leftBytes -= workBytes
    return true
  }
}

export function sceneOf(suspect: SuspectV4, server: ServerFacts): Scene {
  const { claim, key, exchange, address } = suspect
  const [form] = canonicalForms(exchange, address)
  const pieces = canonicalPieces(suspect, form ?? { path: address.rawPath, host: '', address })
  const { timestamp, scope } = claim
  const secret = key.secretAccessKey
  const draft: Draft = { ...pieces, timestamp, scope, keyScope: scope, secret }
  const { headers, body } = exchange
  return { draft, headers, address, server, lengthBytes: body.lengthBytes }
}

/** One difference, else two that proxies make together. */
function search(
  scene: Scene,
  signature: string,
  budget: Budget,
): readonly Alternative[] | undefined {
  const workBytes = canonicalText(scene.draft).length
  for (const found of combinations(scene)) {
    if (!budget.spend(workBytes)) return undefined
    const draft = found.reduce((one, { change }) => change(one), scene.draft)
    if (isSame(signature, signDraft(draft))) return found
  }
  return undefined
}

/** The likeliest first: what is left when the budget ends is not tried. */
function* combinations(scene: Scene): Generator<readonly Alternative[]> {
  const hosts = [...hostAlternatives(scene)]
  const paths = [...pathAlternatives(scene)]
  const others = [...otherAlternatives(scene)]
  const queries = [...queryAlternatives(scene)]
  const headers = [...headerAlternatives(scene)]
  const alone = [hosts, paths, [...keyAlternatives(scene)], others, headers, queries]
  for (const one of alone.flat()) yield [one]
  yield* pairs(hosts, paths)
  yield* pairs(headers, headers)
  yield* pairs(hosts, headers)
  yield* pairs(hosts, queries)
  yield* pairs(paths, queries)
}

function* pairs(
  firsts: readonly Alternative[],
  seconds: readonly Alternative[],
): Generator<readonly Alternative[]> {
  for (const first of firsts) {
    for (const second of seconds) if (isApart(first, second)) yield [first, second]
  }
}

/** Two values of one header are no pair. */
function isApart(one: Alternative, other: Alternative): boolean {
  const [header, another] = [one.facts?.['header'], other.facts?.['header']]
  return header === undefined || another === undefined || header < another
}

/** What is said of a cause. */
export function findingOf({ cause, facts = {} }: Pick<Alternative, 'cause' | 'facts'>): Finding {
  return { cause, ...causes[cause], facts, mend: mends[cause] }
}
