/** What a client signed, from its debug output, beside what the server computed, from its error document. */
import type { Pieces } from '../identity/canonical.ts'
import { explain, type Difference } from '../identity/doctor/explain.ts'
import { ConfigError } from '../server/config-error.ts'
import type { Entry, Report } from './doctor-report.ts'

/** Both may stand in one text: the server's is the one within `<CanonicalRequest>`. Throws ConfigError where one is missing. */
export function compareTexts(client: string, server: string | undefined): Report {
  const said = server ?? client
  const computed =
    elementsIn(said, 'CanonicalRequest').flatMap(canonicalsIn).at(-1) ?? lastIn(server)
  if (computed === undefined) throw new ConfigError(nothingOf('the server', 'its error document'))
  const own = canonicalsIn(client.replaceAll(/<CanonicalRequest>.*?<\/CanonicalRequest>/gs, ''))
  const compared = own.map((signed) => explain(signed, computed))
  const nearest = compared.toSorted((one, other) => one.length - other.length)[0]
  if (nearest === undefined) throw new ConfigError(nothingOf('the client', 'its debug output'))
  return reportOf(
    nearest,
    stringsIn(client),
    stringsIn(elementsIn(said, 'StringToSign').join('\n')),
  )
}

function lastIn(text: string | undefined): Pieces | undefined {
  return text === undefined ? undefined : canonicalsIn(text).at(-1)
}

function nothingOf(whose: string, where: string): string {
  return `There is no canonical request of ${whose} in ${where}. It has the method, the path, the query, the headers, an empty line, the names of the headers and the hash of the payload, each on a line of its own.`
}

/** Of what every difference is told. */
export function reportOf(
  differences: readonly Difference[],
  ours: readonly string[],
  theirs: readonly string[],
): Report {
  if (differences.length > 0) return { well: false, entries: differences.map(entryOf) }
  const [computed] = theirs
  if (computed === undefined || ours.includes(computed))
    return { well: false, entries: [otherSecret] }
  const [signed = ''] = ours
  const facts = {
    signed: signed.split('\n').slice(1, 3).join(' '),
    computed: computed.split('\n').slice(1, 3).join(' '),
  }
  return {
    well: false,
    entries: [{ mark: 'wrong', what: 'the string to sign differs', says: otherScope, facts }],
  }
}

const otherSecret: Entry = {
  mark: 'wrong',
  what: 'both sides signed the same',
  says: 'the secret is another one, or it was read with white space or quotes around it; the log of the server tells which (ashlar doctor log)',
}

const otherScope = 'the time or the scope (day, region, service) is another one'

export function entryOf({ part, header, signed, computed, cause, says, mend }: Difference): Entry {
  const what = header === undefined || header === 'host' ? part : `${part} ${header}`
  const why = says ?? 'no cause is known that does just this'
  return {
    mark: 'wrong',
    what: cause === undefined ? what : `${what}: ${cause}`,
    says: why,
    facts: { signed, computed },
    mend,
  }
}

const shape =
  /\b(GET|PUT|POST|DELETE|HEAD|PATCH|OPTIONS)\n(\/[^\n]*)\n([^\n]*)\n((?:[^\s:]+:[^\n]*\n)+)\n([^\s;]+(?:;[^\s;]+)*)\n([\w-]+)/g

/** Every canonical request in a text. */
export function canonicalsIn(text: string): readonly Pieces[] {
  const found = text.replaceAll('\r\n', '\n').matchAll(shape)
  return Array.from(
    found,
    ([, method = '', path = '', query = '', lines = '', , payload = '']) => ({
      method,
      path,
      query,
      headers: lines.trimEnd().split('\n').map(fieldOf),
      payload,
    }),
  )
}

function fieldOf(line: string): readonly [string, string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon), line.slice(colon + 1)]
}

function stringsIn(text: string): readonly string[] {
  const found = text
    .replaceAll('\r\n', '\n')
    .matchAll(/AWS4-HMAC-SHA256\n\w{16}\n[^\n]+\n[0-9a-f]{64}/g)
  return Array.from(found, ([whole]) => whole)
}

/** What stands in an element of S3's error, also where Python printed it with its escapes. */
export function elementsIn(text: string, name: string): readonly string[] {
  const found = text.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, 'gs'))
  return Array.from(found, ([, content = '']) =>
    content
      .replaceAll(String.raw`\n`, '\n')
      .replaceAll(/&#(?:x([0-9a-f]+)|(\d+));/gi, (_, hex: string, digits: string) =>
        String.fromCodePoint(hex === undefined ? Number(digits) : Number.parseInt(hex, 16)),
      )
      .replaceAll(/&(lt|gt|quot|apos|amp);/g, (_, entity: string) => entities[entity] ?? ''),
  )
}

const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  amp: '&',
}
