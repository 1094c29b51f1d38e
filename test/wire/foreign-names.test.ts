/** Names of access points, Outposts and their kin are no buckets: in hosts, as ARNs and by their endings. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCopySource } from '../../src/domain/copy-source.ts'
import { isBucketName } from '../../src/domain/names.ts'
import { S3Error } from '../../src/model/errors.ts'
import { readAddress } from '../../src/wire/address.ts'
import { refuseReservedName } from '../../src/wire/foreign-names.ts'
import { exchangeOf } from '../harness/exchange.ts'

const account = '123456789012'
const outpost = 'op-01ac5d28a6a232904'

const hosts: ReadonlyArray<readonly [host: string, type: string]> = [
  [`ap-${account}.s3-accesspoint.us-east-1.amazonaws.com`, 'ACCESS_POINT'],
  [`ap-${account}.s3-accesspoint-fips.us-east-1.amazonaws.com`, 'ACCESS_POINT'],
  [`ap-${account}.s3-accesspoint.dualstack.us-east-1.amazonaws.com`, 'ACCESS_POINT'],
  [`ap-${account}.s3-accesspoint-fips.dualstack.us-gov-west-1.amazonaws.com`, 'ACCESS_POINT'],
  [`ap-${account}.s3-accesspoint.cn-north-1.amazonaws.com.cn`, 'ACCESS_POINT'],
  ['mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com', 'MULTI_REGION_ACCESS_POINT'],
  [`ol-${account}.s3-object-lambda.us-east-1.amazonaws.com`, 'OBJECT_LAMBDA_ACCESS_POINT'],
  [`ap-${account}.${outpost}.s3-outposts.us-east-1.amazonaws.com`, 'OUTPOSTS'],
  ['b--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com', 'DIRECTORY_BUCKET'],
  ['s3express-control.us-east-1.amazonaws.com', 'DIRECTORY_BUCKET'],
  [`${account}.s3-control.us-east-1.amazonaws.com`, 'CONTROL'],
  ['s3tables.us-east-1.amazonaws.com', 'TABLE_BUCKET'],
  ['s3vectors.us-east-1.api.aws', 'VECTOR_BUCKET'],
  ['photos.s3-website-us-east-1.amazonaws.com', 'WEBSITE'],
  ['photos.s3-website.eu-central-1.amazonaws.com', 'WEBSITE'],
  // What an SDK makes of an ARN and of an endpoint of ours.
  [`ap-${account}.${outpost}.localhost`, 'OUTPOSTS'],
  [`ap-${account}.s3-accesspoint.us-east-1.s3.example.com`, 'ACCESS_POINT'],
  [`ol-${account}.s3-object-lambda.us-east-1.127.0.0.1`, 'OBJECT_LAMBDA_ACCESS_POINT'],
  ['mfzwi23gnjvgw.mrap.accesspoint.s3-global.s3.example.com', 'MULTI_REGION_ACCESS_POINT'],
]

function at(target: string, host: string): ReturnType<typeof readAddress> {
  const request = { method: 'PUT', target, headers: [['Host', host]] as const }
  return readAddress(exchangeOf(request), ['s3.example.com'])
}

function isRefused(type: string): (error: unknown) => boolean {
  return (error) =>
    error instanceof S3Error &&
    error.code === 'NotImplemented' &&
    error.detail['ResourceType'] === type &&
    error.message.includes('not offered')
}

test('hosts of what is no bucket are refused by name, with a port and in capitals too', () => {
  for (const [host, type] of hosts) {
    for (const written of [host, `${host}:9000`, host.toUpperCase()]) {
      assert.throws(() => at('/key', written), isRefused(type), written)
      assert.throws(() => at('/', written), isRefused(type), written)
    }
  }
})

test('acceleration is not configured, as S3 says it', () => {
  assert.throws(
    () => at('/k', 'photos.s3-accelerate.amazonaws.com'),
    (error) => error instanceof S3Error && error.code === 'InvalidRequest',
  )
})

test('a bucket may be called much like them', () => {
  const buckets = [
    'my.s3-accesspoint.photos',
    's3-accesspoint.us-east-1',
    `ap-${account}`,
    's3express-photos',
    's3-control.example',
    'op-01ac5d28a6a232904',
  ]
  for (const name of buckets) {
    assert.equal(at('/k', `${name}.s3.example.com`).bucket, name)
    assert.equal(at(`/${name}/k`, 'localhost:9000').bucket, name)
    refuseReservedName(name)
  }
  for (const host of ['s3.us-east-1.amazonaws.com', 's3-control.intranet', 's3-outposts.local']) {
    assert.equal(at('/photos/k', host).bucket, 'photos')
  }
})

const arns: ReadonlyArray<readonly [arn: string, type: string]> = [
  [`arn:aws:s3:us-east-1:${account}:accesspoint/ap`, 'ACCESS_POINT'],
  [`arn:aws:s3:us-east-1:${account}:accesspoint:ap`, 'ACCESS_POINT'],
  [`arn:aws-cn:s3:cn-north-1:${account}:accesspoint/ap`, 'ACCESS_POINT'],
  [`arn:aws:s3::${account}:accesspoint/mfzwi23gnjvgw.mrap`, 'MULTI_REGION_ACCESS_POINT'],
  [`arn:aws:s3-object-lambda:us-east-1:${account}:accesspoint/ol`, 'OBJECT_LAMBDA_ACCESS_POINT'],
  [`arn:aws:s3-outposts:us-east-1:${account}:outpost/${outpost}/accesspoint/ap`, 'OUTPOSTS'],
  [`arn:aws:s3-outposts:us-east-1:${account}:outpost/${outpost}/bucket/b`, 'OUTPOSTS'],
  [`arn:aws:s3express:us-east-1:${account}:bucket/b--use1-az4--x-s3`, 'DIRECTORY_BUCKET'],
  [`arn:aws:s3tables:us-east-1:${account}:bucket/b`, 'TABLE_BUCKET'],
  [`arn:aws:s3vectors:us-east-1:${account}:bucket/b`, 'VECTOR_BUCKET'],
]

test('ARNs in place of a bucket are refused by name, raw and encoded, in a path and as the source of a copy', () => {
  for (const [arn, type] of arns) {
    const encoded = encodeURIComponent(arn)
    for (const path of [`/${arn}/key`, `/${encoded}/key`, `/${encoded}`, `//${arn}/key`]) {
      assert.throws(() => at(path, 'localhost:9000'), isRefused(type), path)
    }
    for (const source of [`${arn}/object/key`, `${encoded}/object/key`, `/${arn}/object/key`]) {
      assert.throws(() => parseCopySource(source), isRefused(type), source)
    }
  }
})

test('the ARN of anything else is no name of a bucket, and a key may be an ARN', () => {
  for (const arn of ['arn:aws:s3:::photos', 'arn:', 'arn:aws:iam::1:user/x']) {
    const isInvalid = (error: unknown): boolean =>
      error instanceof S3Error && error.code === 'InvalidBucketName'
    assert.throws(() => at(`/${arn}`, 'localhost'), isInvalid)
    assert.throws(() => parseCopySource(`${arn}/k`), isInvalid)
  }
  const arn = `arn:aws:s3:us-east-1:${account}:accesspoint/ap`
  assert.equal(at(`/photos/${arn}`, 'localhost').key, arn)
  assert.equal(at(`/${arn}`, 'photos.localhost').key, arn)
  assert.equal(parseCopySource(`photos/${arn}`).key, arn)
})

test('the reserved endings are refused by name, and no bucket can have them', () => {
  const names: ReadonlyArray<readonly [name: string, type: string]> = [
    ['b--use1-az4--x-s3', 'DIRECTORY_BUCKET'],
    ['ap-dexzdcjwz4mtw73r1sycvqgsjbqlnuse1a-s3alias', 'ACCESS_POINT'],
    ['ol--ol-s3', 'OBJECT_LAMBDA_ACCESS_POINT'],
    ['mfzwi23gnjvgw.mrap', 'MULTI_REGION_ACCESS_POINT'],
    ['b--table-s3', 'TABLE_BUCKET'],
  ]
  for (const [name, type] of names) {
    assert.throws(() => refuseReservedName(name), isRefused(type))
    assert.throws(() => parseCopySource(`${name}/k`), isRefused(type))
    assert.equal(isBucketName(name), false)
  }
})
