/** Bodies that say of every 4 KiB whose they are and where they belong, so that bytes which were mixed up show. */
import type { Heard } from './client.ts'

const blockBytes = 4096

/** `sizeBytes` bytes; no two tags share a block. */
export function bodyOf(tag: string, sizeBytes: number): Buffer {
  const body = Buffer.alloc(sizeBytes)
  for (let at = 0; at < sizeBytes; at += blockBytes) {
    body.fill(`${tag}@${at}|`, at, Math.min(at + blockBytes, sizeBytes))
  }
  return body
}

/** What is wrong with `found`, which should be these pieces one after the other; undefined when nothing is. */
export function differs(found: Buffer, pieces: readonly Piece[]): string | undefined {
  const expected = Buffer.concat(pieces.map(({ tag, sizeBytes }) => bodyOf(tag, sizeBytes)))
  if (found.equals(expected)) return undefined
  const at = expected.findIndex((byte, index) => byte !== found[index])
  const there = found.subarray(at - (at % blockBytes)).toString('latin1', 0, 60)
  return `${found.length} bytes for ${expected.length}, other than ${pieces[0]?.tag} from ${at} on: ${there}`
}

export interface Piece {
  readonly tag: string
  readonly sizeBytes: number
}

/** The pieces of an object; undefined where there is none. */
export type Content = readonly Piece[] | undefined

/** What is wrong with the answer to a read of this; undefined when nothing is. */
export function mismatch(heard: Heard, content: Content): string | undefined {
  if (content === undefined)
    return heard.status === 404 ? undefined : `${heard.status} for a deleted key`
  if (heard.status !== 200) return `${heard.status} ${heard.code} for ${content[0]?.tag}`
  return differs(heard.body, content)
}
