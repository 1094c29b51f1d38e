/** The rehearsal runs what it is there for, to its end: what failed in it would be told to nobody and gain nothing. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemChance } from '../../src/base/chance.ts'
import { rehearse } from '../../src/server/rehearsal.ts'
import { memoryKeys } from '../../src/stores/keys/memory.ts'
import { openUpload, rehearseWriting } from '../../src/stores/metadata/rehearsal.ts'
import { usualSettings } from '../operations/memory-service.ts'

const server = {
  keys: memoryKeys(['testkey-1']),
  credentials: { find: () => undefined, account: () => undefined, accountsWithEmail: () => [] },
  chance: systemChance,
  takeRoom: () => assert.fail('no bytes are written'),
}

test('the rehearsal is answered as a client would be, with and without a default checksum', async () => {
  for (const defaultChecksum of ['CRC64NVME', 'none'] as const) {
    const { status, body } = await rehearse({
      ...server,
      settings: { ...usualSettings, defaultChecksum },
    })
    assert.ok(body instanceof Uint8Array)
    const text = Buffer.from(body).toString()
    assert.equal(status, 200, text)
    assert.match(text, /<ETag>&quot;[0-9a-f]{32}-32&quot;<\/ETag>/)
    assert.equal(/<ChecksumCRC64NVME>/.test(text), defaultChecksum === 'CRC64NVME')
  }
})

test('the writer rehearses to the end, and nothing of it stays', async () => {
  await rehearseWriting()
  await using open = await openUpload()
  const { metadata, bucket, upload } = open
  assert.equal(await metadata.getObject(bucket.id, upload.key), undefined)
  assert.equal((await metadata.listParts(upload.uploadId, 0, 1000)).parts.length, 32)
})
