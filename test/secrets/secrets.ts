/**
 * No secret in the log: the server lives its day, is asked wrongly in every way, breaks on damaged bytes and refuses to start, all
 * at the most talkative level; then everything that it wrote is searched for every secret and every proof that was in use.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Proof, Run } from '../crash/proof.ts'
import { formRequest, policyFields } from '../harness/form.ts'
import { lineWith, SecretTold, secretLengthMin } from '../harness/leaks.ts'
import { sendRequest, sendRaw, type WireRequest } from '../harness/raw.ts'
import { randomKeys, startServer, type TestServer } from '../harness/server.ts'
import { signRequest, type Keys, type RequestPlan } from '../harness/sign.ts'
import { signV2 } from '../harness/sign-v2.ts'
import { customerHeaders, customerKey, Everyday } from './everyday.ts'

export async function proveSecrets(run: Run): Promise<Proof> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-secrets-'))
  try {
    const teller = new Teller(folder)
    const told = await teller.tell().then(() => [], sentenceOfSecret)
    const violations = [...told, ...teller.search()]
    run.progress(`${teller.secrets.size} secrets sought in ${teller.log.length} characters`)
    const figures = { secrets: teller.secrets.size, characters: teller.log.length }
    return { figures, violations: [...violations, ...teller.silence()] }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Every server of a test looks through its own log when it stops, and finds some before this proof does. */
function sentenceOfSecret(error: unknown): readonly string[] {
  if (error instanceof SecretTold) return [error.message]
  throw error
}

class Teller {
  /** By what they are. */
  readonly secrets = new Map<string, string>()
  log = ''
  readonly #folder: string
  readonly #account = randomKeys()
  readonly #temporary = { ...randomKeys(), sessionToken: randomBytes(60).toString('base64') }
  readonly #apiKey = randomBytes(24).toString('base64url')

  constructor(folder: string) {
    this.#folder = folder
  }

  async tell(): Promise<void> {
    const accounts = join(this.#folder, 'accounts.json')
    await writeFile(accounts, JSON.stringify({ accounts: [this.#accountOf()] }))
    const env = { ASHLAR_LOG_LEVEL: 'debug', ASHLAR_DOCTOR_RATE: '1000' }
    const args = ['--sse-c-over-http=on', '--token-service']
    const dataDir = join(this.#folder, 'data')
    await using server = await startServer({ accounts, env, args, dataDir })
    this.#know('the secret of root', server.keys.secretAccessKey)
    this.#know('the secret of an account', this.#account.secretAccessKey)
    this.#know('the secret of a temporary key', this.#temporary.secretAccessKey)
    this.#know('a session token', this.#temporary.sessionToken)
    this.#know('an API key', this.#apiKey)
    this.#know("a customer's key", customerKey.toString('base64'))
    this.#know("the sum of a customer's key", customerHeaders()[`${sseC}-key-MD5`] ?? '')
    await new Everyday(server).live()
    for (const keys of [server.keys, this.#account, this.#temporary]) await this.#ask(server, keys)
    await this.#tokens(server)
    await this.#damaged(server)
    await server.terminate()
    this.log = server.log()
    await this.#startsWrongly()
  }

  search(): readonly string[] {
    return [...this.secrets].flatMap(([secret, what]) => {
      const line = lineWith(secret, this.log)
      return line === undefined ? [] : [`${what} is in the log: ${line.slice(0, 300)}`]
    })
  }

  /** A log that tells nothing would prove nothing. */
  silence(): readonly string[] {
    const expected = [
      'PutObject',
      'SignatureDoesNotMatch',
      'a signature does not match',
      'a request failed',
      'AccessDenied',
      'InvalidAccessKeyId',
      'stopped',
      'exit code 2',
    ]
    return expected.filter((word) => !this.log.includes(word)).map((word) => `no word of ${word}`)
  }

  #accountOf(): object {
    return {
      canonicalId: randomBytes(32).toString('hex'),
      accountId: '123456789012',
      displayName: 'other',
      keys: [this.#account, this.#temporary],
      apiKeys: [{ id: 'ApiKey-1', apiKey: this.#apiKey }],
    }
  }

  #know(what: string, secret: string): void {
    if (secret.length < secretLengthMin)
      throw new Error(`${what} is too short to be sought: ${secret}`)
    this.secrets.set(secret, what)
  }

  /** What is signed rightly and wrongly, in every way. */
  async #ask(server: TestServer, keys: Keys): Promise<void> {
    const path = '/everyday/asked'
    const plans: RequestPlan[] = [
      { path, body: 'x' },
      { path, headers: customerHeaders(), body: 'x' },
      { path, body: 'x', payload: 'streaming' },
      { path, presign: 60 },
      { path, presign: 60, query: { 'response-content-type': 'text/plain' } },
      { path: `${path}/none`, presign: 60 },
      { path, presign: 60, date: new Date(Date.now() - 3_600_000) },
      { path: '/nowhere', date: new Date(Date.now() - 3_600_000) },
      { method: 'POST', path, query: { uploadId: 'none' }, body: '<broken' },
      { path, keys: { ...keys, accessKeyId: 'NOBODYKNOWSTHIS' } },
    ]
    for (const plan of plans) {
      const request = await signRequest(server, { keys, ...plan })
      await this.#send(server, request)
      await this.#send(server, { ...request, target: request.target.replace('asked', 'askew') })
      await this.#send(server, withWrongChunk(request))
    }
    for (const expires of [undefined, 1, 4_000_000_000]) {
      const request = signV2({ keys, target: path, ...(expires && { expires }) })
      await this.#send(server, request)
      await this.#send(server, { ...request, target: request.target.replace('asked', 'askew') })
    }
    for (const version of [2, 4] as const) await this.#form(server, keys, version)
  }

  async #form(server: TestServer, keys: Keys, version: 2 | 4): Promise<void> {
    const conditions = [{ bucket: 'everyday' }, { key: 'form' }]
    const { region, host, port } = server
    const now = new Date()
    for (const key of ['form', 'else']) {
      const proof = policyFields({ conditions, keys, region, now, version })
      const signature = proof.find(([name]) => name.toLowerCase().endsWith('signature'))?.[1] ?? ''
      this.#know(`the signature of a form (V${version})`, signature)
      const fields = [['key', key] as const, ...proof]
      const file = { name: 'f', bytes: 'form' }
      const request = { path: '/everyday', host: `${host}:${port}`, fields, file }
      await sendRequest(server, formRequest(request))
      const twisted = fields.map(([name, value]) => [name, value.replace(/.$/, 'A')] as const)
      await sendRequest(server, formRequest({ ...request, fields: twisted }))
    }
  }

  async #send(server: TestServer, request: WireRequest): Promise<void> {
    const head = [request.target, ...request.headers.flat()].join('\n')
    const text = `${head}\n${Buffer.from(request.body ?? '').toString('latin1')}`
    for (const [, found = ''] of text.matchAll(proofShape))
      this.#know(`a signature of ${request.method} ${request.target.slice(0, 40)}`, decoded(found))
    await sendRequest(server, request)
    const lines = request.headers.map(([name, value]) => `${name}: ${value}`)
    // Not HTTP: nothing of what cannot be read is told either.
    await sendRaw(server, `GET ${request.target}\r\n${lines.join('\r\n')}\r\n : \r\n\r\n`).catch(
      () => undefined,
    )
  }

  async #tokens(server: TestServer): Promise<void> {
    const grant = 'urn:ibm:params:oauth:grant-type:apikey'
    const ask = (apikey: string, path = '/identity/token'): Promise<{ readonly text: string }> => {
      const body = Buffer.from(new URLSearchParams({ grant_type: grant, apikey }).toString())
      const headers = [
        ['Host', `${server.host}:${server.port}`],
        ['Content-Type', 'application/x-www-form-urlencoded'],
        ['Content-Length', String(body.length)],
      ] as const
      return sendRequest(server, { method: 'POST', target: path, headers, body })
    }
    const granted = JSON.parse((await ask(this.#apiKey)).text) as Record<string, string>
    const { access_token: token = '', refresh_token: refresh = '' } = granted
    this.#know('an access token', token)
    this.#know('a refresh token', refresh)
    const wrong = randomBytes(24).toString('base64url')
    this.#know('an API key that nobody has', wrong)
    await ask(wrong)
    await ask(wrong, `/identity/token?apikey=${wrong}`)
    for (const bearer of [token, `${token}x`, refresh])
      await sendRequest(server, {
        method: 'GET',
        target: '/everyday?list-type=2',
        headers: [
          ['Host', `${server.host}:${server.port}`],
          ['Authorization', `Bearer ${bearer}`],
        ],
      })
  }

  /** A failure that is nobody's fault but the disk's: the log shows its stack. */
  async #damaged(server: TestServer): Promise<void> {
    const path = '/everyday/damaged'
    const put = { path, headers: customerHeaders(), body: Buffer.alloc(200_000, 'd') }
    await sendRequest(server, await signRequest(server, put))
    const blobs = join(this.#folder, 'data/blobs')
    for (const entry of await readdir(blobs, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) await writeFile(join(entry.parentPath, entry.name), 'damaged')
    }
    await this.#send(server, await signRequest(server, { path, headers: customerHeaders() }))
    await this.#send(
      server,
      await signRequest(server, { path: '/everyday/__proto__/upload', presign: 60 }),
    )
    const query = customerHeaders()
    await this.#send(server, await signRequest(server, { path, query, presign: 60 }))
  }

  async #startsWrongly(): Promise<void> {
    const wrong = [
      { accounts: [{ ...this.#accountOf(), strange: this.#apiKey }] },
      { accounts: [this.#accountOf(), this.#accountOf()] },
      { accounts: [{ ...this.#accountOf(), keys: [{ ...this.#account, expires: this.#apiKey }] }] },
    ]
    for (const [index, content] of wrong.entries()) {
      const accounts = join(this.#folder, `wrong-${index}.json`)
      await writeFile(accounts, JSON.stringify(content))
      const dataDir = join(this.#folder, `wrong-${index}`)
      const env = { ASHLAR_LOG_LEVEL: 'debug' }
      const said = await startServer({ accounts, dataDir, env }).then(
        (server) => server.stop().then(() => `wrong-${index} starts`),
        (error: unknown) => String(error),
      )
      this.log += said
    }
  }
}

const sseC = 'x-amz-server-side-encryption-customer'
/** Signatures in a target, a header or the frame of a chunk, of both versions. */
const proofShape = /(?:[Ss]ignature=|AWS [^:\s]+:)([A-Za-z0-9+/=%]{20,})/g

function decoded(text: string): string {
  return text.includes('%') ? decodeURIComponent(text) : text
}

function withWrongChunk(request: WireRequest): WireRequest {
  const text = Buffer.from(request.body ?? '').toString('latin1')
  const twisted = text.replace(/chunk-signature=./, 'chunk-signature=0')
  return { ...request, body: Buffer.from(twisted, 'latin1') }
}
