/**
 * The order of keys: code points, which is the order of their UTF-8 bytes. JavaScript's own comparison goes by UTF-16
 * code units and places U+E000…U+FFFF after everything beyond the basic plane, so it must not be used for keys.
 */

const highest = 0x10ffff
const lastBeforeSurrogates = 0xd7ff
const firstAfterSurrogates = 0xe000

/**
 * The least string that is greater than every string beginning with `prefix`; undefined when there is none (an empty
 * prefix, or nothing but U+10FFFF).
 */
export function successor(prefix: string): string | undefined {
  let end = prefix.length
  while (end > 0) {
    const point = pointBefore(prefix, end)
    const begin = end - (point > 0xffff ? 2 : 1)
    if (point < highest) return prefix.slice(0, begin) + String.fromCodePoint(next(point))
    end = begin
  }
  return undefined
}

/** Negative, zero or positive as `left` comes before, with or after `right` in the order of their UTF-8 bytes. */
export function compareKeys(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index)
    const b = right.charCodeAt(index)
    if (a !== b) return rank(a) - rank(b)
  }
  return left.length - right.length
}

/** The part of `key` up to the first delimiter after the prefix, which listings answer once; undefined without one. */
export function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '') return undefined
  const at = key.indexOf(delimiter, prefix.length)
  return at < 0 ? undefined : key.slice(0, at + delimiter.length)
}

function next(point: number): number {
  return point === lastBeforeSurrogates ? firstAfterSurrogates : point + 1
}

function pointBefore(text: string, end: number): number {
  const pair = end >= 2 ? (text.codePointAt(end - 2) ?? 0) : 0
  return pair > 0xffff ? pair : text.charCodeAt(end - 1)
}

/** Surrogates stand for code points above all that fit one unit: they are moved behind U+FFFF. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
