/** Section 1B: what went wrong elsewhere with authorisation and tenants. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { posted, refuses, rowsOf, sent, signed, type Ask } from './case.ts'
import { another, header } from './changes.ts'

const path = '/negative/object'
const nothing = header('authorization', undefined)
const denied = { status: 403, code: 'AccessDenied' }

rowsOf('1B', (scene) => {
  it('B01: a part copied from another account', async () => {
    const from = (source: string): Ask =>
      signed(({ uploadId }) => ({
        method: 'PUT',
        path: '/negative/upload',
        query: { uploadId, partNumber: '2' },
        headers: { 'x-amz-copy-source': source },
      }))
    await refuses(scene(), { ask: from('/guests/k'), ...denied })
    const parts = await sent(
      scene(),
      signed(({ uploadId }) => ({ path: '/negative/upload', query: { uploadId } })),
    )
    assert.doesNotMatch(parts.text, /<PartNumber>2</)
    assert.equal((await sent(scene(), from(path))).status, 200)
  })

  it('B02: conditions, versions and lists of versions of another account', async () => {
    const asks = [
      signed(({ guest }) => ({
        method: 'PUT',
        path: '/guests/copy',
        keys: guest,
        headers: { 'x-amz-copy-source': path, 'x-amz-copy-source-if-match': '*' },
      })),
      signed(({ guest }) => ({ path, query: { versionId: 'null' }, keys: guest })),
      signed(({ guest }) => ({ path: '/negative', query: { versions: '' }, keys: guest })),
      signed({ path: '/negative', query: { versions: '' }, alter: nothing }),
    ]
    for (const ask of asks) await refuses(scene(), { ask, ...denied })
    assert.equal(
      (await sent(scene(), signed({ path: '/negative', query: { versions: '' } }))).status,
      200,
    )
  })

  it('B03: forms that do not keep their policy', async () => {
    assert.equal((await sent(scene(), posted({}))).status, 204)
    const key = ['key', 'form/k'] as const
    const conditions = [{ bucket: 'negative' }, ['starts-with', '$key', 'form/']]
    const asks = [
      posted({ conditions: [{ bucket: 'guests' }, ['starts-with', '$key', '']] }),
      posted({ fields: [['key', 'other']] }),
      posted({ fields: [key, ['x-amz-meta-a', 'b']] }),
      posted({ life: -1 }),
      posted({ change: () => [] }),
      posted({ path: '/guests' }),
    ]
    for (const ask of asks) await refuses(scene(), { ask, ...denied })
    const large = posted({ conditions: [...conditions, ['content-length-range', 0, 1]] })
    await refuses(scene(), { ask: large, status: 400, code: 'EntityTooLarge' })
    const small = posted({ conditions: [...conditions, ['content-length-range', 100, 200]] })
    await refuses(scene(), { ask: small, status: 400, code: 'EntityTooSmall' })
  })

  for (const name of ['.sys', '.minio.sys', '..', '.', '-']) {
    it(`B04: the bucket ${name}`, async () => {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const ask = signed({ method, path: `/${name}` })
        await refuses(scene(), { ask, status: 400, code: 'InvalidBucketName' })
      }
    })
  }

  it('B07: no way in beside S3', async () => {
    const paths = [
      '/minio/admin/v3/info',
      '/metrics',
      '/admin',
      '/-/metrics',
      '/_health',
      '/debug/pprof',
      '/rustfs/console',
      '/api/v1',
    ]
    for (const target of paths) {
      const { status } = await sent(scene(), signed({ path: target, alter: nothing }))
      // To whoever is nobody these are buckets that are not there.
      assert.ok([400, 403, 404].includes(status), `${target}: ${status}`)
    }
    const alive = await sent(scene(), signed({ path: '/-/live', alter: nothing }))
    assert.deepEqual([alive.status, alive.text], [200, 'ok\n'])
  })

  it('B08: headers named as conditions of policies are', async () => {
    const headers = { userid: 'root', groups: 'admin', 'aws-userid': 'root', username: 'root' }
    const ask = signed(({ guest }) => ({ path, headers, keys: guest }))
    await refuses(scene(), { ask, ...denied })
  })

  it('B11: an upload’s id at another key, in another bucket, for another account', async () => {
    for (const target of ['/negative/other', '/negative/upload/', '/negative/Upload']) {
      for (const [method, query] of [
        ['PUT', { partNumber: '1' }],
        ['GET', {}],
        ['DELETE', {}],
      ] as const) {
        const ask = signed(({ uploadId }) => ({
          method,
          path: target,
          query: { uploadId, ...query },
          ...(method === 'PUT' && { body: 'x' }),
        }))
        await refuses(scene(), { ask, status: 404, code: 'NoSuchUpload' })
      }
    }
    const ofGuest = signed(({ uploadId, guest }) => ({
      path: '/guests/upload',
      query: { uploadId },
      keys: guest,
    }))
    await refuses(scene(), { ask: ofGuest, status: 404, code: 'NoSuchUpload' })
  })

  it('B13: pages of other origins, and answers that a stranger would shape', async () => {
    const answer = await sent(
      scene(),
      signed({ path, alter: another('Origin', 'https://evil.example') }),
    )
    assert.equal(answer.status, 200)
    for (const name of ['origin', 'credentials']) {
      assert.equal(answer.headers[`access-control-allow-${name}`], undefined)
    }
    const query = { 'response-content-type': 'text/html' }
    const strange = await sent(scene(), signed({ path, query, alter: nothing }))
    assert.ok(strange.status === 403 || strange.status === 400, strange.text)
  })
})
