/** What the operator can mend, and the files that the operator names. */
import { readFileSync, statSync } from 'node:fs'

/** The operator asked for something that cannot be: the message is for people, the exit code 2. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** A sentence when others than the owner may read a file of secrets. */
export function openSecret(file: string): readonly string[] {
  const { mode } = statSync(file)
  if ((mode & 0o004) === 0) return []
  return [`${file} holds secrets and every user of this machine can read it; chmod 600 ends that.`]
}

/** Throws ConfigError. `name` is the option that names the file. */
export function readText(file: string, name: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unreadable'
    throw new ConfigError(
      `${name} names ${file}, which cannot be read (${why}). Check the path and its permissions.`,
    )
  }
}
