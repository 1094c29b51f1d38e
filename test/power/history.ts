/** What a client asked for and heard, each with its place in the record, so that it can be told what a cut at any place must keep. */
import { bodyOf, type Content, type Piece } from '../crash/bodies.ts'
import { partList } from '../harness/part-list.ts'
import { md5 } from '../simulate/memory.ts'

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
  /** The longest that anybody waited for an answer, in milliseconds. */
  longestMs = 0
  readonly #place: () => number
  readonly #times: { readonly place: number; readonly ms: number }[] = []

  /** `place` answers how long the record is at this moment. */
  constructor(place: () => number) {
    this.#place = place
  }

  /** The place of this moment. */
  place(): number {
    const place = this.#place()
    this.#times.push({ place, ms: performance.now() })
    return place
  }

  waited(ms: number): void {
    this.longestMs = Math.max(this.longestMs, ms)
  }

  /** The last place that is known to have been reached so long before the record went on from `cut`. */
  earlier(cut: number, ms: number): number {
    const end = this.#times.findLast(({ place }) => place <= cut)?.ms ?? 0
    return this.#times.findLast((time) => time.ms <= end - ms)?.place ?? 0
  }

  write(key: string, write: Write): void {
    const earlier = this.writes.get(key)
    if (earlier === undefined) this.writes.set(key, [write])
    else earlier.push(write)
  }

  /** What `key` may hold after a cut: what was acknowledged last at the place up to which all is promised, or anything later. */
  possible(key: string, cut: number, promised: number = cut): readonly Content[] {
    const begun = (this.writes.get(key) ?? []).filter(({ sent }) => sent <= cut)
    const last = begun.findLastIndex(({ heard }) => heard <= promised)
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
  return md5(bodyOf(tag, sizeBytes))
}

export function completion(parts: readonly Part[]): string {
  return partList(latest(parts).map((part) => ({ number: part.number, etag: etagOf(part) })))
}

/** The last of each number, in order. */
export function latest(parts: readonly Part[]): readonly Part[] {
  const byNumber = new Map(parts.map((part) => [part.number, part]))
  return [...byNumber.values()].toSorted((a, b) => a.number - b.number)
}
