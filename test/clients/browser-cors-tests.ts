/** What a browser makes of a bucket's CORS rules: two pages of other origins, and what each may do and see. */
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { after, before, it } from 'node:test'
import {
  CreateBucketCommand,
  DeleteBucketCorsCommand,
  DeleteObjectCommand,
  GetBucketCorsCommand,
  GetObjectCommand,
  PutBucketCorsCommand,
  PutObjectCommand,
  S3Client,
  type CORSRule,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { mebibyte } from '../../src/base/limits.ts'
import { policyFields } from '../harness/form.ts'
import type { TestServer } from '../harness/server.ts'
import { signedRequest } from '../harness/sign.ts'
import type { Site, Stage } from './browser.ts'

const Bucket = 'browser-cors'
const refused = { failed: 'TypeError' }

/** What each page may do and see, rule by rule. */
export function corsTests(stage: () => Stage): void {
  let server: TestServer
  let here: Site
  let there: Site
  let s3: S3Client

  before(async () => {
    ;({ server } = stage())
    ;[here, there] = stage().browser.sites
    const { endpoint, region, keys: credentials } = server
    const requestChecksumCalculation = 'WHEN_REQUIRED'
    s3 = new S3Client({
      endpoint,
      region,
      credentials,
      forcePathStyle: true,
      requestChecksumCalculation,
    })
    await s3.send(new CreateBucketCommand({ Bucket }))
  })
  after(() => s3.destroy())

  it('shares nothing where there are no rules', async () => {
    assert.deepEqual(await put(here, 'ruleless'), refused)
    await expectMissing('ruleless')
    await keep('ruleless')
    assert.deepEqual(await get(here, 'ruleless'), refused)
  })

  it('lets the named origin send what its rule allows, and no other', async () => {
    const headers = { 'content-type': 'text/plain' }
    await rules({
      AllowedOrigins: [here.origin],
      AllowedMethods: ['GET', 'PUT'],
      AllowedHeaders: ['content-*'],
    })
    const sent = await put(here, 'named', { headers })
    assert.deepEqual([sent.status, sent.type], [200, 'cors'])
    assert.match(sent.headers?.['etag'] ?? '', /^"[0-9a-f]{32}"$/)
    assert.equal((await get(here, 'named')).text, 'bytes')

    assert.deepEqual(await put(there, 'stranger'), refused)
    await expectMissing('stranger')
    assert.deepEqual(await get(there, 'named'), refused)
    assert.deepEqual(await put(here, 'header', { headers: { 'x-other': 'a' } }), refused)
    await expectMissing('header')
    const url = await getSignedUrl(s3, new DeleteObjectCommand({ Bucket, Key: 'named' }))
    assert.deepEqual(await ask(here, { url, method: 'DELETE' }), refused)
    assert.equal((await stored('named')).status, 200)
  })

  it('lets the page read why it was refused, also of a large body', async () => {
    await rules(everything(here.origin))
    const missing = await get(here, 'nothing')
    assert.deepEqual([missing.status, codeOf(missing)], [404, 'NoSuchKey'])
    const wrong = (await presigned('wrong')).replace(/(X-Amz-Signature=)../, '$1zz')
    for (const sizeBytes of [5, 12 * mebibyte]) {
      const answer = await ask(here, { url: wrong, method: 'PUT', sizeBytes })
      assert.deepEqual([answer.status, codeOf(answer)], [403, 'SignatureDoesNotMatch'])
    }
    await expectMissing('wrong')
  })

  it('takes wildcards, and an opaque origin by its name', async () => {
    await rules(everything('http://127.0.0.1:*'))
    assert.equal((await put(here, 'wild-1')).status, 200)
    assert.equal((await put(there, 'wild-2')).status, 200)
    assert.deepEqual(await put(here, 'wild-3', { step: 'askFromNowhere' }), refused)
    await rules(everything('null'))
    assert.equal((await put(here, 'null', { step: 'askFromNowhere' })).status, 200)
    await rules(everything('*'))
    assert.equal((await put(here, 'any', { step: 'askFromNowhere' })).status, 200)
    assert.deepEqual(await put(here, 'unnamed', { credentials: 'include' }), refused)
  })

  it('lets credentials go with an origin that is named', async () => {
    await rules(everything(here.origin))
    assert.equal((await put(here, 'with-credentials', { credentials: 'include' })).status, 200)
    assert.equal((await get(here, 'with-credentials', { credentials: 'include' })).text, 'bytes')
  })

  it('exposes what the rule names, or what an upload needs', async () => {
    const command = { Bucket, Key: 'exposed', Body: 'bytes', Metadata: { a: 'b' } }
    await s3.send(new PutObjectCommand(command))
    const named = async (rule: Partial<CORSRule>): Promise<unknown> => {
      await rules({ ...everything(here.origin), ...rule })
      const { headers } = await get(here, 'exposed', { cache: 'no-store' })
      return ['etag', 'x-amz-meta-a', 'x-amz-request-id'].filter((name) => headers?.[name])
    }
    assert.deepEqual(await named({}), ['etag', 'x-amz-request-id'])
    assert.deepEqual(await named({ ExposeHeaders: ['x-amz-meta-a'] }), ['x-amz-meta-a'])
  })

  it('lets the browser keep a preflight as long as the rule says', async () => {
    const asked = async (MaxAgeSeconds: number): Promise<number> => {
      await rules({ ...everything(here.origin), MaxAgeSeconds })
      const url = await presigned(`aged-${MaxAgeSeconds}`)
      const begun = await preflights()
      for (let time = 0; time < 3; time++) {
        assert.equal((await ask(here, { url, method: 'PUT', body: 'bytes' })).status, 200)
      }
      return (await preflights()) - begun
    }
    assert.deepEqual([await asked(600), await asked(0)], [1, 3])
  })

  it('keeps the answers to two origins apart in the cache of the browser', async () => {
    await rules(everything(here.origin), everything(there.origin))
    const url = await cached('twice')
    for (const site of [here, there, here]) {
      assert.equal((await ask(site, { url })).text, 'bytes')
      assert.equal((await ask(site, { url, cache: 'no-cache' })).text, 'bytes', 'asked again')
    }
  })

  it('keeps what was shown apart from what is read', async () => {
    await rules(everything(here.origin))
    const url = await cached('shown')
    assert.equal((await ask(here, { url, mode: 'no-cors' })).type, 'opaque')
    assert.equal((await ask(here, { url })).text, 'bytes')
  })

  it('stores a form whose policy is true, but shows the answer to no stranger', async () => {
    await rules(everything(here.origin))
    const { keys, region, endpoint } = server
    const conditions = [{ bucket: Bucket }, { key: 'form' }]
    const proof = policyFields({ conditions, keys, region, now: new Date(), version: 4 })
    const file = { name: 'a', type: 'text/plain', bytes: 'bytes' }
    const form = { url: `${endpoint}/${Bucket}`, fields: [['key', 'form'], ...proof], file }
    assert.deepEqual(await there.run('postForm', form), refused)
    assert.equal((await stored('form')).text, 'bytes')
  })

  it('reads its rules back, and shares nothing once they are deleted', async () => {
    const rule = { ...everything(here.origin), ID: 'one', MaxAgeSeconds: 1 }
    await rules(rule)
    const read = await s3.send(new GetBucketCorsCommand({ Bucket }))
    assert.deepEqual(read.CORSRules, [rule])
    await s3.send(new DeleteBucketCorsCommand({ Bucket }))
    await assert.rejects(s3.send(new GetBucketCorsCommand({ Bucket })), {
      name: 'NoSuchCORSConfiguration',
    })
    assert.deepEqual(await put(here, 'deleted'), refused)
    await expectMissing('deleted')
  })

  async function rules(...CORSRules: CORSRule[]): Promise<void> {
    await s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }))
  }

  async function presigned(Key: string): Promise<string> {
    return await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key }))
  }

  async function put(site: Site, key: string, more: Asking = {}): Promise<Seen> {
    const { step, ...options } = more
    const url = await presigned(key)
    return await ask(site, { url, method: 'PUT', body: 'bytes', ...options }, step)
  }

  async function get(site: Site, Key: string, more: object = {}): Promise<Seen> {
    const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key }))
    return await ask(site, { url, ...more })
  }

  async function keep(Key: string, more: object = {}): Promise<void> {
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'bytes', ...more }))
  }

  /** The address of an object that browsers may keep for a while. */
  async function cached(Key: string): Promise<string> {
    await keep(Key, { CacheControl: 'max-age=600' })
    return await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key }))
  }

  async function stored(key: string): ReturnType<typeof signedRequest> {
    return await signedRequest(server, { path: `/${Bucket}/${key}` })
  }

  async function expectMissing(key: string): Promise<void> {
    assert.equal((await stored(key)).status, 404, `${key} was stored`)
  }

  /** How many the server has logged: it logs in order, so all that came before a request of ours are there when that is. */
  async function preflights(): Promise<number> {
    const key = `mark-${Math.random()}`
    await stored(key)
    while (!server.log().includes(key)) await pause(10)
    return server.log().split('"OPTIONS ').length - 1
  }
}

/** What a request adds, and how it is made. */
type Asking = RequestInit & { readonly step?: string }

interface Seen {
  readonly status?: number
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly text?: string
}

async function ask(site: Site, request: object, step = 'ask'): Promise<Seen> {
  return (await site.run(step, request)) as Seen
}

function codeOf({ text = '' }: Seen): string | undefined {
  return /<Code>([^<]+)</.exec(text)?.[1]
}

function everything(origin: string): CORSRule {
  return { AllowedOrigins: [origin], AllowedMethods: ['GET', 'PUT', 'POST'], AllowedHeaders: ['*'] }
}
