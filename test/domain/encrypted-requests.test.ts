/** What a read of encrypted bytes brings, and a part of an encrypted upload: rows 33 and 34, and the sentences of reads. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openingKey, refuseWritingMembers } from '../../src/domain/encrypted-reads.ts'
import { checkKeyOfChecksums, partKey } from '../../src/domain/encrypted-uploads.ts'
import type { Encryption, UploadRow } from '../../src/stores/metadata/records.ts'
import { refusal } from '../operations/memory-service.ts'

const key = Buffer.alloc(32, 7)
const keyMd5 = 'the MD5'
const customer = { method: 'SSE-C', key, keyMd5 } as const
const sealedBy: Readonly<Record<string, Encryption>> = {
  customer: { method: 'SSE-C', keyMd5, salt: 's', wrapped: 'w' },
  server: { method: 'SSE-S3', keyId: 'server', wrapped: 'w' },
  kms: { method: 'SSE-KMS', keyId: 'k', wrapped: 'w', context: undefined, bucketKey: false },
}

function argument(value: string, sentence: string): (error: unknown) => boolean {
  const name = 'x-amz-server-side-encryption'
  const isThat = refusal('InvalidArgument', { ArgumentName: name, ArgumentValue: value })
  return (error) => isThat(error) && (error as Error).message === sentence
}

test('bytes open with the key they need, and with none that they do not need', () => {
  assert.equal(openingKey(customer, sealedBy['customer']), customer)
  assert.throws(() => openingKey(undefined, sealedBy['customer']), refusal('InvalidRequest'))
  const short = { ...customer, key: key.subarray(1) }
  assert.throws(() => openingKey(short, sealedBy['customer']), refusal('AccessDenied'))
  for (const encryption of [undefined, sealedBy['server'], sealedBy['kms']]) {
    assert.equal(openingKey(undefined, encryption), undefined)
    assert.throws(
      () => openingKey(customer, encryption),
      ({ message }: Error) =>
        message === 'The encryption parameters are not applicable to this object.',
    )
  }
})

test('headers of writes are refused on reads', () => {
  refuseWritingMembers({})
  for (const value of ['AES256', 'aws:kms', 'nonsense']) {
    const sentence = 'x-amz-server-side-encryption header is not supported for this operation.'
    assert.throws(
      () => refuseWritingMembers({ ServerSideEncryption: value }),
      argument(value, sentence),
    )
  }
  const sentence =
    'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms'
  assert.throws(() => refuseWritingMembers({ SSEKMSKeyId: 'k' }), argument('null', sentence))
})

function upload(encryption: Encryption | undefined, checksum?: UploadRow['checksum']): UploadRow {
  return { attributes: { encryption }, checksum } as UploadRow
}

function says(run: () => void): string {
  try {
    run()
  } catch (error) {
    assert.ok(refusal('InvalidRequest')(error))
    return (error as Error).message
  }
  return ''
}

test('rows 33 and 34: a part brings its upload’s own key, and none to an upload without', () => {
  const row33 =
    'The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.'
  const row34 = 'The provided encryption parameters did not match the ones used originally.'
  const other = { ...customer, keyMd5: 'other' }
  assert.equal(partKey(customer, upload(sealedBy['customer'])), customer)
  assert.equal(
    says(() => partKey(undefined, upload(sealedBy['customer']))),
    row33,
  )
  assert.equal(
    says(() => partKey(other, upload(sealedBy['customer']))),
    row34,
  )
  for (const encryption of [undefined, sealedBy['server'], sealedBy['kms']]) {
    assert.equal(partKey(undefined, upload(encryption)), undefined)
    assert.equal(
      says(() => partKey(customer, upload(encryption))),
      row33,
    )
  }
})

test('a request about checksums needs the key where the upload was created with one', () => {
  const checksum = { algorithm: 'CRC32', type: 'COMPOSITE' } as const
  const sealed = sealedBy['customer']
  assert.equal(
    says(() => checkKeyOfChecksums(undefined, upload(sealed))),
    '',
  )
  assert.equal(
    says(() => checkKeyOfChecksums(undefined, upload(undefined, checksum))),
    '',
  )
  assert.notEqual(
    says(() => checkKeyOfChecksums(undefined, upload(sealed, checksum))),
    '',
  )
  for (const made of [undefined, checksum]) {
    assert.equal(
      says(() => checkKeyOfChecksums(customer, upload(sealed, made))),
      '',
    )
    const other = { ...customer, keyMd5: 'other' }
    assert.notEqual(
      says(() => checkKeyOfChecksums(other, upload(sealed, made))),
      '',
    )
  }
})
