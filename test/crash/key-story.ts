/** What one key went through, and what it may hold after its database was lost: what the sync knew, and what blobs tell of the time since. */
import type { Piece } from './bodies.ts'

export interface Content {
  /** Stands in its user metadata as well. */
  readonly tag: string
  readonly pieces: readonly Piece[]
  /** With quotes; unknown where the write was not answered. */
  readonly etag: string | undefined
}

export interface Step {
  /** Undefined for a delete. */
  content: Content | undefined
  /** It made a blob of its own, which describes the whole object; all others are known to the database alone. */
  readonly isBlob: boolean
  readonly issued: number
  /** What it made may be known from a note, which is written a little later. */
  readonly isNoted?: boolean
  /** Undefined while it is not answered. */
  heard: number | undefined
}

/** The moment of a sync lies in it, both ends included; milliseconds since 1970. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** One writer, one request at a time. */
export class KeyStory {
  readonly #steps: Step[]

  constructor(before?: Content) {
    this.#steps = [{ content: before, isBlob: false, issued: 0, heard: 0 }]
  }

  /** As far as it was answered. */
  get content(): Content | undefined {
    return this.#steps.findLast(({ heard }) => heard !== undefined)?.content
  }

  begin(content: Content | undefined, kind: Pick<Step, 'isBlob' | 'isNoted'>): Step {
    const step: Step = { content, ...kind, issued: Date.now(), heard: undefined }
    this.#steps.push(step)
    return step
  }

  /** What a copy of the database as of that moment says. */
  atSync(span: Span): readonly (Content | undefined)[] {
    return this.#states(span).map(({ content }) => content)
  }

  /**
   * What a rebuild may show. `keepsBytes`: no byte was reclaimed meanwhile. Where bytes go at once, one that was replaced by what
   * only the database knew may be back or gone; what nothing replaced must be there in any case.
   */
  afterRebuild(span: Span, keepsBytes: boolean): readonly (Content | undefined)[] {
    return this.#states(span).flatMap(({ content, later }) => {
      const blobs = later.filter(({ isBlob }) => isBlob)
      const noted = later.filter(({ isNoted }) => isNoted).map((step) => step.content)
      const open = blobs.filter(({ heard }) => heard === undefined)
      const last = blobs.findLast(({ heard }) => heard !== undefined)
      const sure = last === undefined ? content : last.content
      const shown = [...open.map((step) => step.content), ...noted, sure]
      const isSure = keepsBytes || later.length === 0 || later.at(-1) === last
      return isSure ? shown : [...shown, ...blobs.map((step) => step.content), content, undefined]
    })
  }

  #states({ from, to }: Span): readonly { content: Content | undefined; later: readonly Step[] }[] {
    const least = this.#steps.filter(({ heard }) => heard !== undefined && heard < from).length
    const most = this.#steps.filter(({ issued }) => issued <= to).length
    return this.#steps.slice(least - 1, most).map(({ content }, index) => {
      return { content, later: this.#steps.slice(least + index) }
    })
  }
}
