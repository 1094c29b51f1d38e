/** What two canonical requests differ in, and which cause turns the one into the other. Needs no key. */
import { readQuery } from '../../wire/query.ts'
import type { Headers } from '../../wire/exchange.ts'
import type { Pieces } from '../canonical.ts'
import type { Draft, Scene } from './alternative.ts'
import { causes, type CauseName, type Part } from './causes.ts'
import { headerAlternatives } from './header-alternatives.ts'
import { hostAlternatives } from './host-alternatives.ts'
import { otherAlternatives } from './key-alternatives.ts'
import { mends, type Mend } from './mends.ts'
import { pathAlternatives, resolved } from './path-alternatives.ts'
import { queryAlternatives } from './query-alternatives.ts'

export interface Difference {
  readonly part: Part
  /** The name of the header, where it is one. */
  readonly header?: string
  readonly signed: string
  readonly computed: string
  /** Absent where no known cause does just this. */
  readonly cause?: CauseName
  readonly says?: string
  readonly mend?: Mend
}

/** `signed` is the client's, `computed` the server's. None where they agree. */
export function explain(signed: Pieces, computed: Pieces): readonly Difference[] {
  const scene = sceneOf(computed, portOf(signed))
  const alternatives = [
    ...pathAlternatives(scene),
    ...hostAlternatives(scene),
    ...queryAlternatives(scene),
    ...headerAlternatives(scene),
    ...otherAlternatives(scene),
  ]
  return [...linesOf(signed, computed)].map((line) => {
    const found = alternatives.find((one) => line.read(one.change(scene.draft)) === line.signed)
    const { part, header, signed: ours, computed: theirs } = line
    const difference = { part, ...(header && { header }), signed: ours, computed: theirs }
    const cause = found?.cause ?? plainCause(line)
    return cause === undefined ? difference : { ...difference, ...told(cause) }
  })
}

/** What is plain to see where both sides are known. */
function plainCause({ part, signed, computed }: Line): CauseName | undefined {
  if (part === 'host') return 'host-replaced'
  if (part === 'path') {
    if (resolved(signed) === computed) return 'dots-resolved'
    return signed.replaceAll(/\/{2,}/g, '/') === computed ? 'slash-merged' : undefined
  }
  if (part !== 'header') return undefined
  return computed === '' ? 'header-removed' : signed === '' ? 'header-added' : undefined
}

function told(cause: CauseName): Pick<Difference, 'cause' | 'says' | 'mend'> {
  return { cause, says: causes[cause].says, mend: mends[cause] }
}

interface Line extends Pick<Difference, 'part' | 'header' | 'signed' | 'computed'> {
  readonly read: (pieces: Pieces) => string
}

function* linesOf(signed: Pieces, computed: Pieces): Generator<Line> {
  const names = new Set([...signed.headers, ...computed.headers].map(([name]) => name))
  const reads = [
    { part: 'method' as const, read: (one: Pieces) => one.method },
    { part: 'path' as const, read: (one: Pieces) => one.path },
    { part: 'query' as const, read: (one: Pieces) => one.query },
    ...[...names].map((name) => ({
      part: name === 'host' ? ('host' as const) : ('header' as const),
      header: name,
      read: (one: Pieces) => one.headers.find(([other]) => other === name)?.[1] ?? '',
    })),
    { part: 'payload' as const, read: (one: Pieces) => one.payload },
  ]
  for (const line of reads) {
    const [ours, theirs] = [line.read(signed), line.read(computed)]
    if (ours !== theirs) yield { ...line, signed: ours, computed: theirs }
  }
}

function portOf({ headers }: Pieces): number {
  const [, host = ''] = headers.find(([name]) => name === 'host') ?? []
  return Number(/:(\d{1,5})$/.exec(host)?.[1] ?? 9000)
}

/** As far as a canonical request tells it. */
function sceneOf(pieces: Pieces, port: number): Scene {
  const none = { date: '', region: '', service: '', terminal: '' }
  const draft: Draft = { ...pieces, timestamp: '', scope: none, keyScope: none, secret: '' }
  const fields = new Map(pieces.headers)
  const headers: Headers = {
    get: (name) => fields.get(name),
    all: (name) => [fields.get(name)].filter((value) => value !== undefined),
    names: () => fields.keys(),
  }
  const [, bucket] = pieces.path.split('/')
  const address = {
    bucket: bucket || undefined,
    key: undefined,
    query: readQuery(''),
    rawPath: pieces.path,
    rawQuery: pieces.query,
    virtualHost: false,
  }
  return { draft, headers, address, server: { region: '', domains: [], port } }
}
