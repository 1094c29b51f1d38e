/** Who may import whom: arrows point down only, and neighbours do not know each other. */
import { dirname, join } from 'node:path/posix'
import { finding } from './source.ts'
import type { Finding, Import, Rule, Source } from './source.ts'

/** Folders of src/ from the top down; the folders of one row are neighbours. */
const rows: readonly (readonly string[])[] = [
  ['cli'],
  ['server'],
  ['operations', 'jobs'],
  ['access', 'payload'],
  ['identity', 'domain'],
  ['wire', 'stores', 'observe'],
  ['model'],
  ['base'],
]

/** An arrow that the rows forbid and that holds all the same. `into` is a folder or one file; types only, always. */
interface Exception {
  readonly from: string
  readonly into: string
  readonly reason: string
}

const exceptions: readonly Exception[] = [
  {
    from: 'src/domain',
    into: 'src/identity/account.ts',
    reason: 'rules speak of owners, and an owner is an account; the type alone crosses',
  },
  {
    from: 'src/domain',
    into: 'src/payload',
    reason: 'rules take and give what ingest measured of a body; the types alone cross',
  },
]

export const arrows: Rule = {
  name: 'imports point down',
  check: (source) => source.imports.flatMap((found) => wrongArrow(source, found)),
  fault: {
    path: 'src/wire/sample.ts',
    text: "/** x */\nimport { identify } from '../identity/identify.ts'\n",
  },
}

/** The exceptions are for types: the same import with values must be reported. */
export const arrowsForValues: Rule = {
  ...arrows,
  name: 'an excepted arrow carries types only',
  fault: {
    path: 'src/domain/sample.ts',
    text: "/** x */\nimport { rootAccount } from '../identity/account.ts'\n",
  },
}

export const arrowsOutOfSource: Rule = {
  ...arrows,
  name: 'src imports nothing from tests or tools',
  fault: {
    path: 'src/server/sample.ts',
    text: "/** x */\nimport { startServer } from '../../test/harness/server.ts'\n",
  },
}

function wrongArrow(source: Source, found: Import): Finding[] {
  if (!source.path.startsWith('src/') || !found.module.startsWith('.')) return []
  const target = join(dirname(source.path), found.module)
  const what = `${folderOf(source.path)} imports ${target}`
  if (!target.startsWith('src/')) return [finding(source, found.start, what)]
  const [from, into] = [folderOf(source.path), folderOf(target)]
  if (from === into || rowOf(from) < rowOf(into)) return []
  if (found.typeOnly && exceptions.some((one) => covers(one, source.path, target))) return []
  return [finding(source, found.start, what)]
}

function folderOf(path: string): string {
  return path.split('/')[1] ?? ''
}

/** A folder that no row names stands above all and may not be imported from below. */
function rowOf(folder: string): number {
  return rows.findIndex((row) => row.includes(folder))
}

function covers(exception: Exception, source: string, target: string): boolean {
  return inFolder(source, exception.from) && inFolder(target, exception.into)
}

function inFolder(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`)
}
