/** What a client asked for and heard, each with its place in the record, so that it can be told what a cut at any place must keep. */
import { createHash } from 'node:crypto'
import { bodyOf, type Piece } from '../crash/bodies.ts'
import { partList } from '../harness/part-list.ts'

/** The pieces of an object; undefined where there is none. */
export type Content = readonly Piece[] | undefined

/** Places in the record: before the request left, and after its answer had arrived (Infinity: it never did). */
export interface Told {
  readonly sent: number
  heard: number
}

export interface Write extends Told {
  readonly content: Content
}

export interface Part extends Told, Piece {
  readonly number: number
}

export interface UploadStory extends Told {
  readonly key: string
  readonly id: string
  readonly parts: Part[]
  end: (Told & { readonly kind: 'complete' | 'abort'; readonly body: string }) | undefined
}

export class History {
  readonly writes: Map<string, Write[]> = new Map()
  readonly uploads: UploadStory[] = []

  write(key: string, write: Write): void {
    const earlier = this.writes.get(key)
    if (earlier === undefined) this.writes.set(key, [write])
    else earlier.push(write)
  }

  /** What `key` may hold after a cut: what was acknowledged last, or what was under way. */
  possible(key: string, cut: number): readonly Content[] {
    const begun = (this.writes.get(key) ?? []).filter(({ sent }) => sent <= cut)
    const last = begun.findLastIndex(({ heard }) => heard <= cut)
    const later = begun.slice(last + 1).map(({ content }) => content)
    return [begun[last]?.content, ...later]
  }

  /** Operations that were acknowledged before the cut. */
  acknowledged(cut: number): number {
    const stories = this.uploads.flatMap((upload) => [upload, ...upload.parts])
    const told: Told[] = [...[...this.writes.values()].flat(), ...stories]
    return told.filter(({ heard }) => heard <= cut).length
  }

  /** Places at which something had just been acknowledged. */
  moments(): number[] {
    const stories = this.uploads.flatMap((upload) => [upload, ...upload.parts])
    const told: Told[] = [...[...this.writes.values()].flat(), ...stories]
    return told.map(({ heard }) => heard).filter(Number.isFinite)
  }
}

/** The ETag of a part, without quotes. */
export function etagOf({ tag, sizeBytes }: Piece): string {
  return createHash('md5').update(bodyOf(tag, sizeBytes)).digest('hex')
}

export function completion(parts: readonly Part[]): string {
  return partList(latest(parts).map((part) => ({ number: part.number, etag: etagOf(part) })))
}

/** The last of each number, in order. */
export function latest(parts: readonly Part[]): readonly Part[] {
  const byNumber = new Map(parts.map((part) => [part.number, part]))
  return [...byNumber.values()].toSorted((a, b) => a.number - b.number)
}
