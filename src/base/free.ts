/**
 * Memory given back by hand. Bytes outside of V8's heap count against a limit of V8's own, and to find those that nobody
 * needs any more it collects its whole heap, several times a second where bodies pass.
 *
 * Big buffers are used again, since fresh ones are zeroed page by page. Nobody sees another one's bytes by it: a buffer is
 * given back by moving its memory to a new owner, and whoever still holds a view of the old one finds a length of 0.
 */
import { kibibyte, mebibyte } from './limits.ts'

/** A mebibyte of content, with room for what a file has around it. */
export const bigBufferBytes: number = mebibyte + 64 * kibibyte
/** More of them than this are not kept. */
const keptMax = 8

const kept: ArrayBuffer[] = []
/** The one view by which a buffer is given back, and who wants to know of it. */
const soleViews = new WeakMap<ArrayBufferLike, Sole>()

interface Sole {
  readonly view: Uint8Array
  readonly freed: (() => void) | undefined
}

/** A buffer of `bigBufferBytes`, its content unspecified: whoever takes it hands on what it has written, and nothing else. */
export function bigBuffer(): Buffer {
  return Buffer.from(kept.pop() ?? Buffer.allocUnsafeSlow(bigBufferBytes).buffer)
}

/** Says that `view` is all that is still used of its buffer: with it the whole of it is freed, and `freed` called. Answers the view. */
export function sole<View extends Uint8Array>(view: View, freed?: () => void): View {
  soleViews.set(view.buffer, { view, freed })
  return view
}

/**
 * Frees `bytes` now, where they are alone in their buffer or the only view of it that is still used. Nobody may use them
 * any more: their length is 0 from here on.
 */
export function free(bytes: Uint8Array): void {
  const { buffer } = bytes
  if (!(buffer instanceof ArrayBuffer) || buffer.detached) return
  const sole = soleViews.get(buffer)
  if (buffer.byteLength !== bytes.length && sole?.view !== bytes) return
  const isKept = buffer.byteLength === bigBufferBytes && kept.length < keptMax
  const moved = isKept ? buffer.transfer() : buffer.transfer(0)
  if (isKept) kept.push(moved)
  sole?.freed?.()
}
