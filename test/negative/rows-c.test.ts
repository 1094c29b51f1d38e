/** Section 1C: what went wrong elsewhere with names and paths. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { refuses, rowsOf, sent, signed, type Ask } from './case.ts'
import { inTarget } from './changes.ts'
import type { Scene } from './scene.ts'

const uri = { status: 400, code: 'InvalidURI' }
const argument = { status: 400, code: 'InvalidArgument' }
const climbing = ['../b/k', '%2e%2e/b/k', '..%2fb', 'a/../../k', '.%2e/k', 'a/%2e%2e%2f%2e%2e/k']

/** As it stands, whatever the signature says of it: the target is judged first. */
function raw(target: string): Ask {
  return signed({ path: '/negative/k', alter: inTarget(() => target) })
}

async function kept(scene: Scene, key: string): Promise<void> {
  const path = `/negative/${key}`
  assert.equal((await sent(scene, signed({ path, body: key }))).status, 200, key)
  assert.equal((await sent(scene, signed({ path }))).text, key)
}

async function listed(scene: Scene, query: Record<string, string>): Promise<readonly string[]> {
  const { text } = await sent(scene, signed({ path: '/negative', query }))
  return Array.from(text.matchAll(/<Key>([^<]*)<\/Key>/g), ([, key]) => key ?? '')
}

rowsOf('1C', (scene) => {
  for (const key of climbing) {
    it(`C01: the key ${key}`, async () => {
      await refuses(scene(), { ask: raw(`/negative/${key}`), ...uri })
    })
  }

  it('C01: what stays inside is a key like any other', async () => {
    await kept(scene(), 'x/../y')
    await kept(scene(), 'x/./y')
    await kept(scene(), 'y')
    await kept(scene(), '..%5ck')
    assert.equal((await sent(scene(), signed({ path: '/negative/x/../y' }))).text, 'x/../y')
  })

  for (const key of [...climbing, '%252e%252e%2f..', '..%2f?versionId=null', '%00']) {
    it(`C02: copied from ${key}`, async () => {
      const headers = { 'x-amz-copy-source': `/negative/${key}` }
      const ask = signed({ method: 'PUT', path: '/negative/copy', headers })
      const answer = await sent(scene(), ask)
      assert.ok(['InvalidArgument', 'NoSuchKey'].includes(answer.code ?? ''), answer.text)
      if (!key.includes('%25')) await refuses(scene(), { ask, ...argument })
    })
  }

  it('C03: one key, however its slash is written; an encoded percent is another', async () => {
    await kept(scene(), 'c03/b')
    assert.equal((await sent(scene(), signed({ path: '/negative/c03%2Fb' }))).text, 'c03/b')
    assert.equal((await sent(scene(), signed({ path: '/negative/c03%252Fb' }))).code, 'NoSuchKey')
  })

  for (const source of ['', '/', 'b', 'b/', '%', '%zz', '//', '?versionId=']) {
    it(`C04: copied from '${source}'`, async () => {
      const headers = { 'x-amz-copy-source': source }
      await refuses(scene(), {
        ask: signed({ method: 'PUT', path: '/negative/copy', headers }),
        ...argument,
      })
    })
  }

  it('C05: slashes in number, and NUL', async () => {
    await refuses(scene(), { ask: raw('/negative/%00'), ...uri })
    await refuses(scene(), { ask: raw('/%00'), ...uri })
    await kept(scene(), '/k')
    await kept(scene(), 'a//b')
    await kept(scene(), '//')
    assert.equal((await sent(scene(), signed({ path: '//' }))).status < 500, true)
    const many = signed({ path: `/negative${'/'.repeat(7000)}` })
    await refuses(scene(), { ask: many, status: 400, code: 'KeyTooLongError' })
  })

  it('C06: 1,024 bytes and one more, in UTF-8', async () => {
    await kept(scene(), 'k'.repeat(1024))
    const wide = '%C3%A4'.repeat(512)
    assert.equal(
      (await sent(scene(), signed({ path: `/negative/${wide}`, body: 'x' }))).status,
      200,
    )
    for (const key of ['k'.repeat(1025), `${wide}k`]) {
      const ask = signed({ path: `/negative/${key}`, body: 'x' })
      await refuses(scene(), { ask, status: 400, code: 'KeyTooLongError' })
    }
  })

  it('C07: characters that mean something to SQL', async () => {
    for (const key of ['c07%25', 'c07_', 'c07%5C', 'c07x', "c07'", 'c07%22']) {
      await sent(scene(), signed({ path: `/negative/${key}`, body: 'x' }))
    }
    assert.deepEqual(await listed(scene(), { prefix: 'c07%' }), ['c07%'])
    assert.deepEqual(await listed(scene(), { prefix: 'c07_' }), ['c07_'])
    assert.deepEqual(await listed(scene(), { prefix: 'c07\\' }), ['c07\\'])
    assert.deepEqual(await listed(scene(), { prefix: "c07'" }), ["c07'"])
  })

  it('C08: a key and what seems to lie below it', async () => {
    for (const key of ['c08', 'c08/', 'c08/b']) await kept(scene(), key)
    assert.deepEqual(await listed(scene(), { prefix: 'c08' }), ['c08', 'c08/', 'c08/b'])
    await sent(scene(), signed({ method: 'DELETE', path: '/negative/c08/' }))
    assert.deepEqual(await listed(scene(), { prefix: 'c08' }), ['c08', 'c08/b'])
  })

  it('C09: bytes that are no UTF-8; forms of one letter; order', async () => {
    for (const key of ['%ff', '%C3', '%ED%A0%80', '%C0%80'])
      await refuses(scene(), { ask: raw(`/negative/${key}`), ...uri })
    const keys = ['c09%C3%A4', 'c09a%CC%88', 'c09%EF%BF%BD', 'c09%F0%9F%98%80']
    for (const key of keys) await sent(scene(), signed({ path: `/negative/${key}`, body: 'x' }))
    const expected = ['c09a\u0308', 'c09\u00e4', 'c09\ufffd', 'c09\u{1f600}']
    assert.deepEqual(await listed(scene(), { prefix: 'c09' }), expected)
  })

  it('C10: a control character in a key', async () => {
    await sent(scene(), signed({ path: '/negative/c10%01', body: 'x' }))
    assert.deepEqual(await listed(scene(), { prefix: 'c10', 'encoding-type': 'url' }), ['c10%01'])
    const { text } = await sent(scene(), signed({ path: '/negative', query: { prefix: 'c10' } }))
    assert.ok(!text.includes('\u0001') && text.includes('c10&#x1;'))
  })

  it('C11: hosts and names that look like a bucket’s', async () => {
    const known = signed({ path: '/object', host: 'negative.localhost' })
    assert.equal((await sent(scene(), known)).text, '0123456789')
    for (const host of [
      'evilnegative.localhost',
      'negative.negative.localhost',
      'negative-.localhost',
      '.localhost',
      'xnegative.127.0.0.1',
    ]) {
      const { status, text } = await sent(scene(), signed({ path: '/object', host }))
      assert.ok(status >= 400 && status < 500 && !text.includes('0123456789'), `${host}: ${status}`)
    }
    const upper = await sent(scene(), signed({ path: '/object', host: 'NEGATIVE.LOCALHOST' }))
    assert.equal(upper.text, '0123456789')
    for (const name of [
      '192.168.0.1',
      'xn--a',
      'abc--x-s3',
      'Abc',
      'a..b',
      'abc.',
      'ab',
      'a'.repeat(64),
    ]) {
      const ask = signed({ method: 'PUT', path: `/${name}` })
      await refuses(scene(), { ask, status: 400, code: 'InvalidBucketName' })
    }
  })
})
