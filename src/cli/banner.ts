/** What `ashlar serve` says when it is ready: to a person, and to a program. */
import { relative } from 'node:path'
import { styleText } from 'node:util'
import type { Config } from '../server/config.ts'
import { lossOf } from '../server/durability.ts'
import type { Server } from '../server/start.ts'
import { version } from '../server/version.ts'

/** One line for programs: where the server is and who may ask. The secret is in it only when it was made just now. */
export function readyLine(server: Server, config: Config): string {
  const { key, file, fresh } = server.root
  const ready = {
    ready: true,
    endpoint: server.endpoint,
    port: server.port,
    adminEndpoint: server.adminEndpoint,
    region: config.region,
    durability: config.durability,
    workers: config.workers,
    accelerator: server.accelerator,
    accessKeyId: key.accessKeyId,
    secretAccessKey: fresh ? key.secretAccessKey : undefined,
    credentialsFile: file,
    pid: process.pid,
  }
  return `ASHLAR_READY ${JSON.stringify(ready)}`
}

/** The secret key is shown once, when it was made; later the banner says where it lies. */
export function banner(server: Server, config: Config): string {
  const { key } = server.root
  const rows = [
    ['Endpoint', server.endpoint],
    ...adminRow(server),
    ['Region', config.region],
    ['Data', config.data],
    ...(config.workers === 1 ? [] : [['Workers', String(config.workers)] as const]),
    ['Accelerator', server.accelerator],
    ['Access key', key.accessKeyId],
    ['Secret key', secretRow(server)],
  ] as const
  const table = rows.map(([name, value]) => `  ${styleText('dim', name.padEnd(12))}${value}`)
  return [
    '',
    `${styleText('bold', `Ashlar ${version()}`)} is ready.`,
    '',
    ...table,
    '',
    ...(server.keysWarning === undefined ? [] : [styleText('yellow', server.keysWarning), '']),
    ...relaxed(config),
    ...paste(server, config),
    '',
  ].join('\n')
}

function adminRow({ adminEndpoint }: Server): ReadonlyArray<readonly [string, string]> {
  return adminEndpoint === undefined ? [] : [['Metrics', `${adminEndpoint}/metrics`]]
}

/** What a power cut may take is said before anything can be lost. */
function relaxed({ durability }: Config): readonly string[] {
  const loss = lossOf(durability)
  if (loss === undefined) return []
  const said = `Durability is relaxed (--durability ${durability}): ${loss}.`
  return [styleText('yellow', said), '']
}

function secretRow({ root }: Server): string {
  if (root.fresh)
    return `${root.key.secretAccessKey}   (shown this once; kept in ${pathOf(root.file)})`
  return root.given ? 'as given in the environment' : `in ${pathOf(root.file)}`
}

/** Lines for a shell, from the first to a stored object. */
function paste({ endpoint, root }: Server, { region, tls }: Config): readonly string[] {
  const secret = root.fresh ? root.key.secretAccessKey : '…'
  const environment = [
    ['AWS_ENDPOINT_URL', endpoint],
    ['AWS_ACCESS_KEY_ID', root.key.accessKeyId],
    ['AWS_SECRET_ACCESS_KEY', secret],
    ['AWS_DEFAULT_REGION', region],
    ...(tls === undefined
      ? []
      : [['AWS_CA_BUNDLE', '<path of your certificate authority>'] as const]),
  ] as const
  return [
    'Paste this into another terminal to use it with aws:',
    '',
    ...environment.map(([name, value]) => `  export ${name}=${value}`),
    '',
    '  aws s3 mb s3://my-bucket',
    '  aws s3 cp README.md s3://my-bucket/',
    '',
    'Ctrl-C stops the server; what it has acknowledged stays.',
  ]
}

/** As seen from here, when that is shorter. */
function pathOf(file: string): string {
  const near = relative('', file)
  return near.startsWith('..') ? file : near
}
