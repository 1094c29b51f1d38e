/** A disk that is nearly full: writes are refused with its name, reads and deletes go on, and room ends it by itself. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { startServer } from '../harness/server.ts'
import { settled } from './audit.ts'
import { bodyOf, differs } from './bodies.ts'
import { Client, type Heard } from './client.ts'

const sizeBytes = 1024 * 1024

test('fill, read, delete, fill again', { timeout: 120_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-full-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', folder], { stdio: 'pipe' })
  } catch {
    await rm(folder, { recursive: true })
    return t.skip('a small volume needs the right to mount one')
  }
  try {
    const env = { ASHLAR_RECLAIM_GRACE: '0', ASHLAR_DISK_RESERVE: '16' }
    await using server = await startServer({ dataDir: join(folder, 'data'), env })
    using client = new Client(server)
    await client.send({ method: 'PUT', path: '/proof' })
    for (const cycle of [1, 2, 3]) {
      const { kept, refused } = await fill(client, cycle)
      assert.equal(refused.status, 503)
      assert.match(refused.body.toString(), /The disk of the server is nearly full/)
      assert.ok(kept.length > 10, `${kept.length} objects`)
      for (const key of kept) {
        const { body } = await client.send({ path: `/proof/${key}` })
        assert.equal(differs(body, [{ tag: key, sizeBytes }]), undefined)
        assert.equal((await client.send({ method: 'DELETE', path: `/proof/${key}` })).status, 204)
      }
      assert.deepEqual((await settled(server.dataDir)).orphans, [])
      await sleep(600)
    }
    assert.equal((await client.send({ path: '/proof/last', body: 'x' })).status, 200)
  } finally {
    execFileSync('umount', ['-l', folder])
    await rm(folder, { recursive: true, force: true })
  }
})

async function fill(
  client: Client,
  cycle: number,
): Promise<{ readonly kept: readonly string[]; readonly refused: Heard }> {
  const kept: string[] = []
  for (;;) {
    const keys = [0, 1, 2, 3].map((lane) => `${cycle}-${kept.length}-${lane}`)
    const sent = keys.map((key) =>
      client.send({ path: `/proof/${key}`, body: bodyOf(key, sizeBytes) }),
    )
    const heard = await Promise.all(sent)
    kept.push(...keys.filter((_, index) => heard[index]?.status === 200))
    const refused = heard.find(({ status }) => status !== 200)
    if (refused !== undefined) return { kept, refused }
  }
}
