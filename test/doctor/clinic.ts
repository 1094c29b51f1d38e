/** A server in this process whose log can be read, and a proxy before it that does some damage to what passes. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { silentLog, type Fields, type Log } from '../../src/observe/log.ts'
import type { Diagnosis } from '../../src/identity/doctor/diagnose.ts'
import { readConfig } from '../../src/server/config.ts'
import { startServer } from '../../src/server/start.ts'
import { sendRequest, type Answer, type WireRequest } from '../harness/raw.ts'
import { randomKeys } from '../harness/server.ts'
import { signRequest, type RequestPlan, type Signable } from '../harness/sign.ts'

export type Head = Pick<WireRequest, 'method' | 'target' | 'headers'>
export type Damage = (head: Head) => Head

export interface Clinic extends AsyncDisposable {
  /** The server itself. */
  readonly server: Signable
  /** The same behind a proxy, which clients call. */
  readonly proxied: Signable
  /** What the proxy does from now on. */
  damage: Damage
  /** Every record of the log as one text. */
  log(): string
  /** Sends as planned through the proxy; what the doctor said of it, if anything. */
  visit(plan: RequestPlan): Promise<Visit>
  /** The same for a request that was signed by hand. */
  bring(wire: WireRequest): Promise<Visit>
}

export interface Visit {
  readonly answer: Answer
  readonly diagnosis: (Diagnosis & { readonly unexamined?: number }) | undefined
}

export const domain = 's3.example.com'

export async function openClinic(env: Readonly<Record<string, string>> = {}): Promise<Clinic> {
  const data = await mkdtemp(join(tmpdir(), 'ashlar-clinic-'))
  const keys = randomKeys()
  const records: Array<Fields & { readonly message: string }> = []
  const pair = {
    ASHLAR_ROOT_ACCESS_KEY: keys.accessKeyId,
    ASHLAR_ROOT_SECRET_KEY: keys.secretAccessKey,
  }
  const config = readConfig({ data, listen: '127.0.0.1:0', domain: [domain] }, { ...pair, ...env })
  const onFatal = (error: unknown): never => assert.fail(String(error))
  const server = await startServer(config, { log: keeping(records), onFatal })
  const target: Signable = { host: '127.0.0.1', port: server.port, region: 'us-east-1', keys }
  const clinic = { damage: (head: Head) => head }
  const proxy = createServer((message, answer) => forward(message, answer, { clinic, server }))
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const proxied = { ...target, port: (proxy.address() as AddressInfo).port }
  const bring = async (wire: WireRequest): Promise<Visit> => {
    const answer = await sendRequest(proxied, wire)
    const id = answer.headers['x-amz-request-id']
    const isOurs = (record: Fields): boolean => record['reqId'] === id
    // The line of the request is written when all is over, and what the doctor says in the same breath.
    while (!records.some((record) => isOurs(record) && 'status' in record)) await nextTurn()
    const told = records.filter(isOurs)
    return {
      answer,
      diagnosis: told.find(({ doctor }) => doctor)?.['doctor'] as Visit['diagnosis'],
    }
  }
  return Object.assign(clinic, {
    server: target,
    proxied,
    log: () => records.map((record) => JSON.stringify(record)).join('\n'),
    bring,
    visit: async (plan: RequestPlan) => bring(await signRequest(proxied, plan)),
    [Symbol.asyncDispose]: async () => {
      proxy.closeAllConnections()
      proxy.close()
      await server.close()
      await rm(data, { recursive: true, force: true })
    },
  })
}

function keeping(records: Array<Fields & { readonly message: string }>): Log {
  const keep = (fields: Fields, message: string): void => {
    records.push({ ...fields, message })
  }
  return { ...silentLog, debug: keep, info: keep, warn: keep, error: keep, fatal: keep }
}

interface Between {
  readonly clinic: { readonly damage: Damage }
  readonly server: { readonly port: number }
}

/** As a proxy that changes nothing by itself: every header goes on as it came, each answer comes back as it is. */
function forward(message: IncomingMessage, answer: ServerResponse, between: Between): void {
  const pairs = message.rawHeaders
    .map((text, at, all) => [text, all[at + 1] ?? ''] as const)
    .filter((_, at) => at % 2 === 0)
  const { method = '', url: target = '' } = message
  const head = between.clinic.damage({ method, target, headers: pairs })
  const fields = head.headers.flat()
  const isFramed = fields.some((name) => /^(content-length|transfer-encoding)$/i.test(name))
  const onward = request({
    host: '127.0.0.1',
    port: between.server.port,
    method: head.method,
    path: head.target,
    // Without either, node:http would frame nothing as chunks.
    headers: isFramed ? fields : [...fields, 'Content-Length', '0'],
    setHost: false,
    agent: false,
  })
  onward.on('response', (reply) => {
    answer.writeHead(reply.statusCode ?? 502, reply.rawHeaders)
    reply.pipe(answer)
  })
  onward.on('error', () => answer.destroy())
  message.pipe(onward)
}
