/** ListMultipartUploads: by key, then by age; prefixes, markers, pages. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type {
  ListMultipartUploadsInput,
  ListMultipartUploadsOutput,
} from '../../src/model/types.gen.ts'
import { listMultipartUploads } from '../../src/operations/list-multipart-uploads.ts'
import { openScene, owner, type Scene } from './scene.ts'

describe('ListMultipartUploads', () => {
  let scene: Scene
  const ids: string[] = []
  const keys = ['photos/b', 'a b', 'photos/a', 'zoo', 'a b', 'a b', 'music/x', 'photos/é']

  before(async () => {
    scene = await openScene()
    for (const key of keys) ids.push(await scene.create(key))
  })
  after(() => scene.metadata[Symbol.asyncDispose]())

  const list = (
    more: Partial<ListMultipartUploadsInput> = {},
  ): Promise<ListMultipartUploadsOutput> =>
    listMultipartUploads({ Bucket: 'bucket', ...more }, scene.s3)
  const shown = ({
    Uploads,
  }: ListMultipartUploadsOutput): ReadonlyArray<
    readonly [string | undefined, string | undefined]
  > => (Uploads ?? []).map(({ Key, UploadId }) => [Key, UploadId] as const)
  const all = [1, 4, 5, 6, 2, 0, 7, 3].map((index) => [keys[index], ids[index]])

  it('lists by key, uploads of one key by age', async () => {
    const expected = [1, 4, 5, 6, 2, 0, 7, 3].map((index) => [keys[index], ids[index]])
    const answer = await list()
    assert.deepEqual(shown(answer), expected)
    const { Uploads, ...rest } = answer
    const who = { ID: owner.canonicalId, DisplayName: 'owner' }
    assert.deepEqual(Uploads?.[0], {
      Key: 'a b',
      UploadId: ids[1],
      Initiator: who,
      Owner: who,
      StorageClass: 'STANDARD',
      Initiated: Uploads?.[0]?.Initiated,
      ChecksumAlgorithm: undefined,
      ChecksumType: undefined,
    })
    assert.deepEqual(rest, {
      Bucket: 'bucket',
      KeyMarker: '',
      UploadIdMarker: '',
      NextKeyMarker: 'zoo',
      NextUploadIdMarker: ids[3],
      Delimiter: undefined,
      Prefix: '',
      EncodingType: undefined,
      MaxUploads: 1000,
      IsTruncated: false,
      CommonPrefixes: [],
    })
  })

  it('pages through everything once, with every page size', async () => {
    assert.equal(all.length, keys.length)
    for (let MaxUploads = 1; MaxUploads <= 4; MaxUploads++) {
      const seen: Array<readonly [string | undefined, string | undefined]> = []
      let markers = {}
      for (let more = true; more;) {
        const page = await list({ MaxUploads, ...markers })
        seen.push(...shown(page))
        markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
        more = page.IsTruncated ?? false
      }
      assert.deepEqual(seen, shown(await list()))
    }
  })

  it('rolls keys up to the delimiter, and pages over what it rolled up', async () => {
    const seen: Array<string | undefined> = []
    let markers = {}
    for (let more = true; more;) {
      const page = await list({ Delimiter: '/', MaxUploads: 1, ...markers })
      seen.push(
        ...shown(page).map(([key]) => key),
        ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
      )
      markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
      more = page.IsTruncated ?? false
    }
    assert.deepEqual(seen, ['a b', 'a b', 'a b', 'music/', 'photos/', 'zoo'])
    assert.deepEqual(
      shown(await list({ Prefix: 'photos/', Delimiter: '/' })).map(([key]) => key),
      ['photos/a', 'photos/b', 'photos/é'],
    )
  })

  it('goes on behind a key, or behind an upload of it; an id without a key means nothing', async () => {
    const behindKey = await list({ KeyMarker: 'a b' })
    assert.equal(shown(behindKey)[0]?.[0], 'music/x')
    const behindUpload = await list({ KeyMarker: 'a b', UploadIdMarker: ids[1] })
    assert.equal(shown(behindUpload)[0]?.[1], ids[4])
    assert.equal(shown(await list({ UploadIdMarker: 'nonsense' })).length, keys.length)
    await assert.rejects(list({ KeyMarker: 'a b', UploadIdMarker: 'nonsense' }), {
      code: 'InvalidArgument',
      message: 'Invalid uploadId marker',
      detail: { ArgumentName: 'upload-id-marker', ArgumentValue: 'nonsense' },
    })
  })

  it('encodes keys when asked, and refuses other encodings and counts', async () => {
    const { Uploads, EncodingType } = await list({ EncodingType: 'url', Prefix: 'a' })
    assert.equal(Uploads?.[0]?.Key, 'a%20b')
    assert.equal(EncodingType, 'url')
    await assert.rejects(list({ EncodingType: 'base64' }), { code: 'InvalidArgument' })
    await assert.rejects(list({ MaxUploads: -1 }), { code: 'InvalidArgument' })
  })
})
