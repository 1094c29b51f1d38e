/** Section 1D: what HTTP lets through, and what a server of other people's data must not. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { it } from 'node:test'
import { descriptors } from '../harness/process.ts'
import { RawConnection, requestBytes } from '../harness/raw.ts'
import { signRequest } from '../harness/sign.ts'
import { until } from '../harness/until.ts'
import { refuses, rowsOf, sent, signed, signedV2 } from './case.ts'
import { another, header, inTarget } from './changes.ts'
import type { Scene } from './scene.ts'

const host = 'Host: x\r\n'
const put = `PUT /negative/d HTTP/1.1\r\n${host}`
const chunks = '3\r\nabc\r\n0\r\n\r\n'
const path = '/negative/object'

/** A second request behind each: it must never be answered. */
const smuggled = `GET /-/live HTTP/1.1\r\n${host}\r\n`

const broken: Readonly<Record<string, string>> = {
  'a length and chunks': `${put}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`,
  'two lengths': `${put}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc`,
  'two lengths alike': `${put}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc`,
  'a length with a sign': `${put}Content-Length: +3\r\n\r\nabc`,
  'a length in hex': `${put}Content-Length: 0x3\r\n\r\nabc`,
  'a list of lengths': `${put}Content-Length: 3, 3\r\n\r\nabc`,
  'a space before the colon': `${put}Content-Length : 3\r\n\r\nabc`,
  'a folded line': `${put}X-A: b\r\n c\r\nContent-Length: 3\r\n\r\nabc`,
  'a bare LF': `${put}X-A: b\nContent-Length: 3\r\n\r\nabc`,
  'a bare CR': `${put}X-A: b\rX-B: c\r\n\r\n`,
  'a NUL': `${put}X-A: b\0c\r\n\r\n`,
  'a NUL in the target': `GET /a\0b HTTP/1.1\r\n${host}\r\n`,
  'a space in the target': `GET /a b HTTP/1.1\r\n${host}\r\n`,
  'two codings': `${put}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`,
  'chunked, identity': `${put}Transfer-Encoding: chunked, identity\r\n\r\n${chunks}`,
  xchunked: `${put}Transfer-Encoding: xchunked\r\n\r\n${chunks}`,
  'identity, chunked': `${put}Transfer-Encoding: identity, chunked\r\n\r\n${chunks}`,
  'another version': `GET / HTTP/3.7\r\n${host}\r\n`,
  'no request at all': 'HELLO\r\n\r\n',
}

async function breaks(scene: Scene, bytes: string): Promise<string | undefined> {
  await using connection = await RawConnection.open(scene.server)
  connection.send(bytes + smuggled)
  const { status, code } = await connection.answer('PUT')
  assert.equal(status, 400, code ?? '')
  return code
}

rowsOf('1D', (scene) => {
  for (const [name, bytes] of Object.entries(broken)) {
    const row = name === 'identity, chunked' ? 'D02' : 'D01'
    it(`${row}: ${name}; the connection ends, and what follows is never served`, async () => {
      await using connection = await RawConnection.open(scene().server)
      connection.send(bytes + smuggled)
      const { status } = await connection.answer('PUT')
      assert.equal(status, 400)
      if (row === 'D01') {
        await connection.closed()
        assert.ok(connection.ended, 'a second answer')
      }
    })
  }

  it('D03, D04: fields that come twice', async () => {
    const names = {
      Host: 'InvalidRequest',
      Authorization: 'InvalidArgument',
      'x-amz-date': 'InvalidArgument',
      'x-amz-content-sha256': 'InvalidArgument',
      'Content-MD5': 'InvalidArgument',
    }
    for (const [name, code] of Object.entries(names)) {
      const alter = (
        request: Parameters<ReturnType<typeof header>>[0],
      ): ReturnType<ReturnType<typeof header>> => another(name, 'b')(header(name, 'a')(request))
      await refuses(scene(), { ask: signed({ path, alter }), status: 400, code })
    }
  })

  it('D05: absolute targets and fragments', async () => {
    for (const target of [
      'http://evil.example/negative/object',
      '/negative/object#fragment',
      'negative/object',
    ]) {
      const ask = signed({ path, alter: inTarget(() => target) })
      const answer = await sent(scene(), ask)
      assert.equal(answer.status, 400)
      if (target !== 'negative/object') assert.equal(answer.code, 'InvalidURI')
    }
  })

  it('D06: 2,500 fields', async () => {
    const fields = Array.from({ length: 2500 }, () => 'a:\r\n').join('')
    assert.equal(
      await breaks(scene(), `GET / HTTP/1.1\r\n${host}${fields}\r\n`),
      'RequestHeaderSectionTooLarge',
    )
  })

  it('D07: a head and a target of more than 16 KB', async () => {
    const long = 'x'.repeat(17_000)
    assert.equal(
      await breaks(scene(), `GET / HTTP/1.1\r\n${host}a: ${long}\r\n\r\n`),
      'RequestHeaderSectionTooLarge',
    )
    assert.equal(
      await breaks(scene(), `GET /${long} HTTP/1.1\r\n${host}\r\n`),
      'RequestHeaderSectionTooLarge',
    )
  })

  it('D08: HTTP/1.0 with chunks, or without a host', async () => {
    assert.equal(
      await breaks(scene(), `PUT / HTTP/1.0\r\n${host}Transfer-Encoding: chunked\r\n\r\n${chunks}`),
      'InvalidRequest',
    )
    assert.equal(await breaks(scene(), 'GET / HTTP/1.0\r\n\r\n'), 'InvalidRequest')
  })

  it('D09: names that every object has', async () => {
    const headers = {
      'x-amz-meta-__proto__': 'a',
      'x-amz-meta-constructor': 'b',
      __proto__x: 'c',
      constructor: 'd',
    }
    const query = [
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ] as const
    assert.equal(
      (await sent(scene(), signed({ path: '/negative/d09', body: 'x', headers, query }))).status,
      200,
    )
    const answer = await sent(scene(), signed({ path: '/negative/d09' }))
    assert.deepEqual(
      [answer.headers['x-amz-meta-__proto__'], answer.headers['x-amz-meta-constructor']],
      ['a', 'b'],
    )
  })

  it('D10: bytes beyond ASCII in a value', async () => {
    const raw = Buffer.from('größe').toString('latin1')
    const headers = [['x-amz-meta-a', raw]] as const
    const plan = { method: 'PUT', target: '/negative/d10', headers, body: Buffer.from('x') }
    assert.equal((await sent(scene(), signedV2(plan))).status, 200)
    const answer = await sent(scene(), signed({ path: '/negative/d10' }))
    assert.equal(answer.headers['x-amz-meta-a'], '=?UTF-8?B?Z3LDtsOfZQ==?=')
  })

  it('D11: chunks that break off or lie', async () => {
    for (const body of [
      'zz\r\n',
      'ffffffffffffffffff\r\n',
      '3\nabc\n0\n\n',
      '3\r\nabcX',
      `3;${'x'.repeat(20_000)}\r\nabc\r\n0\r\n\r\n`,
    ]) {
      const request = await signRequest(scene().server, {
        path: '/negative/d11',
        body: 'x',
        payload: 'unsigned',
        httpChunked: true,
      })
      await using connection = await RawConnection.open(scene().server)
      connection.send(
        Buffer.concat([
          requestBytes({ ...request, body: Buffer.from(body) }),
          Buffer.from(smuggled),
        ]),
      )
      connection.finish()
      const { status, code } = await connection.answer('PUT')
      assert.deepEqual([status, code], [400, 'IncompleteBody'], JSON.stringify(body.slice(0, 20)))
    }
    assert.equal((await sent(scene(), signed({ path: '/negative/d11' }))).code, 'NoSuchKey')
  })

  it('D12: another expectation is none, as AWS has it', async () => {
    const ask = signed({ path: '/negative/written', body: 'x', alter: another('Expect', '200-ok') })
    const { status, interim } = await sent(scene(), ask)
    assert.deepEqual([status, interim], [200, []])
  })

  it('D13: a refusal is heard while 64 MiB are still being sent, which nobody reads', async () => {
    const sizeBytes = 64 * 1024 * 1024
    await using connection = await RawConnection.open(scene().server)
    connection.send(`${put}Content-Length: ${sizeBytes}\r\n\r\n`)
    connection.send(Buffer.alloc(sizeBytes))
    const answer = await connection.answer('PUT')
    assert.deepEqual(
      [answer.status, answer.code, answer.headers['connection']],
      [403, 'AccessDenied', 'close'],
    )
    await connection.closed().catch(() => undefined)
  })

  it('D15: half a body, and a client that ends its side after a whole one', async () => {
    const request = requestBytes(
      await signRequest(scene().server, { path: '/negative/d15', body: 'x'.repeat(1000) }),
    )
    const half = await RawConnection.open(scene().server)
    half.send(request.subarray(0, -500))
    await sleep(50)
    half.cut()
    await using whole = await RawConnection.open(scene().server)
    whole.send(request)
    whole.finish()
    assert.equal((await whole.answer('PUT')).status, 200)
    const read = await sent(scene(), signed({ path: '/negative/d15' }))
    assert.equal(read.body.length, 1000)
  })

  it('D16: line ends that would come back in a header', async () => {
    for (const name of ['disposition', 'type', 'language', 'encoding']) {
      const query = { [`response-content-${name}`]: 'a\r\nX-Injected: y' }
      const ask = signed({ path, query })
      await refuses(scene(), { ask, status: 400, code: 'InvalidArgument' })
    }
  })

  it('D18: idle connections cost a descriptor each, and give it back', async () => {
    const before = descriptors(scene().server.pid)
    const idle = await Promise.all(
      Array.from({ length: 200 }, () => RawConnection.open(scene().server)),
    )
    for (const connection of idle.slice(100)) connection.send('GET / HTTP/1.1\r\nHo')
    assert.equal((await sent(scene(), signed({ path }))).text, '0123456789')
    for (const connection of idle) connection.cut()
    assert.ok(await until(() => descriptors(scene().server.pid) <= before + 5))
  })
})
