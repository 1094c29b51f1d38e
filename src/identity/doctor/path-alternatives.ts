/** The path as a client may have signed it before something changed it. */
import { percentDecode, percentEncode, percentEncodePath } from '../../wire/percent.ts'
import { shown, type Alternative, type Scene } from './alternative.ts'
import type { CauseName } from './causes.ts'

/** Slashes at which a merged one is looked for. */
const slashesMax = 16

const usualPrefixes = ['/s3', '/storage', '/objects', '/ashlar', '/minio', '/api']

export function* pathAlternatives(scene: Scene): Generator<Alternative> {
  const arrived = scene.draft.path
  for (const [cause, path] of candidates(scene)) {
    if (path === arrived) continue
    const facts = { signedPath: shown(path), arrivedPath: shown(arrived) }
    yield { cause, facts, change: (draft) => ({ ...draft, path }) }
  }
}

type Candidate = readonly [cause: CauseName, path: string]

function* candidates(scene: Scene): Generator<Candidate> {
  const { path } = scene.draft
  const { rawPath } = scene.address
  yield ['path-decoded', percentEncodePath(rawPath)]
  yield ['path-decoded', path.replaceAll('%', '%25')]
  const once = decoded(rawPath)
  const twice = decoded(once)
  yield ['path-encoded', percentEncodePath(twice)]
  yield ['path-encoded', once.replaceAll(/[^!-~]/gu, (char) => percentEncode(char))]
  yield ['path-plus', path.replaceAll('%2B', '%20')]
  yield ['path-plus', path.replaceAll('%20', '%2B')]
  yield ['path-plus', path.replaceAll('%20', '+')]
  yield ['path-hex-case', path.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())]
  yield ['path-tilde', path.replaceAll('~', '%7E')]
  for (const form of ['NFC', 'NFD'] as const) {
    yield ['path-unicode', percentEncodePath(once.normalize(form))]
  }
  yield* slashes(path)
  yield* dots(path)
  yield* prefixes(scene)
}

function* slashes(path: string): Generator<Candidate> {
  yield ['slash-added', path.replaceAll(/\/{2,}/g, '/')]
  yield ['slash-end', path.endsWith('/') ? path.slice(0, -1) || '/' : `${path}/`]
  let at = path.indexOf('/', 1)
  for (let count = 0; at >= 0 && count < slashesMax; count++) {
    yield ['slash-merged', `${path.slice(0, at)}/${path.slice(at)}`]
    at = path.indexOf('/', at + 1)
  }
  yield ['slash-merged', `/${path}`]
}

/** One side resolved what the other took literally. */
function* dots(path: string): Generator<Candidate> {
  if (/\/\.{1,2}(?:\/|$)/.test(path)) yield ['dots-resolved', resolved(path)]
}

/** Without segments of dots. */
export function resolved(path: string): string {
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '.') kept.push(segment)
  }
  const text = kept.join('/')
  return text.startsWith('/') ? text : `/${text}`
}

function* prefixes({ draft: { path }, headers }: Scene): Generator<Candidate> {
  for (const name of ['x-forwarded-prefix', 'x-script-name']) {
    const prefix = headers.get(name)?.replace(/\/$/, '')
    if (prefix?.startsWith('/')) yield ['prefix-stripped', prefix + path]
  }
  for (const name of ['x-original-uri', 'x-original-url', 'x-forwarded-uri', 'x-rewrite-url']) {
    const target = headers.get(name)
    const [whole = ''] = (target ?? '').replace(/^https?:\/\/[^/]*/, '').split('?')
    if (whole.startsWith('/')) yield ['path-rewritten', percentEncodePath(decoded(whole))]
  }
  for (const prefix of usualPrefixes) yield ['prefix-stripped', prefix + path]
  const second = path.indexOf('/', 1)
  if (second > 0) yield ['prefix-added', path.slice(second)]
}

/** As it is where it cannot be decoded. */
function decoded(text: string): string {
  try {
    return percentDecode(text)
  } catch {
    return text
  }
}
