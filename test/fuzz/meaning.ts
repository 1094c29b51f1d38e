/** What a request means, read a second time and as simply as can be, so that the reader under test is not its own judge. */
import type { WireRequest } from '../harness/raw.ts'

/** Equal for requests that nobody could tell apart once escapes are resolved and insignificant space is gone. */
export function meaningOf({ method, target, headers }: WireRequest): string {
  const mark = target.indexOf('?')
  // A doubled first slash names the same bucket (wire/address.ts says which client sends it).
  const path = (mark < 0 ? target : target.slice(0, mark)).replace(/^\/\//, '/')
  const query = mark < 0 ? '' : target.slice(mark + 1)
  const fields = query.split('&').filter((field) => field !== '')
  const pairs = fields.map((field) => {
    const [name = '', ...value] = field.split('=')
    return `${unescaped(name)}=${unescaped(value.join('='))}`
  })
  const lines = headers.map(([name, value]) => `${name.toLowerCase()}:${spaced(name, value)}`)
  return JSON.stringify([method, unescaped(path), pairs.toSorted(), lines.toSorted()])
}

function unescaped(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

/** Runs of spaces are one (SigV4); around the commas of the Authorization header there may be any. */
function spaced(name: string, value: string): string {
  const single = value.replaceAll(/[ \t]+/g, ' ').trim()
  if (name.toLowerCase() !== 'authorization') return single
  return single.replaceAll(/ ?([,=]) ?/g, '$1')
}
