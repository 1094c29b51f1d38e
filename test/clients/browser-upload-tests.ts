/** A page of another origin uploads: in parts with presigned URLs, by the guide's own code, and by forms. */
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { PutBucketCorsCommand, S3Client, type PutBucketCorsRequest } from '@aws-sdk/client-s3'
import { mebibyte } from '../../src/base/limits.ts'
import { policyFields, type Field } from '../harness/form.ts'
import type { TestServer } from '../harness/server.ts'
import { signedRequest } from '../harness/sign.ts'
import { guideCode, pickedFile, signedBucket, type Site, type Stage } from './browser.ts'
import { multipartETag } from './bytes.ts'

const Bucket = signedBucket
const bytes = pickedFile
const sizes = [0, 5, 10, 15].map((start) => start * mebibyte)
const etag = multipartETag(sizes.map((start) => bytes.subarray(start, start + 5 * mebibyte)))

/** Uploads in parts by the guide's code, and forms. */
export function uploadTests(stage: () => Stage): void {
  let server: TestServer
  let site: Site

  before(async () => {
    ;({ server } = stage())
    ;[site] = stage().browser.sites
    await signedRequest(server, { method: 'PUT', path: `/${Bucket}` })
    await allow(server, site.origin)
  })
  // A form has led the page to the server.
  after(() => site.page.goto(`${site.origin}/`))

  it('uploads in parts, in parallel and last first, and reads ETags and checksums', async () => {
    const whole = (await site.run('uploadWhole', { key: 'whole' })) as Record<string, unknown>
    assert.equal(whole['etag'], etag)
    assert.deepEqual(
      (whole['sent'] as number[]).toSorted((a, b) => a - b),
      [1, 2, 3, 4],
    )
    assert.ok(bytes.equals((await stored('whole')).body))
  })

  it('reads a range across two parts', async () => {
    const range = `bytes=${5 * mebibyte - 3}-${5 * mebibyte + 4}`
    const seen = await site.run('readRange', { key: 'whole', range })
    const hex = bytes.subarray(5 * mebibyte - 3, 5 * mebibyte + 5).toString('hex')
    assert.deepEqual(seen, { status: 206, etag, hex })
  })

  it('is aborted in the middle and goes on with what is missing', async () => {
    const seen = (await site.run('uploadInTwo', { key: 'two' })) as Record<string, unknown>
    assert.equal(seen['failed'], 'AbortError')
    const [first, second] = [seen['first'] as number[], seen['second'] as number[]]
    assert.ok(first.length > 0 && second.length < 4, `${first.join()} and then ${second.join()}`)
    assert.ok(first.every((number) => !second.includes(number)))
    assert.equal(seen['etag'], etag)
    assert.ok(bytes.equals((await stored('two')).body))
  })

  it('gives an upload up', async () => {
    const { statuses, text } = (await site.run('giveUp', { key: 'given-up' })) as Given
    assert.deepEqual(statuses, [200, 204, 404])
    assert.match(text, /<Code>NoSuchUpload</)
    assert.equal((await stored('given-up')).status, 404)
  })

  it('sends a form by script and reads the answer', async () => {
    const typed = ['Content-Type', 'text/plain'] as const
    const fields = formFields(server, [['success_action_status', '201'], typed])
    // Its own type counts for nothing, as with S3.
    const file = { name: 'ünï "quoted".txt', type: 'image/png', bytes: 'by script' }
    const seen = (await site.run('postForm', { url: place(), fields, file })) as Seen
    assert.equal(seen.status, 201)
    const { body, headers } = await stored(encodeURI('forms/ünï %22quoted%22.txt'))
    assert.equal(body.toString(), 'by script')
    assert.equal(headers['content-type'], 'text/plain')
    assert.equal(seen.headers['etag'], headers['etag'])
    assert.match(seen.text, /<PostResponse.*<Key>forms\/ünï %22quoted%22\.txt</s)
  })

  it('sends a form whose policy says no, and reads why', async () => {
    const fields = formFields(server, [['x-amz-meta-more', 'unsigned']])
    const file = { name: 'no', type: 'text/plain', bytes: 'x' }
    const seen = (await site.run('postForm', { url: place(), fields, file })) as Seen
    assert.equal(seen.status, 403)
    assert.match(seen.text, /<Code>AccessDenied<.*Extra input fields: x-amz-meta-more/s)
    assert.equal((await stored('forms/no')).status, 404)
  })

  it('submits a form and lands on the page that it names', async () => {
    const fields = formFields(server, [['success_action_redirect', `${site.origin}/done?a=b`]])
    // Playwright needs seconds for every MiB that it hands over.
    const picked = bytes.subarray(0, mebibyte)
    const { page } = await submit({ fields, name: 'big.bin', buffer: picked })
    await page.waitForURL(/\/done/)
    const { headers, body } = await stored('forms/big.bin')
    const found = Object.fromEntries(new URL(page.url()).searchParams)
    assert.deepEqual(found, {
      a: 'b',
      bucket: Bucket,
      key: 'forms/big.bin',
      etag: headers['etag'] ?? '',
    })
    assert.ok(picked.equals(body))
  })

  it('submits a form and shows the document that it asked for', async () => {
    const fields = formFields(server, [['success_action_status', '201']])
    const { page } = await submit({ fields, name: 'empty', buffer: Buffer.alloc(0) })
    await page.waitForURL(/:\d+\/browser-upload$/)
    const key = await page.evaluate('document.querySelector("PostResponse > Key").textContent')
    assert.equal(key, 'forms/empty')
    assert.equal((await stored('forms/empty')).status, 200)
  })

  function place(): string {
    return `${server.endpoint}/${Bucket}`
  }

  /** As the owner has it, without a browser. */
  async function stored(key: string): ReturnType<typeof signedRequest> {
    return await signedRequest(server, { path: `/${Bucket}/${key}` })
  }

  async function submit({ fields, name, buffer }: Submitted): Promise<Site> {
    await site.page.goto(`${site.origin}/`)
    await site.run('showForm', { url: place(), fields })
    const mimeType = 'application/x-picked'
    await site.page.setInputFiles('input[type=file]', { name, mimeType, buffer })
    await site.page.click('button')
    return site
  }
}

interface Seen {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

interface Given {
  readonly statuses: readonly number[]
  readonly text: string
}

interface Submitted {
  readonly fields: readonly Field[]
  readonly name: string
  readonly buffer: Buffer
}

/** The guide's rules for the page's own origin, by the SDK. */
async function allow(server: TestServer, origin: string): Promise<void> {
  const said = await guideCode('cors.json')
  const rules = said.replace('https://app.example.com', origin)
  assert.notEqual(rules, said)
  const { endpoint, region, keys: credentials } = server
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
  const CORSConfiguration = JSON.parse(rules) as PutBucketCorsRequest['CORSConfiguration']
  await s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration }))
  s3.destroy()
}

/** The fields that prove a policy for keys under `forms/`; of `more` it says nothing of metadata. */
function formFields({ keys, region }: TestServer, more: readonly Field[]): readonly Field[] {
  const conditions = [
    { bucket: Bucket },
    ['starts-with', '$key', 'forms/'],
    ['content-length-range', 0, 20 * mebibyte],
    ...more
      .filter(([name]) => !name.startsWith('x-amz-meta-'))
      .map(([name, value]) => ({ [name]: value })),
  ]
  const proof = policyFields({ conditions, keys, region, now: new Date(), version: 4 })
  return [['key', 'forms/${filename}'], ...proof, ...more]
}
