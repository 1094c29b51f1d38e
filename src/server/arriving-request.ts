/** What node:http makes of the head of each request, without what nobody here asks for. */
import type { IncomingHttpHeaders } from 'node:http'
import { http } from '../base/http.ts'

const names = ['te', 'expect', 'content-length', 'transfer-encoding'] as const
type Framing = (typeof names)[number]
/** Most fields of a request have another length, and need not be looked at. */
const byLength: ReadonlyMap<number, Framing> = new Map(names.map((name) => [name.length, name]))

/**
 * A request whose `headers` has only what node:http looks at itself (`expect` in every request, `te` before HTTP/1.1) and what says how
 * the body comes. wire/headers.ts reads all fields from `rawHeaders`; to sort them by name here as well would be done twice.
 */
export class ArrivingRequest extends http.IncomingMessage {
  framing: IncomingHttpHeaders | undefined = undefined
}

// The types of node:http call `headers` a property, which no accessor of a class may stand in for.
Object.defineProperty(ArrivingRequest.prototype, 'headers', {
  get(this: ArrivingRequest): IncomingHttpHeaders {
    this.framing ??= framingOf(this.rawHeaders)
    return this.framing
  },
})

function framingOf(rawHeaders: readonly string[]): IncomingHttpHeaders {
  const fields: Partial<Record<Framing, string>> = {}
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const field = rawHeaders[at] ?? ''
    const value = rawHeaders[at + 1] ?? ''
    const name = byLength.get(field.length)
    if (name === undefined || field.toLowerCase() !== name) continue
    const before = fields[name]
    // Repeated, they are one list (RFC 9110, 5.3); a second length or encoding is refused by the parser.
    fields[name] = before === undefined ? value : `${before}, ${value}`
  }
  return fields
}
