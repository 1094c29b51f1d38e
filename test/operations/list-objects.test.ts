/** ListObjects and ListObjectsV2: order, prefixes, pages, encodings. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type {
  ListObjectsInput,
  ListObjectsOutput,
  ListObjectsV2Input,
  ListObjectsV2Output,
} from '../../src/model/types.gen.ts'
import { listObjects } from '../../src/operations/list-objects.ts'
import { listObjectsV2 } from '../../src/operations/list-objects-v2.ts'
import { putObject } from '../../src/operations/put-object.ts'
import type { Service } from '../../src/operations/service.ts'
import { alice, bob, body, memoryService, refusal } from './memory-service.ts'

const filled = async (keys: readonly string[]): Promise<Service> => {
  const s3 = await (await memoryService()).on('photos')
  for (const Key of keys) await putObject({ Bucket: 'photos', Key, Body: body(Key) }, s3)
  return s3
}

const s3 = await filled([
  'a',
  'photos/1',
  'photos/2',
  'photos/sub/3',
  'photos0',
  'with space+plus',
  'z%',
  'ä/x',
  '\u{ffff}',
  '😀',
])
const v1 = async (input: Partial<ListObjectsInput>): Promise<ListObjectsOutput> =>
  await listObjects({ Bucket: 'photos', ...input }, s3)
const v2 = async (input: Partial<ListObjectsV2Input>, at = s3): Promise<ListObjectsV2Output> =>
  await listObjectsV2({ Bucket: 'photos', ...input }, at)

type Listed = Pick<ListObjectsOutput, 'Contents' | 'CommonPrefixes'>
const keys = (output: Listed): unknown => output.Contents?.map(({ Key }) => Key)
const prefixes = (output: Listed): unknown => output.CommonPrefixes?.map(({ Prefix }) => Prefix)

test('keys come in the order of their UTF-8 bytes, with what is known of them', async () => {
  const output = await v2({})
  const order = [
    'a',
    'photos/1',
    'photos/2',
    'photos/sub/3',
    'photos0',
    'with space+plus',
    'z%',
    'ä/x',
    '\u{ffff}',
    '😀',
  ]
  assert.deepEqual([keys(output), output.KeyCount, output.IsTruncated], [order, 10, false])
  const [first] = output.Contents ?? []
  assert.deepEqual(JSON.parse(JSON.stringify(first)), {
    Key: 'a',
    LastModified: '2026-11-21T10:00:00.000Z',
    ETag: '"0cc175b9c0f1b6a831c399e269772661"',
    ChecksumAlgorithm: ['CRC64NVME'],
    ChecksumType: 'FULL_OBJECT',
    Size: 1,
    StorageClass: 'STANDARD',
  })
  assert.equal(output.NextContinuationToken, undefined)
})

test('the owner stands in the first form always, in the second on demand', async () => {
  const owner = { ID: alice.canonicalId, DisplayName: 'alice' }
  assert.deepEqual((await v1({ Prefix: 'a' })).Contents?.[0]?.Owner, owner)
  assert.deepEqual((await v2({ Prefix: 'a', FetchOwner: true })).Contents?.[0]?.Owner, owner)
  assert.equal((await v2({ Prefix: 'a' })).Contents?.[0]?.Owner, undefined)
})

test('prefix and delimiter', async () => {
  const output = await v2({ Prefix: 'photos/', Delimiter: '/' })
  assert.deepEqual(
    [keys(output), prefixes(output), output.KeyCount],
    [['photos/1', 'photos/2'], ['photos/sub/'], 3],
  )
  assert.deepEqual([output.Prefix, output.Delimiter], ['photos/', '/'])
  for (const Prefix of ['z%', 'z_', 'z\\']) {
    assert.deepEqual(
      keys(await v2({ Prefix })),
      Prefix === 'z%' ? ['z%'] : [],
      'C07: no wildcard hides in a prefix',
    )
  }
})

test('the marker goes on behind itself, and behind a common prefix whole', async () => {
  const first = await v1({ Delimiter: '/', MaxKeys: 2 })
  assert.deepEqual(
    [keys(first), prefixes(first), first.NextMarker],
    [['a'], ['photos/'], 'photos/'],
  )
  const second = await v1({ Delimiter: '/', MaxKeys: 2, Marker: first.NextMarker })
  assert.deepEqual([keys(second), prefixes(second)], [['photos0', 'with space+plus'], []])
  const inside = await v1({ Delimiter: '/', Marker: 'photos/1' })
  assert.deepEqual(prefixes(inside), ['ä/'])
  const flat = await v1({ MaxKeys: 1 })
  assert.deepEqual(
    [flat.IsTruncated, flat.NextMarker],
    [true, undefined],
    'NextMarker comes with a delimiter alone',
  )
})

test('start-after is passed over; a token takes its place', async () => {
  const first = await v2({ StartAfter: 'photos/1', MaxKeys: 2 })
  assert.deepEqual(keys(first), ['photos/2', 'photos/sub/3'])
  const ContinuationToken = first.NextContinuationToken
  const second = await v2({ StartAfter: 'z', ContinuationToken, MaxKeys: 2 })
  assert.deepEqual(
    [keys(second), second.ContinuationToken],
    [['photos0', 'with space+plus'], ContinuationToken],
  )
})

test('tokens that are none, or of another bucket', async () => {
  const { NextContinuationToken: token = '' } = await v2({ MaxKeys: 1 })
  const detail = { ArgumentName: 'continuation-token' }
  for (const ContinuationToken of ['a', `${token}A`, token.slice(1)]) {
    await assert.rejects(v2({ ContinuationToken }), refusal('InvalidArgument', detail))
  }
  const elsewhere = { ...s3, bucket: { ...s3.bucket, name: 'other' } }
  await assert.rejects(
    v2({ ContinuationToken: token }, elsewhere),
    refusal('InvalidArgument', detail),
  )
})

test('an empty token begins at the beginning', async () => {
  const page = await v2({ ContinuationToken: '' })
  assert.deepEqual(page.Contents, (await v2({})).Contents)
})

test('E05: counts: zero is nothing, too many is a page, less than nothing is refused', async () => {
  const none = await v2({ MaxKeys: 0 })
  assert.deepEqual([keys(none), none.MaxKeys, none.KeyCount, none.IsTruncated], [[], 0, 0, false])
  assert.equal((await v2({ MaxKeys: 1_000_000_000 })).MaxKeys, 1000)
  assert.equal((await v1({})).MaxKeys, 1000)
  for (const MaxKeys of [-1, 2 ** 31, 1.5]) {
    await assert.rejects(
      v1({ MaxKeys }),
      refusal('InvalidArgument', { ArgumentName: 'max-keys', ArgumentValue: MaxKeys }),
    )
  }
})

test('encoding-type=url encodes every key, prefix and marker, and keeps slashes', async () => {
  const output = await v1({
    EncodingType: 'url',
    Delimiter: '/',
    Prefix: '',
    Marker: 'photos0',
    MaxKeys: 3,
  })
  assert.deepEqual([keys(output), prefixes(output)], [['with%20space%2Bplus', 'z%25'], ['%C3%A4/']])
  assert.deepEqual(
    [output.EncodingType, output.Delimiter, output.NextMarker],
    ['url', '/', '%C3%A4/'],
  )
  const second = await v2({ EncodingType: 'url', StartAfter: 'z %' })
  assert.equal(second.StartAfter, 'z%20%25')
  await assert.rejects(
    v1({ EncodingType: 'base64' }),
    refusal('InvalidArgument', { ArgumentName: 'encoding-type', ArgumentValue: 'base64' }),
  )
})

test('optional attributes: the one that S3 knows, and no other', async () => {
  await v2({ OptionalObjectAttributes: ['RestoreStatus'] })
  await assert.rejects(v1({ OptionalObjectAttributes: ['Colour'] }), refusal('InvalidArgument'))
})

test('row 37: an expected owner who is not the owner', async () => {
  await assert.rejects(v1({ ExpectedBucketOwner: bob.accountId }), refusal('AccessDenied'))
  await assert.rejects(v2({ ExpectedBucketOwner: bob.accountId }), refusal('AccessDenied'))
})

/** What S3 says a listing is, written down without pages. */
function expected(all: readonly string[], prefix: string, delimiter: string): string[] {
  const entries = all
    .filter((key) => key.startsWith(prefix))
    .map((key) => {
      const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
      return at < 0 ? key : `${key.slice(0, at + delimiter.length)}*`
    })
  return [...new Set(entries)].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}

async function everyPage(
  at: Service,
  query: Partial<ListObjectsV2Input>,
  form: 1 | 2,
): Promise<string[]> {
  const entries: string[] = []
  let next: Partial<ListObjectsV2Input & ListObjectsInput> | undefined = {}
  while (next !== undefined) {
    const input = { Bucket: 'photos', ...query, ...next }
    const page: ListObjectsOutput & ListObjectsV2Output =
      form === 1 ? await listObjects(input, at) : await listObjectsV2(input, at)
    const found = [
      ...(page.Contents ?? []).map(({ Key = '' }) => Key),
      ...(page.CommonPrefixes ?? []).map(({ Prefix }) => `${Prefix}*`),
    ]
    assert.ok(found.length <= (query.MaxKeys ?? 0))
    entries.push(...found)
    const last = page.Contents?.at(-1)?.Key
    if (page.IsTruncated !== true) next = undefined
    else
      next =
        form === 1
          ? { Marker: page.NextMarker ?? last }
          : { ContinuationToken: page.NextContinuationToken }
  }
  return entries.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}

test('whatever the keys and the page size, the pages together are the listing, without repeats', async () => {
  const key = fc.array(fc.constantFrom('a', 'b', '/', '\u{d7ff}', '\u{e000}', '😀', '\u{10ffff}'), {
    minLength: 1,
    maxLength: 4,
  })
  const all = fc.uniqueArray(
    key.map((units) => units.join('')),
    { minLength: 1, maxLength: 12 },
  )
  const query = fc.record({
    names: all,
    Prefix: fc.constantFrom('', 'a', 'a/'),
    Delimiter: fc.constantFrom('', '/', 'b'),
    MaxKeys: fc.integer({ min: 1, max: 4 }),
  })
  await fc.assert(
    fc.asyncProperty(query, async ({ names, ...asked }) => {
      const at = await filled(names)
      const listing = expected(names, asked.Prefix, asked.Delimiter)
      for (const form of [1, 2] as const)
        assert.deepEqual(await everyPage(at, asked, form), listing)
    }),
    { numRuns: 60 },
  )
})
