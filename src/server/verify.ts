/** `ashlar verify`: everything in a data folder that no server uses, looked through once. */
import { existsSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Examination, noCounts, type Counts, type Phase } from '../jobs/examination.ts'
import { findingOf, noDamage, withFinding, type Damage, type Finding } from '../jobs/findings.ts'
import { openBlobExaminer } from '../stores/blobs/examiner.ts'
import {
  foundSchema,
  knownSchema,
  openExaminer,
  type MetadataExaminer,
} from '../stores/metadata/examiner.ts'
import { lock } from '../stores/metadata/sql/files.ts'
import { rebuildIndexes } from '../stores/metadata/reindex.ts'
import { ConfigError } from './config-error.ts'

export interface VerifyOptions {
  readonly data: string
  /** The content of blobs is not read. */
  readonly fast: boolean
  /** The indexes are built anew from their tables first. */
  readonly reindex?: boolean
  readonly onProgress?: (progress: Progress) => void
}

export interface Progress {
  readonly phase: Phase
  readonly counts: Counts
}

/** Of more than a thousand findings the first are listed. */
export interface Verified extends Damage {
  readonly data: string
  readonly fast: boolean
  readonly well: boolean
  readonly counts: Counts
}

/** Throws ConfigError where there is nothing to verify, or a server uses it. */
export async function verifyData(options: VerifyOptions): Promise<Verified> {
  const data = resolve(options.data)
  const file = metadataFile(data)
  const held = exclusively(file)
  try {
    if (options.reindex === true) mend(data, file)
    return await examineData({ ...options, data, metadata: file, blobs: join(data, 'blobs') })
  } finally {
    held.release()
  }
}

interface Places {
  readonly data: string
  readonly metadata: string
  readonly blobs: string
}

/** The caller sees to it that nobody writes there. */
export async function examineData(options: VerifyOptions & Places): Promise<Verified> {
  const { data, fast, onProgress } = options
  const opened = openOrTell(options.metadata)
  if ('finding' in opened) return unreadable(options, opened.finding)
  using metadata = opened
  const blobs = await openBlobExaminer(options.blobs)
  let damage = noDamage
  const onFinding = (finding: Finding): void => {
    damage = withFinding(damage, finding)
  }
  const parts = { metadata, blobs, isOffline: true, isFast: fast, onFinding }
  const examination = new Examination(parts)
  while (examination.cursor !== undefined) {
    onProgress?.({ phase: examination.cursor.phase, counts: examination.counts })
    await examination.step()
  }
  return { data, fast, well: damage.found === 0, counts: examination.counts, ...damage }
}

/** What SQLite says of a file that it does not take for a database is a finding, not a failure of ours. */
function openOrTell(file: string): MetadataExaminer | { readonly finding: Finding } {
  try {
    return openExaminer(file)
  } catch (error) {
    if (!(error instanceof Error) || !('errcode' in error)) throw error
    return { finding: findingOf({ kind: 'database', owners: [], detail: error.message }) }
  }
}

function unreadable({ data, fast }: VerifyOptions, finding: Finding): Verified {
  return { data, fast, well: false, counts: noCounts, found: 1, findings: [finding] }
}

/** Path of the metadata of a data folder. Throws ConfigError where there is none that this version reads. */
export function metadataFile(data: string): string {
  const file = join(data, 'metadata.sqlite')
  if (!existsSync(file)) {
    throw new ConfigError(`${data} holds no metadata.sqlite. Name a data folder with --data.`)
  }
  const schema = schemaOf(file)
  if (schema !== undefined && schema !== knownSchema) {
    throw new ConfigError(
      `${file} is of schema version ${schema}; this program reads version ${knownSchema}.`,
    )
  }
  return file
}

/** A database that cannot even be opened is damaged, which is for the examination to say. */
function schemaOf(file: string): number | undefined {
  try {
    return foundSchema(file)
  } catch {
    return undefined
  }
}

function exclusively(file: string): { release(): void } {
  try {
    return lock(`${file}.lock`)
  } catch (error) {
    throw new ConfigError(
      `A server uses this data folder: stop it first, or read what its scrub says with ashlar scrub status. (${(error as Error).message})`,
    )
  }
}

/** What scrub found before is then no longer true. */
function mend(data: string, file: string): void {
  rebuildIndexes(file)
  rmSync(join(data, 'scrub.json'), { force: true })
}
