/** XML documents: their form, and what each operation wants of them. */
import { createHash } from 'node:crypto'
import { signed, type Area, type Ask } from './case.ts'
import { casesOf, type Row } from './row.ts'

const malformed = 'MalformedXML'
const schema =
  /^The XML you provided was not well-formed or did not validate against our published schema/

function put(query: string, body: string | Uint8Array, method = 'PUT'): Ask {
  const md5 = createHash('md5').update(body).digest('base64')
  return signed({
    method,
    path: '/negative',
    query: { [query]: '' },
    body,
    headers: { 'content-md5': md5 },
  })
}

const rule = (inner: string): string =>
  `<CORSConfiguration><CORSRule>${inner}</CORSRule></CORSConfiguration>`
const allowed = '<AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>'
const cors = rule(allowed)

/** The form of XML, with a document that would be right without the fault. */
const forms: Readonly<Record<string, string | Uint8Array>> = {
  'a document type': `<!DOCTYPE a>${cors}`,
  'an entity of its own': `<!DOCTYPE a [<!ENTITY x "*">]>${rule(allowed.replace('*', '&x;'))}`,
  'an entity from a file': `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${rule(allowed.replace('*', '&x;'))}`,
  'entities in entities': `<!DOCTYPE a [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>${cors}`,
  'an unknown entity': rule(allowed.replace('*', '&nbsp;')),
  'a character 0': rule(allowed.replace('*', '&#0;')),
  'half a surrogate pair': rule(allowed.replace('*', '&#xD800;')),
  'a character beyond Unicode': rule(allowed.replace('*', '&#x110000;')),
  'a control character': rule(allowed.replace('*', '\u0001')),
  'two roots': cors + cors,
  'junk behind the root': `${cors}junk`,
  'junk before the root': `junk${cors}`,
  'no end': cors.slice(0, -5),
  'crossed elements': rule(allowed).replace(
    '</CORSRule></CORSConfiguration>',
    '</CORSConfiguration></CORSRule>',
  ),
  'an attribute twice': cors.replace('<CORSRule>', '<CORSRule a="1" a="2">'),
  'an attribute without quotes': cors.replace('<CORSRule>', '<CORSRule a=1>'),
  'a name without its semicolon': rule(allowed.replace('*', '&lt')),
  'a number of twelve digits': rule(allowed.replace('*', '&#000000000042;')),
  'a capital X before hexadecimal digits': rule(allowed.replace('*', '&#X2A;')),
  'the end of a section outside of one': rule(allowed.replace('*', ']]>')),
  'the end of an element without its bracket': cors.replace('</CORSRule>', 'x/CORSRule>'),
  'more attributes than any document needs': cors.replace(
    '<CORSRule>',
    '<a b="" c="" d=""/>'.repeat(12_500) + '<CORSRule>',
  ),
  'more elements than any document needs': cors.replace(
    '<CORSRule>',
    '<a/>'.repeat(50_000) + '<CORSRule>',
  ),
  'an unclosed comment': `${cors}<!-- `,
  'an unclosed CDATA': cors.replace('*', '<![CDATA[*'),
  'a processing instruction': cors.replace('<CORSRule>', '<CORSRule><?php ?>'),
  'depth of fifty thousand': '<a>'.repeat(50_000),
  'UTF-16': Buffer.from(`\ufeff${cors}`, 'utf16le'),
  'bytes that are no UTF-8': Buffer.from(cors.replace('*', '\xff'), 'latin1'),
  'another encoding': `<?xml version="1.0" encoding="ISO-8859-1"?>${cors}`,
  'another version': `<?xml version="1.1"?>${cors}`,
  'another root': cors.replaceAll('CORSConfiguration', 'Configuration'),
  'text between elements': cors.replace('<CORSRule>', 'x<CORSRule>'),
  JSON: '{"CORSRules":[]}',
}

const formRows: readonly Row[] = [
  ...Object.entries(forms).map(([name, body]): Row => [
    name,
    put('cors', body),
    400,
    malformed,
    schema,
  ]),
  ['nothing', put('cors', ''), 400, 'MissingRequestBodyError', 'Request Body is empty'],
  [
    'more than 1 MiB',
    put('cors', `${cors}<!--${'x'.repeat(1024 * 1024)}-->`),
    400,
    'MaxMessageLengthExceeded',
  ],
  [
    'no digest',
    signed({ path: '/negative', query: { cors: '' }, body: cors }),
    400,
    'InvalidRequest',
  ],
  [
    'a digest of another document',
    signed({
      path: '/negative',
      query: { cors: '' },
      body: cors,
      headers: { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' },
    }),
    400,
    'BadDigest',
  ],
]

const corsRows: readonly Row[] = (
  [
    ['no rules', '<CORSConfiguration></CORSConfiguration>', malformed],
    ['no origin', rule('<AllowedMethod>GET</AllowedMethod>'), malformed],
    ['no method', rule('<AllowedOrigin>*</AllowedOrigin>'), malformed],
    ['an unknown method', rule(allowed.replace('GET', 'PATCH')), 'InvalidRequest'],
    ['a method in lower case', rule(allowed.replace('GET', 'get')), 'InvalidRequest'],
    ['OPTIONS', rule(allowed.replace('GET', 'OPTIONS')), 'InvalidRequest'],
    ['two wildcards in an origin', rule(allowed.replace('*', 'http://*.*')), 'InvalidRequest'],
    [
      'two wildcards in a header',
      rule(`${allowed}<AllowedHeader>x-*-*</AllowedHeader>`),
      'InvalidRequest',
    ],
    [
      'a wildcard among exposed headers',
      rule(`${allowed}<ExposeHeader>x-*</ExposeHeader>`),
      'InvalidRequest',
    ],
    [
      'a line end among exposed headers',
      rule(`${allowed}<ExposeHeader>a&#13;&#10;b</ExposeHeader>`),
      'InvalidRequest',
    ],
    ['an ID of 256 characters', rule(`<ID>${'a'.repeat(256)}</ID>${allowed}`), 'InvalidArgument'],
    ['an age that is no number', rule(`${allowed}<MaxAgeSeconds>soon</MaxAgeSeconds>`), malformed],
    [
      '101 rules',
      `<CORSConfiguration>${`<CORSRule>${allowed}</CORSRule>`.repeat(101)}</CORSConfiguration>`,
      'InvalidRequest',
    ],
  ] as const
).map(([name, body, code]) => [name, put('cors', body), 400, code])

const listed = (inner: string): string => `<Delete>${inner}</Delete>`
const object = (key: string): string => `<Object><Key>${key}</Key></Object>`

const deletionRows: readonly Row[] = [
  ['no keys', put('delete', listed(''), 'POST'), 400, malformed],
  ['1,001 keys', put('delete', listed(object('k').repeat(1001)), 'POST'), 400, malformed],
  [
    'a key of 17,000 characters',
    put('delete', listed(object('k'.repeat(17_000))), 'POST'),
    400,
    malformed,
  ],
  [
    'keys of 2 MiB together',
    put('delete', listed(object('k'.repeat(16_000)).repeat(132)), 'POST'),
    400,
    malformed,
  ],
  [
    'a version of 17,000 characters',
    put(
      'delete',
      listed(`<Object><Key>k</Key><VersionId>${'v'.repeat(17_000)}</VersionId></Object>`),
      'POST',
    ),
    400,
    malformed,
  ],
  ['an object without a key', put('delete', listed('<Object></Object>'), 'POST'), 400, malformed],
  [
    'a key twice',
    put('delete', listed('<Object><Key>a</Key><Key>b</Key></Object>'), 'POST'),
    400,
    malformed,
  ],
  [
    'Quiet that is no boolean',
    put('delete', listed(`<Quiet>maybe</Quiet>${object('k')}`), 'POST'),
    400,
    malformed,
  ],
  [
    'no digest',
    signed({
      method: 'POST',
      path: '/negative',
      query: { delete: '' },
      body: listed(object('object')),
    }),
    400,
    'InvalidRequest',
  ],
  [
    'more than 8 MiB',
    put('delete', `${listed(object('k'))}<!--${'x'.repeat(8 * 1024 * 1024)}-->`, 'POST'),
    400,
    'MaxMessageLengthExceeded',
  ],
]

export const documentAreas: readonly Area[] = [
  {
    name: 'the form of XML',
    control: put('cors', cors),
    controlStatus: 200,
    cases: casesOf(formRows),
  },
  {
    name: 'CORS configurations',
    control: put('cors', cors),
    controlStatus: 200,
    cases: casesOf(corsRows),
  },
  {
    name: 'lists of deletions',
    control: put('delete', listed(object('nothing')), 'POST'),
    controlStatus: 200,
    cases: casesOf(deletionRows),
  },
]
