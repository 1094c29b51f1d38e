/** An accounts file for clients that bring more than a pair of keys. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface AccountsFile extends AsyncDisposable {
  readonly path: string
}

interface Given {
  readonly keys?: ReadonlyArray<Readonly<Record<string, string>>>
  readonly apiKeys?: ReadonlyArray<Readonly<Record<string, string>>>
}

/** One account with these keys. */
export async function writeAccountsFile({ keys = [], apiKeys = [] }: Given): Promise<AccountsFile> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-accounts-'))
  const path = join(folder, 'accounts.json')
  const account = {
    canonicalId: randomBytes(32).toString('hex'),
    accountId: '210987654321',
    displayName: 'client',
    keys,
    apiKeys,
  }
  await writeFile(path, JSON.stringify({ accounts: [account] }), { mode: 0o600 })
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}
