/** Row 35: what is wrong with the headers of a customer's key, in S3's words. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { readingKey, sourceKeyMembers, writingKey } from '../../src/domain/customer-keys.ts'
import type { CustomerKeyMembers } from '../../src/domain/customer-keys.ts'

const key = Buffer.alloc(32, 7)
const settings = { customerKeysOverHttp: false }
const secure = { isSecure: true, settings }

function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('base64')
}

function members(bytes: Uint8Array = key) {
  return {
    SSECustomerAlgorithm: 'AES256',
    SSECustomerKey: Buffer.from(bytes).toString('base64'),
    SSECustomerKeyMD5: md5(bytes),
  }
}

/** Code, argument and sentence with which the headers are refused. */
function refused(read: () => unknown): readonly unknown[] {
  try {
    read()
  } catch (error) {
    const { code, status, detail, message } = error as {
      code: string
      status: number
      detail: object
      message: string
    }
    assert.equal(status, 400)
    return [code, ...Object.values(detail), message]
  }
  return ['not refused']
}

const argument = ['InvalidArgument', 'x-amz-server-side-encryption', 'null']
const must = 'Requests specifying Server Side Encryption with Customer provided keys must'

test('a whole trio is a key; none is none', () => {
  for (const read of [writingKey, readingKey]) {
    assert.deepEqual(read(members(), secure), { method: 'SSE-C', key, keyMd5: md5(key) })
    assert.equal(read({}, secure), undefined)
  }
})

test('row 35: each fault has its own sentence, on writes and on reads', () => {
  for (const read of [writingKey, readingKey]) {
    const noAlgorithm = { ...members(), SSECustomerAlgorithm: undefined }
    const noKey = { ...members(), SSECustomerKey: undefined }
    const says = (changed: CustomerKeyMembers): readonly unknown[] =>
      refused(() => read(changed, secure))
    assert.deepEqual(says(noAlgorithm), [
      ...argument,
      `${must} provide a valid encryption algorithm.`,
    ])
    assert.deepEqual(says({ SSECustomerKeyMD5: md5(key) }), says(noAlgorithm))
    assert.deepEqual(says(noKey), [...argument, `${must} provide an appropriate secret key.`])
    assert.deepEqual(says({ ...members(), SSECustomerKey: '' }), says(noKey))
    for (const algorithm of ['AES192', 'aes256', '']) {
      assert.deepEqual(says({ ...members(), SSECustomerAlgorithm: algorithm }), [
        'InvalidEncryptionAlgorithmError',
        'x-amz-server-side-encryption',
        algorithm,
        'The Encryption request you specified is not valid. Supported value: AES256.',
      ])
    }
    const mismatch = [
      ...argument,
      'The calculated MD5 hash of the key did not match the hash that was provided.',
    ]
    assert.deepEqual(says({ ...members(), SSECustomerKeyMD5: md5(Buffer.from('x')) }), mismatch)
    assert.deepEqual(says({ ...members(), SSECustomerKeyMD5: '' }), mismatch)
    assert.deepEqual(says({ ...members(), SSECustomerKey: '*not base64*' }), mismatch)
  }
})

test('a write insists on the MD5 and the length of its key; a read does not', () => {
  const { SSECustomerKeyMD5, ...noMd5 } = members()
  assert.deepEqual(
    refused(() => writingKey(noMd5, secure)),
    [...argument, `${must} provide the client calculated MD5 of the secret key.`],
  )
  assert.equal(readingKey(noMd5, secure)?.keyMd5, SSECustomerKeyMD5)
  for (const length of [1, 16, 31, 33, 44]) {
    const other = members(Buffer.alloc(length, 7))
    assert.deepEqual(
      refused(() => writingKey(other, secure)),
      [...argument, 'The secret key was invalid for the specified algorithm.'],
    )
    assert.equal(readingKey(other, secure)?.key.length, length)
  }
})

test('the MD5 is compared before the length is looked at', () => {
  const short = { ...members(Buffer.alloc(24)), SSECustomerKeyMD5: md5(key) }
  assert.match(String(refused(() => writingKey(short, secure)).at(-1)), /^The calculated MD5/)
})

test('over plain HTTP there is no customer’s key, unless the operator allows it', () => {
  const plain = { isSecure: false, settings }
  const allowed = { isSecure: false, settings: { customerKeysOverHttp: true } }
  for (const read of [writingKey, readingKey]) {
    for (const some of [members(), { SSECustomerAlgorithm: 'AES256' }, { SSECustomerKey: 'x' }]) {
      assert.deepEqual(
        refused(() => read(some, plain)),
        ['InvalidRequest', `${must} be made over a secure connection.`],
      )
    }
    assert.equal(read({}, plain), undefined)
    assert.ok(read(members(), allowed))
  }
})

test('no refusal shows a byte of the key', () => {
  const wrong = { ...members(), SSECustomerKeyMD5: 'x' }
  const said = JSON.stringify(refused(() => writingKey(wrong, secure)))
  assert.ok(!said.includes(members().SSECustomerKey))
})

test('the key of a copy’s source comes in three headers of its own', () => {
  const { SSECustomerAlgorithm, SSECustomerKey, SSECustomerKeyMD5 } = members()
  const input = {
    CopySourceSSECustomerAlgorithm: SSECustomerAlgorithm,
    CopySourceSSECustomerKey: SSECustomerKey,
    CopySourceSSECustomerKeyMD5: SSECustomerKeyMD5,
  }
  assert.deepEqual(sourceKeyMembers(input), members())
  assert.equal(readingKey(sourceKeyMembers(members() as object), secure), undefined)
})
