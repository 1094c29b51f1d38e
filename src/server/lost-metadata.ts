/** A server does not begin anew beside the blobs of a database that is gone: what it then wrote would be in the way of a rebuild. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from './config-error.ts'

const epochShape = /^[0-9a-f]{8}$/

/** Throws ConfigError. A folder that was never served from has neither. */
export function refuseLostMetadata(data: string): void {
  const file = join(data, 'metadata.sqlite')
  if (existsSync(file) && (statSync(file).size > 0 || existsSync(`${file}-wal`))) return
  const blobs = join(data, 'blobs')
  if (!existsSync(blobs) || !readdirSync(blobs).some((name) => epochShape.test(name))) return
  throw new ConfigError(
    `${data} holds blobs, and no metadata that says what they are. Put metadata.sqlite back, or run: ashlar rebuild --data ${data}, or restore a backup into a new folder.`,
  )
}
