/** Files of secrets that are ours: written whole or not at all, durable, and readable by their owner only. */
import { closeSync, fsyncSync, openSync, renameSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError, readText } from './config-error.ts'

/** `what` says what it holds. Throws ConfigError when others than its owner may read it. */
export function readSecretFile(file: string, what: string): string {
  const others = statSync(file).mode & 0o077
  if (others !== 0) {
    throw new ConfigError(
      `${file} holds ${what} and others than its owner may read it. Run: chmod 600 ${file}`,
    )
  }
  return readText(file, 'The data folder')
}

/** Durable, its name too, when this returns. */
export function keepSecretFile(file: string, text: string): void {
  const unfinished = `${file}.new`
  const descriptor = openSync(unfinished, 'w', 0o600)
  writeSync(descriptor, text)
  fsyncSync(descriptor)
  closeSync(descriptor)
  renameSync(unfinished, file)
  const folder = openSync(join(file, '..'), 'r')
  fsyncSync(folder)
  closeSync(folder)
}
