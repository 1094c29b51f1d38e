/** What is true in a life on a healthy disk, whatever the life before it met. */
import { nodeFileSystem } from '../../src/stores/blobs/file-system.ts'
import { audit } from './audit.ts'
import { Life } from './life.ts'
import type { Script } from './script.ts'

/** What the script was acknowledged is there, and once both jobs are done nothing is missing, left over or queued. */
export async function nextLife(
  data: string,
  script: Script,
  wrong: (what: string) => void,
): Promise<void> {
  await using life = await Life.begin(data, nodeFileSystem)
  await script.verify(life)
  await life.reclaim()
  const found = audit(data)
  for (const name of found.missing) wrong(`${name} is missing`)
  for (const name of found.orphans) wrong(`${name} is an orphan`)
  for (const name of found.sparse) wrong(`${name} keeps more than it has`)
  if (found.queued > 0) wrong(`${found.queued} entries stay in the queue`)
}
