/** A server under a load of every kind of write, and what must be true of any one moment of it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { partList, type ListedPart } from '../harness/part-list.ts'
import { bodyOf } from './bodies.ts'
import { element, type Client } from './client.ts'

const sizes = [300, 9000, 40_000, 300_000] as const
const partBytes = 5 * 1024 * 1024

/** Keys that one lane writes in turn. */
const keysOfLane = 60

/** Each write says in its bytes which one it is; every third is deleted at once, the others are copied. */
export async function writeOn(
  client: Client,
  lane: number,
  isOver: () => boolean,
): Promise<number> {
  let writes = 0
  for (; !isOver(); writes++) {
    const key = `k${lane * 1000 + (writes % keysOfLane)}`
    const path = `/proof/${key}`
    const size = sizes[(writes + lane) % sizes.length] ?? 300
    await client.send({ path, body: bodyOf(`${key}#${writes}#${size}`, size) })
    if (writes % 3 === 0) await client.send({ method: 'DELETE', path })
    else
      await client.send({
        path: `${path}-copy`,
        body: '',
        headers: { 'x-amz-copy-source': path },
      })
    await sleep(1)
  }
  return writes
}

/** Key `m<lane>`: an object of two parts, completed again and again. */
export async function completeOn(
  client: Client,
  lane: number,
  isOver: () => boolean,
): Promise<number> {
  let completed = 0
  for (; !isOver(); completed++) {
    await complete(client, `/proof/m${lane}`, `m${lane}#${completed}`)
    await sleep(20)
  }
  return completed
}

export async function complete(client: Client, path: string, tag: string): Promise<void> {
  const begun = await client.send({ method: 'POST', path, query: { uploads: '' } })
  const uploadId = element(begun, 'UploadId')
  const parts: ListedPart[] = []
  for (const [number, size] of [
    [1, partBytes],
    [2, 70_000],
  ] as const) {
    const body = bodyOf(`${tag}#${size}`, size)
    const heard = await client.send({ path, query: { uploadId, partNumber: String(number) }, body })
    parts.push({ number, etag: String(heard.headers.etag) })
  }
  await client.send({ method: 'POST', path, query: { uploadId }, body: partList(parts) })
}

/** The bytes of an object say which write made them: all of it must be that one write. */
export function isWhole(found: Buffer): boolean {
  const tag = /^(?<tag>[km]\d+#\d+)#(?<size>\d+)@/.exec(found.toString('latin1', 0, 80))?.groups
  if (tag === undefined) return false
  const first = bodyOf(`${tag['tag']}#${tag['size']}`, Number(tag['size']))
  if (tag['tag']?.startsWith('k') === true) return found.equals(first)
  return found.equals(Buffer.concat([first, bodyOf(`${tag['tag']}#70000`, 70_000)]))
}
