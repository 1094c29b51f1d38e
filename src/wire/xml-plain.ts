/** Items of a list that hold a few elements of plain text and nothing else: such a one is found in one step where it lies. */

/** Stands for itself, also between two quotes written as entities, which is how most clients write an ETag. */
const text = '([^<&\\]]*|&quot;[^<&\\]]*&quot;)'
const name = '([A-Za-z]\\w{0,63})'
/** Without attributes or a prefix. Its end names what its beginning named: group `at`. */
const element = (at: number): string => `<${name}>${text}</\\${at}>`
const item = new RegExp(`<${name}>${element(2)}(?:${element(4)})?(?:${element(6)})?</\\1>`, 'y')

const quote = '&quot;'
/** Of one item: less than one text may have, and more than a part or key in a list has. */
const charactersMax = 4096

export interface PlainItem {
  /** Names and texts in turn. */
  readonly pairs: readonly string[]
  readonly characters: number
  readonly entities: number
}

/** The item that stands at `from`; undefined where something else does, or an item of another form. */
export function plainItem(document: string, from: number, called: string): PlainItem | undefined {
  item.lastIndex = from
  const found = item.exec(document)
  if (found === null || found[1] !== called || found[0].length > charactersMax) return undefined
  const pairs: string[] = []
  let entities = 0
  for (let at = 2; at < found.length; at += 2) {
    const field = found[at]
    const value = found[at + 1]
    if (field === undefined || value === undefined) break
    const isQuoted = value.startsWith(quote)
    if (isQuoted) entities += 2
    pairs.push(field, isQuoted ? `"${value.slice(quote.length, -quote.length)}"` : value)
  }
  return { pairs, characters: found[0].length, entities }
}
