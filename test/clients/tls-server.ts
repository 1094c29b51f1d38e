/** A server that speaks TLS, with a certificate that clients can be told to trust. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer } from '../harness/server.ts'
import type { ServerOptions, TestServer } from '../harness/server.ts'
import { writeCertificate } from './certificate.ts'

export interface TlsServer extends TestServer {
  /** Path of the certificate. */
  readonly certificate: string
}

/** Serves https under localhost, 127.0.0.1 and these domains, with and without a bucket in front. */
export async function startTlsServer(
  domains: readonly string[] = [],
  options: ServerOptions = {},
): Promise<TlsServer> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-tls-'))
  const names = ['localhost', ...domains].flatMap((domain) => [domain, `*.${domain}`])
  const tls = await writeCertificate(folder, names)
  const server = await startServer({ ...options, tls, domains })
  const stop = async (): Promise<void> => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
  return { ...server, certificate: tls.cert, stop }
}
