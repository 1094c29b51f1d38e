/** From flags and environment to a checked Config. What is wrong is said as: what, why, what to do. */
import type { Acceleration } from '../base/accelerator.ts'
import { mebibyte } from '../base/limits.ts'
import type { ObjectOwnership } from '../domain/settings.ts'
import type { DialectName } from '../model/dialects/dialect.ts'
import { ConfigError, openSecret, readText } from './config-error.ts'
import { readAdminConfig, type AdminConfig } from './admin-config.ts'
import { readKeyConfig, type KeyConfig } from './key-config.ts'
import type { Durability } from './keeping-options.ts'
import { readAddress } from './listen-address.ts'
import { options, type Option, type OptionName } from './options.ts'
import type { LogLevel } from '../observe/log.ts'

export interface Config {
  readonly data: string
  readonly host: string
  readonly port: number
  /** Of the operators' port; undefined where there is none. */
  readonly admin: AdminConfig | undefined
  readonly region: string
  readonly domains: readonly string[]
  /** Processes that serve: one does all, more than one have another before them. */
  readonly workers: number
  readonly accelerator: Acceleration
  readonly accountsFile: string | undefined
  readonly tls: { readonly cert: string; readonly key: string } | undefined
  readonly logLevel: LogLevel
  readonly defaultChecksum: 'CRC64NVME' | 'none'
  readonly defaultEncryption: 'none' | 'AES256'
  /** Keys of customers are taken over plain http. */
  readonly customerKeysOverHttp: boolean
  readonly keys: KeyConfig
  readonly dialect: DialectName
  readonly tokenService: boolean
  /** Diagnoses of signatures a second. */
  readonly doctorRate: number
  readonly defaultObjectOwnership: ObjectOwnership
  readonly defaultPublicAccessBlock: boolean
  readonly reclaimGraceMs: number
  readonly diskReserveBytes: number
  readonly durability: Durability
  readonly scrub: {
    /** From the beginning of one round to that of the next; 0 never. */
    readonly everyMs: number
    readonly bytesPerSecond: number
  }
  /** From one snapshot of the metadata to the next; 0 never. */
  readonly snapshotEveryMs: number
  /** The root account's pair, when the operator gives it. */
  readonly root: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined
  /** Things that work and should not stay so, one sentence each. */
  readonly warnings: readonly string[]
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Values by option name, as the command line gave them. A flag wins over the environment, the environment over the default. */
export type Flags = Readonly<Partial<Record<OptionName, string | readonly string[]>>>

/** Throws ConfigError. `env` is the process' own unless a test says otherwise. */
export function readConfig(flags: Flags, env: Environment = process.env): Config {
  refuseLenientParser(env)
  const warnings: string[] = []
  const values = new Map(
    options.map((option) => [option.name, valueOf(option, { flags, env, warnings })]),
  )
  const text = (name: OptionName): string | undefined => values.get(name)?.at(-1)
  const data = text('data') ?? ''
  const keys = values.get('kms-key') ?? []
  const tls = readTls(text('tls-cert'), text('tls-key'))
  return {
    data,
    ...readAddress('--listen', text('listen') ?? ''),
    region: parseRegion(text('region') ?? ''),
    domains: (values.get('domain') ?? []).map(parseDomain),
    workers: parseWorkers(text('workers') ?? ''),
    accelerator: text('accelerator') as Acceleration,
    accountsFile: text('accounts'),
    admin: readAdminConfig({ value: text, tls, warnings }),
    tls,
    logLevel: text('log-level') as LogLevel,
    defaultChecksum: text('default-checksum') as Config['defaultChecksum'],
    defaultEncryption: text('default-encryption') as Config['defaultEncryption'],
    customerKeysOverHttp: text('sse-c-over-http') === 'on',
    keys: readKeyConfig({ value: text, keys, data, warnings }),
    dialect: text('dialect') as DialectName,
    tokenService: text('token-service') === 'on',
    doctorRate: parseRate(text('doctor-rate') ?? ''),
    defaultObjectOwnership: text('default-object-ownership') as ObjectOwnership,
    defaultPublicAccessBlock: text('default-public-access-block') !== 'off',
    reclaimGraceMs: parseSeconds(text('reclaim-grace') ?? '') * 1000,
    diskReserveBytes: parseMebibytes(text('disk-reserve') ?? '') * mebibyte,
    durability: text('durability') as Durability,
    scrub: {
      everyMs: parseCount('--scrub-interval', text('scrub-interval') ?? '', 0) * 3_600_000,
      bytesPerSecond: parseCount('ASHLAR_SCRUB_RATE', text('scrub-rate') ?? '', 1) * mebibyte,
    },
    snapshotEveryMs: parseCount('--snapshot-interval', text('snapshot-interval') ?? '', 0) * 1000,
    root: rootPair(text('root-access-key'), text('root-secret-key')),
    warnings,
  }
}

interface Given {
  readonly flags: Flags
  readonly env: Environment
  readonly warnings: string[]
}

function valueOf(option: Option, { flags, env, warnings }: Given): readonly string[] {
  const fromFlag = flags[option.name]
  const fromEnv = env[option.env] || (option.secret && fromFile(option, env, warnings)) || undefined
  const given =
    fromFlag ?? (option.repeatable ? fromEnv?.split(',') : fromEnv) ?? option.default ?? []
  const values = (typeof given === 'string' ? [given] : given).map((value) => value.trim())
  for (const value of values) checkChoice(option, value)
  return values.filter((value) => value !== '')
}

function checkChoice({ name, flag, choices }: Option, value: string): void {
  if (choices === undefined || choices.includes(value)) return
  throw new ConfigError(
    `${flag ?? name} cannot be '${value}'. Choose one of: ${choices.join(', ')}.`,
  )
}

/** Secrets mounted by Docker and Kubernetes are readable by all in their container, so this warns and does not refuse. */
function fromFile({ env: name }: Option, env: Environment, warnings: string[]): string | undefined {
  const file = env[`${name}_FILE`]
  if (!file) return undefined
  const text = readText(file, `${name}_FILE`).replace(/\r?\n$/, '')
  if (text === '') throw new ConfigError(`The file of ${name}_FILE is empty: ${file}`)
  warnings.push(...openSecret(file))
  return text
}

function parseRegion(text: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,62}$/.test(text)) return text
  throw new ConfigError(
    `--region cannot be '${text}'. Lower-case letters, digits and hyphens, e.g. us-east-1.`,
  )
}

function parseDomain(text: string): string {
  const name = text.toLowerCase().replace(/:[0-9]+$/, '')
  if (/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(name)) return name
  throw new ConfigError(
    `--domain cannot be '${text}'. It is a host name without scheme, e.g. s3.example.com.`,
  )
}

/** Beyond this the one writer is what all wait for. */
const workersMax = 64

function parseWorkers(text: string): number {
  const count = Number(text)
  if (/^[0-9]{1,2}$/.test(text) && count >= 1 && count <= workersMax) return count
  throw new ConfigError(`--workers cannot be '${text}'. It is a number from 1 to ${workersMax}.`)
}

function parseSeconds(text: string): number {
  if (/^[0-9]{1,6}$/.test(text)) return Number(text)
  throw new ConfigError(
    `ASHLAR_RECLAIM_GRACE cannot be '${text}'. It is a number of seconds, e.g. 60.`,
  )
}

function parseMebibytes(text: string): number {
  if (/^[0-9]{1,9}$/.test(text)) return Number(text)
  throw new ConfigError(
    `ASHLAR_DISK_RESERVE cannot be '${text}'. It is a number of MiB, e.g. 256, or 0.`,
  )
}

function parseCount(name: string, text: string, min: number): number {
  if (/^[0-9]{1,5}$/.test(text) && Number(text) >= min) return Number(text)
  throw new ConfigError(`${name} cannot be '${text}'. It is a whole number, ${min} or more.`)
}

function parseRate(text: string): number {
  if (/^[0-9]{1,4}$/.test(text)) return Number(text)
  throw new ConfigError(`ASHLAR_DOCTOR_RATE cannot be '${text}'. It is a number, e.g. 2, or 0.`)
}

function readTls(cert: string | undefined, key: string | undefined): Config['tls'] {
  if (cert === undefined && key === undefined) return undefined
  if (cert === undefined || key === undefined) {
    throw new ConfigError(
      '--tls-cert and --tls-key belong together: give both, or neither for plain http.',
    )
  }
  return { cert: readText(cert, '--tls-cert'), key: readText(key, '--tls-key') }
}

/** ',', '=' and '/' would break the Credential of a signature apart. */
const accessKeyShape = /^[!-~]{3,128}$/

function rootPair(
  accessKeyId: string | undefined,
  secretAccessKey: string | undefined,
): Config['root'] {
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new ConfigError(
      'ASHLAR_ROOT_ACCESS_KEY and ASHLAR_ROOT_SECRET_KEY belong together: give both, or neither for a pair made at random.',
    )
  }
  if (!accessKeyShape.test(accessKeyId) || /[,=/]/.test(accessKeyId)) {
    throw new ConfigError(
      'ASHLAR_ROOT_ACCESS_KEY must be 3 to 128 visible ASCII characters without , = and /.',
    )
  }
  if (secretAccessKey.length < 8) {
    throw new ConfigError('ASHLAR_ROOT_SECRET_KEY must have at least 8 characters.')
  }
  return { accessKeyId, secretAccessKey }
}

/** A lenient HTTP parser lets two readers of one message disagree (request smuggling). */
function refuseLenientParser(env: Environment): void {
  const lenient = '--insecure-http-parser'
  if (!process.execArgv.includes(lenient) && !env['NODE_OPTIONS']?.includes(lenient)) return
  throw new ConfigError(
    `Node runs with ${lenient}, which makes request smuggling possible. Start without it.`,
  )
}
