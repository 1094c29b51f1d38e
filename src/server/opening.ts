/** Opening a port, and what to do about the reasons for which the system does not allow it. */
import { ConfigError } from './config-error.ts'
import type { ListenAddress } from './listen-address.ts'

const advice: Readonly<Record<string, (flag: string) => string>> = {
  EADDRINUSE: (flag) =>
    `Something else listens there already. Stop it, or choose another address with ${flag}.`,
  EACCES: (flag) => `Ports below 1024 need special rights. Choose a higher one with ${flag}.`,
  EADDRNOTAVAIL: (flag) => `This machine has no such address. Choose another with ${flag}.`,
  ENOTFOUND: (flag) => `This host name is not known. Choose an address with ${flag}.`,
}

/** What `begin` answers. Rejects with ConfigError; `flag` is the option that names the address. */
export async function opening<T>(
  flag: string,
  { host, port }: ListenAddress,
  begin: () => Promise<T>,
): Promise<T> {
  try {
    return await begin()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const help = advice[code ?? '']?.(flag) ?? message
    throw new ConfigError(`Cannot listen on ${host}:${port} (${code}). ${help}`)
  }
}
