/** What a permission costs: the bucket is read once, and nothing else is asked of those to whom all of it belongs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authorize } from '../../src/access/authorize.ts'
import { allUsers } from '../../src/domain/acl-groups.ts'
import { anonymous } from '../../src/identity/account.ts'
import { operations, type OperationName } from '../../src/model/operations.gen.ts'
import type { AclGrant, BucketRow } from '../../src/stores/metadata/records.ts'
import { alice, bob, refusal } from '../operations/memory-service.ts'

const all = Object.keys(operations) as OperationName[]

function bucketWith(configurations: BucketRow['attributes']['configurations']): BucketRow {
  const attributes = { region: 'us-east-1', configurations }
  const owner = alice.canonicalId
  return { id: 1, name: 'photos', owner, created: 0, versioning: 'never', attributes }
}

async function reads(
  bucket: BucketRow,
  operation: OperationName,
): Promise<{ readonly judged: boolean; readonly count: number }> {
  let count = 0
  const getBucket = async (): Promise<BucketRow> => {
    count++
    return bucket
  }
  const { judge } = await authorize({ operation, caller: alice, bucket: 'photos' }, { getBucket })
  return { judged: judge !== undefined, count }
}

test('the owner of a bucket where ACLs are off is never judged', async () => {
  for (const operation of all) {
    const isNew = operation === 'CreateBucket' || operation === 'ListBuckets'
    const expected = { judged: false, count: isNew ? 0 : 1 }
    assert.deepEqual(await reads(bucketWith({}), operation), expected, operation)
  }
})

test('where ACLs count, objects may be others’, and those that are read are looked at', async () => {
  const bucket = bucketWith({ ownershipControls: 'none' })
  assert.deepEqual(await reads(bucket, 'GetObject'), { judged: true, count: 1 })
  assert.deepEqual(await reads(bucket, 'PutObject'), { judged: false, count: 1 })
  assert.deepEqual(await reads(bucket, 'DeleteObject'), { judged: false, count: 1 })
})

test('where no controls are kept an ACL counts for nothing, and the bucket is closed to all others', async () => {
  const acl: readonly AclGrant[] = [{ to: { group: allUsers }, permission: 'FULL_CONTROL' }]
  const getBucket = async (): Promise<BucketRow> => bucketWith({ acl, publicAccessBlock: 'none' })
  for (const operation of all.filter((name) => !/^(CreateBucket|ListBuckets)$/.test(name))) {
    for (const caller of [bob, anonymous]) {
      const asked = authorize({ operation, caller, bucket: 'photos' }, { getBucket })
      const permit = asked.then(({ judge }) => judge?.upload(undefined))
      await assert.rejects(permit, refusal('AccessDenied'), operation)
    }
  }
})
