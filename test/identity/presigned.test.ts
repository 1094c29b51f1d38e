/** The life of a presigned URL, and parameters that are not what they should be. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exampleKey } from '../harness/exchange.ts'
import { signV2 } from '../harness/sign-v2.ts'
import { ask, minutes, now, refused, signed } from './asking.ts'

const lives: Array<[string | undefined, RegExp]> = [
  ['-1', /^X-Amz-Expires must be non-negative$/],
  ['0x10', /^X-Amz-Expires should be a number$/],
  ['1e3', /^X-Amz-Expires should be a number$/],
  ['abc', /^X-Amz-Expires should be a number$/],
  [
    '604801',
    /^X-Amz-Expires must be less than a week \(in seconds\); that is, the given X-Amz-Expires must be less than 604800 seconds$/,
  ],
  [undefined, /^Query-string authentication version 4 requires/],
]

for (const [expires, message] of lives) {
  test(`A15: X-Amz-Expires of ${expires}`, async () => {
    const request = await signed({ presign: 60 })
    const field = expires === undefined ? '' : `&X-Amz-Expires=${expires}`
    const target = request.target.replace('&X-Amz-Expires=60', field)
    assert.notEqual(target, request.target)
    refused({ ...request, target }, 'AuthorizationQueryParametersError', message)
  })
}

test('A15: a presigned URL lives from its date to its end', async () => {
  ask(await signed({ presign: 604_800, date: minutes(-7 * 24 * 60 + 1) }))
  const detail = refused(
    await signed({ presign: 60, date: minutes(-1) }),
    'AccessDenied',
    /^Request has expired$/,
  )
  assert.deepEqual(detail, {
    'X-Amz-Expires': 60,
    Expires: '2026-11-20T12:00:00Z',
    ServerTime: '2026-11-20T12:00:00Z',
  })
  ask(await signed({ presign: 60, date: minutes(15) }))
  refused(
    await signed({ presign: 60, date: minutes(16) }),
    'AccessDenied',
    /^Request is not valid yet$/,
  )
})

test('parameters of a presigned URL come once', async () => {
  const request = await signed({ presign: 60 })
  const target = `${request.target}&X-Amz-Expires=60`
  refused({ ...request, target }, 'AuthorizationQueryParametersError')
})

test('a space that was signed as %20 may arrive as a plus, a plus as nothing but its escape', async () => {
  const query = { 'response-content-disposition': 'attachment; filename="a b+c"' }
  const v4 = await signed({ presign: 60, query })
  const disposition = encodeURIComponent(query['response-content-disposition'])
  const target = `/b/k?response-content-disposition=${disposition}`
  const v2 = signV2({ target, keys: exampleKey, date: now, expires: now.getTime() / 1000 + 60 })
  for (const request of [v4, v2]) {
    const spaced = request.target.replaceAll('%20', '+')
    assert.notEqual(spaced, request.target)
    ask({ ...request, target: spaced })
    const bare = request.target.replace('%2Bc', '+c')
    assert.notEqual(bare, request.target)
    refused({ ...request, target: bare }, 'SignatureDoesNotMatch')
  }
})
