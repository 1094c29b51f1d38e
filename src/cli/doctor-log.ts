/** The diagnoses in a server's log, the most frequent cause first. */
import type { Diagnosis, Finding } from '../identity/doctor/diagnose.ts'
import type { Entry, Report } from './doctor-report.ts'

type Told = Pick<Diagnosis, 'findings'> &
  Partial<Pick<Diagnosis, 'host' | 'proxies' | 'missing'>> & { readonly unexamined?: number }

/** `text` is JSON lines, or the short lines that a terminal gets; what is no record of the doctor is passed over. */
export function readLog(text: string): Report {
  const told = text.split('\n').flatMap(readLine)
  const groups = Map.groupBy(told, ({ findings }) => findings.map(({ cause }) => cause).join(' + '))
  const entries = [...groups.values()]
    .toSorted((one, other) => other.length - one.length)
    .flatMap((group) => entriesOf(group))
  const unexamined = told.reduce((sum, { unexamined = 0 }) => sum + unexamined, 0)
  const more: Entry = {
    mark: 'note',
    what: `${unexamined} more were not examined (ASHLAR_DOCTOR_RATE)`,
  }
  return { well: told.length === 0, entries: unexamined > 0 ? [...entries, more] : entries }
}

function readLine(line: string): readonly Told[] {
  const json = /^\{.*\}$/.test(line) ? line : /doctor=(\{.*\})$/.exec(line)?.[1]
  if (json === undefined) return []
  try {
    const record = JSON.parse(json) as { readonly doctor?: Told } & Partial<Told>
    const told = record.doctor ?? record
    return Array.isArray(told.findings) ? [told as Told] : []
  } catch {
    return []
  }
}

function entriesOf(group: readonly Told[]): readonly Entry[] {
  const [first] = group
  const count = group.length
  if (first === undefined) return []
  if (first.findings.length > 0) return first.findings.map((finding) => entryOf(finding, count))
  const missing = namesIn(group, 'missing')
  const proxies = namesIn(group, 'proxies')
  const hosts = [...new Set(group.flatMap(({ host }) => host ?? []))].join(', ')
  const facts = {
    ...(hosts !== '' && { 'Host as it arrived': hosts }),
    ...(missing !== '' && { 'signed headers that did not arrive': missing }),
    ...(proxies !== '' && { 'headers that a proxy left': proxies }),
  }
  const says =
    'the client has another secret, or calls another Host than arrived: then a proxy replaced it and left no trace'
  return [{ mark: 'wrong', what: 'nothing that was tried explains it', says, count, facts }]
}

function entryOf({ cause, part, says, facts, mend }: Finding, count: number): Entry {
  return { mark: 'wrong', what: `${part}: ${cause}`, says, count, facts, mend }
}

function namesIn(group: readonly Told[], list: 'missing' | 'proxies'): string {
  return [...new Set(group.flatMap((told) => told[list] ?? []))].join(', ')
}
