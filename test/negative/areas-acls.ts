/** Documents that say who may do what: whatever is wrong with one has a name of its own. */
import { createHash } from 'node:crypto'
import { signed, type Area, type Ask } from './case.ts'
import { casesOf, type Row } from './row.ts'

const type = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"'
const owner = '<Owner><ID>whoever</ID></Owner>'
const grantee = `<Grantee ${type}><ID>whoever</ID></Grantee>`
const granted = `<Grant>${grantee}<Permission>READ</Permission></Grant>`
const document = (inner: string): string => `<AccessControlPolicy>${inner}</AccessControlPolicy>`
const list = (inner: string): string => `<AccessControlList>${inner}</AccessControlList>`
const whole = document(owner + list(granted))

const wrong: Readonly<Record<string, string | Uint8Array>> = {
  'no XML': 'private',
  'no end': whole.slice(0, -3),
  'another root': whole.replaceAll('AccessControlPolicy', 'Policy'),
  'a document type': `<!DOCTYPE a>${whole}`,
  'an unknown entity': whole.replace('whoever', '&nbsp;'),
  'an entity without its end': whole.replace('whoever', '&amp'),
  'bytes that are no UTF-8': Buffer.from(whole.replace('whoever', '\xff'), 'latin1'),
  'depth of fifty thousand': '<a>'.repeat(50_000),
  'two owners': document(owner + owner + list(granted)),
  'a permission twice': whole.replace('<Permission>', '<Permission>WRITE</Permission><Permission>'),
  'a grantee of no type': whole.replace(type, ''),
  'junk behind the root': `${whole}junk`,
  'no owner': document(list(granted)),
  nothing: document(''),
}

function put(path: string, body: string | Uint8Array): Ask {
  const md5 = createHash('md5').update(body).digest('base64')
  const query = { acl: '' }
  return signed({ method: 'PUT', path, query, body, headers: { 'content-md5': md5 } })
}

const rows = ['/negative', '/negative/object'].flatMap((path) =>
  Object.entries(wrong).map(([name, body]): Row => {
    const says = /^The XML you provided was not well-formed/
    return [`${name}, ${path}`, put(path, body), 400, 'MalformedACLError', says]
  }),
)

export const aclArea: Area = {
  name: 'access control lists',
  control: signed({
    method: 'PUT',
    path: '/negative/object',
    query: { acl: '' },
    headers: { 'x-amz-acl': 'private' },
  }),
  controlStatus: 200,
  cases: casesOf(rows),
}
