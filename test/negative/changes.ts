/** What a table of refusals does to a request after it was signed. */
import type { WireRequest } from '../harness/raw.ts'
import { withHeader } from '../harness/sign.ts'

type Change = (request: WireRequest) => WireRequest

/** A header field set to `value`, or removed. */
export function header(name: string, value: string | undefined): Change {
  return (request) => withHeader(request, name, value)
}

/** A further field, also where there is one of that name. */
export function another(name: string, value: string): Change {
  return (request) => ({ ...request, headers: [...request.headers, [name, value]] })
}

/** The field's value, changed. */
export function inHeader(name: string, change: (value: string) => string): Change {
  return (request) => ({
    ...request,
    headers: request.headers.map(([field, value]) =>
      field.toLowerCase() === name ? [field, change(value)] : [field, value],
    ),
  })
}

export function inTarget(change: (target: string) => string): Change {
  return (request) => ({ ...request, target: change(request.target) })
}

/** A parameter of the query set to `value`, or removed. */
export function parameter(name: string, value: string | undefined): Change {
  return inTarget((target) => {
    const [path = '', query = ''] = target.split(/\?(.*)/s)
    const others = query.split('&').filter((field) => !field.startsWith(`${name}=`))
    const fields = value === undefined ? others : [...others, `${name}=${value}`]
    return `${path}?${fields.join('&')}`
  })
}

/** The body as text, changed; Content-Length follows. */
export function inBody(change: (body: string) => string): Change {
  return (request) => {
    const text = change(Buffer.from(request.body ?? '').toString('latin1'))
    const body = Buffer.from(text, 'latin1')
    const changed = { ...request, body }
    const isSized = request.headers.some(([name]) => name === 'content-length')
    return isSized ? withHeader(changed, 'content-length', String(body.length)) : changed
  }
}

export function both(one: Change, other: Change): Change {
  return (request) => other(one(request))
}
