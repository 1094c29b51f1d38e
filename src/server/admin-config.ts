/** What the options say of the operators' port. Beyond this machine its numbers are for those only who have the token. */
import { ConfigError, openSecret, readText } from './config-error.ts'
import { isLoopback, readAddress, type ListenAddress } from './listen-address.ts'
import type { OptionName } from './options.ts'

export interface AdminConfig extends ListenAddress {
  /** `/metrics` is answered to whoever has it; to everybody where there is none. */
  readonly token: string | undefined
}

export interface AdminValues {
  readonly value: (name: OptionName) => string | undefined
  /** The server has a certificate. */
  readonly tls: unknown
  readonly warnings: string[]
}

/** Shorter ones can be guessed. */
const tokenCharsMin = 16
/** What can stand behind `Bearer ` (RFC 6750 §2.1). */
const tokenShape = /^[A-Za-z0-9._~+/-]+=*$/

/** Throws ConfigError. */
export function readAdminConfig({ value, tls, warnings }: AdminValues): AdminConfig | undefined {
  const asked = value('admin')
  const file = value('metrics-token-file')
  if (asked === undefined) {
    if (file === undefined) return undefined
    throw new ConfigError(
      '--metrics-token-file is the token of the port that --admin opens. Give --admin too, e.g. 127.0.0.1:9001, or leave both out.',
    )
  }
  const address = readAddress('--admin', asked)
  const token = file === undefined ? undefined : readToken(file)
  if (file !== undefined) warnings.push(...openSecret(file))
  if (isLoopback(address)) return { ...address, token }
  if (token === undefined) {
    throw new ConfigError(
      `--admin ${asked} can be reached from other machines, so /metrics needs a token there. Name its file with --metrics-token-file, or listen on 127.0.0.1:${address.port}.`,
    )
  }
  if (tls === undefined) {
    warnings.push(
      `--admin ${asked} is plain http: whoever is on the way can read the metrics token. --tls-cert and --tls-key end that.`,
    )
  }
  return { ...address, token }
}

function readToken(file: string): string {
  const token = readText(file, '--metrics-token-file').trim()
  if (token.length >= tokenCharsMin && tokenShape.test(token)) return token
  throw new ConfigError(
    `The file of --metrics-token-file holds no token that can be used: one line of ${tokenCharsMin} or more letters, digits and . _ ~ + / - is one.`,
  )
}
