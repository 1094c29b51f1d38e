/** Addresses to listen on, as options name them. */
import { ConfigError } from './config-error.ts'

export interface ListenAddress {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
}

/** `host:port`; without a host, every interface. Throws ConfigError. */
export function readAddress(flag: string, text: string): ListenAddress {
  const found = /^(?:\[(?<six>[0-9a-fA-F:.]+)\]|(?<host>[^:[\]]*)):(?<port>[0-9]{1,5})$/.exec(text)
  const port = Number(found?.groups?.['port'])
  if (found === null || port > 65_535) {
    throw new ConfigError(
      `${flag} cannot be '${text}'. It is host:port, e.g. 127.0.0.1:9000, [::1]:9000, or 0.0.0.0:9000 for every interface.`,
    )
  }
  const host = found.groups?.['six'] ?? found.groups?.['host'] ?? ''
  return { host: host === '' ? '0.0.0.0' : host, port }
}

/** Nobody beyond this machine reaches it. */
export function isLoopback({ host }: ListenAddress): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.[0-9]{1,3}){3}$/.test(host)
}

/** What somebody on this machine can type. */
export function urlOf({ host, port }: ListenAddress, isSecure: boolean): string {
  const everywhere = host === '0.0.0.0' || host === '::'
  const name = everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return `${isSecure ? 'https' : 'http'}://${name}:${port}`
}
