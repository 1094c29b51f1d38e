/**
 * Finds the real clients that tools/clients/install puts into its cache folder.
 *
 * A suite of a client that is missing is skipped with its reason; with CI=true it fails, because a pipeline that skips
 * its clients proves nothing.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'

export type ClientName =
  | 'k6'
  | 'rclone-debian'
  | 'aws-cli-v1'
  | 'aws-cli-v2'
  | 'boto3'
  | 'ibm-boto3'
  | 'curl'

const cacheFolder = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'ashlar-clients',
)

const programs: Record<ClientName, string> = {
  k6: join(cacheFolder, 'bin/k6'),
  'rclone-debian': '/usr/bin/rclone',
  'aws-cli-v1': join(cacheFolder, 'aws-cli-v1/bin/aws'),
  'aws-cli-v2': process.env['AWS_CLI_V2'] ?? '/usr/bin/aws',
  boto3: join(cacheFolder, 'boto3/bin/python'),
  'ibm-boto3': join(cacheFolder, 'ibm-boto3/bin/python'),
  curl: '/usr/bin/curl',
}

/** A suite that gets the client's program, or one test that says that there is none. */
export function clientSuite(name: ClientName, define: (program: string) => void): void {
  const program = programs[name]
  if (isThere(name, program)) {
    describe(name, () => define(program))
    return
  }
  test(name, (t) => {
    const reason = `skipped: ${name} is not installed (run tools/clients/install ${name})`
    if (process.env['CI'] === 'true') assert.fail(reason)
    t.skip(reason)
  })
}

/** Debian's folder may hold the first AWS CLI, which is another client. */
function isThere(name: ClientName, program: string): boolean {
  if (!existsSync(program)) return false
  if (name !== 'aws-cli-v2') return true
  const said = spawnSync(program, ['--version'], { encoding: 'utf8' })
  return `${said.stdout}${said.stderr}`.startsWith('aws-cli/2')
}
