/** The same for SigV2, which signs less: the path, some parameters, three headers and the date. */
import type { Headers } from '../../wire/exchange.ts'
import { percentDecode, percentEncodePath } from '../../wire/percent.ts'
import type { SuspectV2 } from '../mismatch.ts'
import { signV2 } from '../proof.ts'
import { isSame } from '../same.ts'
import { stringsToSign } from '../v2-string-to-sign.ts'
import { shown, type Alternative } from './alternative.ts'
import type { CauseName } from './causes.ts'

type Found = Pick<Alternative, 'cause' | 'facts'>

interface Attempt extends Found {
  readonly suspect: SuspectV2
}

/** `spend` says whether there is room for one more. */
export function diagnoseV2(suspect: SuspectV2, spend: () => boolean): readonly Found[] | undefined {
  for (const { suspect: other, cause, facts } of attempts(suspect)) {
    if (!spend()) return undefined
    const texts = stringsToSign(other.claim, other.exchange, other.address)
    const { signature } = suspect.claim
    if (texts.some((text) => isSame(signature, signV2(other.key, text)))) {
      return [{ cause, ...(facts && { facts }) }]
    }
  }
  return undefined
}

function* attempts(suspect: SuspectV2): Generator<Attempt> {
  const { key, exchange, address } = suspect
  for (const [cause, secret] of secrets(key.secretAccessKey)) {
    yield { cause, suspect: { ...suspect, key: { ...key, secretAccessKey: secret } } }
  }
  for (const [cause, rawPath] of paths(address.rawPath)) {
    const facts = { signedPath: shown(rawPath), arrivedPath: shown(address.rawPath) }
    yield { cause, facts, suspect: { ...suspect, address: { ...address, rawPath } } }
  }
  for (const [header, value] of types(exchange.headers)) {
    const cause = header === 'content-type' ? 'content-type-changed' : 'header-removed'
    const headers = replaced(exchange.headers, header, value)
    yield { cause, facts: { header }, suspect: { ...suspect, exchange: { ...exchange, headers } } }
  }
  for (const method of ['GET', 'HEAD', 'PUT', 'POST']) {
    if (method === exchange.method) continue
    const facts = { signedMethod: method, arrivedMethod: exchange.method }
    yield {
      cause: 'method-changed',
      facts,
      suspect: { ...suspect, exchange: { ...exchange, method } },
    }
  }
}

function* secrets(secret: string): Generator<readonly [CauseName, string]> {
  for (const space of ['\n', '\r\n', ' ']) yield ['secret-white-space', secret + space]
  yield ['secret-white-space', secret.trim()]
  for (const quote of ['"', "'"]) yield ['secret-quoted', quote + secret + quote]
  yield ['secret-encoded', encodeURIComponent(secret.toWellFormed())]
  yield ['secret-encoded', secret.replaceAll('+', ' ')]
}

function* paths(rawPath: string): Generator<readonly [CauseName, string]> {
  yield ['path-decoded', rawPath.replaceAll('%', '%25')]
  const once = percentDecode(rawPath)
  yield ['path-encoded', once]
  yield ['path-encoded', percentEncodePath(once)]
  yield ['slash-added', rawPath.replaceAll(/\/{2,}/g, '/')]
  yield ['slash-end', rawPath.endsWith('/') ? rawPath.slice(0, -1) : `${rawPath}/`]
  const second = rawPath.indexOf('/', 1)
  if (second > 0) yield ['prefix-added', rawPath.slice(second)]
}

function* types(headers: Headers): Generator<readonly [string, string]> {
  const [type = ''] = (headers.get('content-type') ?? '').split(';')
  for (const value of [
    type.trim(),
    `${type.trim()}; charset=utf-8`,
    `${type.trim()}; charset=UTF-8`,
  ]) {
    yield ['content-type', value]
  }
  for (const value of ['', 'application/octet-stream', 'application/x-www-form-urlencoded']) {
    yield ['content-type', value]
  }
  yield ['content-md5', '']
}

function replaced(headers: Headers, name: string, value: string): Headers {
  return {
    get: (other) => (other === name ? value : headers.get(other)),
    all: (other) => (other === name ? [value] : headers.all(other)),
    names: () => headers.names(),
  }
}
