/** A data folder that loses its database, and what a client does with the server on it. */
import assert from 'node:assert/strict'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ashlar } from '../harness/command.ts'
import { systemClock } from '../../src/base/clock.ts'
import type { Rebuilt } from '../../src/server/rebuild.ts'
import { takeSnapshot } from '../../src/stores/metadata/snapshots.ts'
import { bodyOf } from '../crash/bodies.ts'
import { Client } from '../crash/client.ts'
import type { TestServer } from '../harness/server.ts'

export async function rebuilt(
  data: string,
  ...words: string[]
): Promise<Rebuilt & { code: number }> {
  const { code, out, err } = await ashlar('rebuild', '--data', data, '--json', ...words)
  assert.notEqual(code, 2, err)
  return { ...(JSON.parse(out) as Rebuilt), code }
}

/** No snapshot but those that a test takes. */
export const byHand = { ASHLAR_SNAPSHOT_INTERVAL: '0' }

export function sync({ dataDir }: TestServer): Promise<unknown> {
  const file = join(dataDir, 'metadata.sqlite')
  return takeSnapshot({ file, folder: join(dataDir, 'snapshots'), now: systemClock.now() })
}

export function loseDatabase(data: string): void {
  for (const name of readdirSync(data))
    if (/^metadata\.sqlite(-wal|-shm)?$/.test(name)) rmSync(join(data, name))
}

/** More than lies in the database. */
export const big = 40_000

export class Objects extends Client {
  async put(key: string, tag: string, size: number = big): Promise<void> {
    const heard = await this.send({ path: `/proof/${key}`, body: bodyOf(tag, size) })
    assert.equal(heard.status, 200, heard.body.toString())
  }

  async expect(key: string, tag: string, size: number = big): Promise<void> {
    const heard = await this.send({ path: `/proof/${key}` })
    assert.equal(heard.status, 200, key)
    assert.ok(heard.body.equals(bodyOf(tag, size)), `${key} is not ${tag}`)
  }

  async keys(): Promise<readonly string[]> {
    const listed = await this.send({ path: '/proof', query: { 'list-type': '2' } })
    return [...listed.body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key)
  }
}
