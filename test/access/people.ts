/** A server with somebody who owns buckets, somebody else, and everybody who brings no credentials. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sendRequest, type Answer } from '../harness/raw.ts'
import { startServer, type TestServer } from '../harness/server.ts'
import { signedRequest, type Keys, type RequestPlan } from '../harness/sign.ts'

export type Person = 'owner' | 'other' | 'anonymous'

export interface People extends AsyncDisposable {
  readonly server: TestServer
  /** Canonical ids. */
  readonly ids: Readonly<Record<Exclude<Person, 'anonymous'>, string>>
  readonly keys: Readonly<Record<Exclude<Person, 'anonymous'>, Omit<Keys, 'sessionToken'>>>
  ask(who: Person, plan: RequestPlan): Promise<Answer>
  /** Throws with the answer when it is no success. */
  must(who: Person, plan: RequestPlan): Promise<Answer>
}

const ids = { owner: 'a'.repeat(64), other: 'b'.repeat(64) } as const
const keys = {
  owner: { accessKeyId: 'OWNERKEY', secretAccessKey: 'owner-secret' },
  other: { accessKeyId: 'OTHERKEY', secretAccessKey: 'other-secret' },
} as const

/** A server where ACLs count unless `args` say otherwise. */
export async function openPeople(args: readonly string[] = aclsCount): Promise<People> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-people-'))
  const file = join(folder, 'accounts.json')
  await writeFile(file, JSON.stringify({ accounts: accounts() }), { mode: 0o600 })
  const server = await startServer({ accounts: file, args })
  const ask = async (who: Person, plan: RequestPlan): Promise<Answer> =>
    who === 'anonymous'
      ? await unsigned(server, plan)
      : await signedRequest({ ...server, keys: keys[who] }, plan)
  return {
    server,
    ids,
    keys,
    ask,
    must: async (who, plan) => {
      const answer = await ask(who, plan)
      if (answer.status < 300) return answer
      throw new Error(`${who} ${JSON.stringify(plan)}: ${answer.status} ${answer.text}`)
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export const aclsCount: readonly string[] = [
  '--default-object-ownership=ObjectWriter',
  '--default-public-access-block=off',
]

function accounts(): readonly object[] {
  return (['owner', 'other'] as const).map((name, index) => ({
    canonicalId: ids[name],
    accountId: String(index + 1).repeat(12),
    displayName: name,
    email: `${name}@x.example`,
    keys: [keys[name]],
  }))
}

async function unsigned(server: TestServer, plan: RequestPlan): Promise<Answer> {
  const query = new URLSearchParams(Object.entries(plan.query ?? {})).toString()
  const body = Buffer.from(plan.body ?? '')
  return await sendRequest(server, {
    method: plan.method ?? (plan.body === undefined ? 'GET' : 'PUT'),
    target: `${plan.path ?? '/'}${query === '' ? '' : `?${query}`}`,
    headers: [
      ['Host', `${server.host}:${server.port}`],
      ['Content-Length', String(body.length)],
      ...Object.entries(plan.headers ?? {}),
    ],
    body,
  })
}
