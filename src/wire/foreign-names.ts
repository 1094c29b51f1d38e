/**
 * Names that mean something else than a bucket of this server: access points, Outposts, directory buckets and their kin, as
 * hosts, as ARNs and as the endings that AWS reserves for them. None is offered, and none may be taken for a bucket: a write
 * that was meant for an access point must not end in a bucket that happens to be called so.
 */
import { S3Error } from '../model/errors.ts'

type Service = readonly [resourceType: string, inWords: string]

const accessPoint: Service = ['ACCESS_POINT', 'Access points']
const multiRegion: Service = ['MULTI_REGION_ACCESS_POINT', 'Multi-Region Access Points']
const objectLambda: Service = ['OBJECT_LAMBDA_ACCESS_POINT', 'Object Lambda Access Points']
const outposts: Service = ['OUTPOSTS', 'S3 on Outposts buckets']
const directory: Service = ['DIRECTORY_BUCKET', 'Directory buckets']
const tables: Service = ['TABLE_BUCKET', 'Table buckets']
const vectors: Service = ['VECTOR_BUCKET', 'Vector buckets']
const control: Service = ['CONTROL', 'S3 Control operations']
const website: Service = ['WEBSITE', 'Website endpoints']

type Kinds = ReadonlyArray<readonly [pattern: RegExp, service: Service]>

/** AWS's own endpoints, which reach this server where a name service or a proxy leads them here. */
const amazonHost = /\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$/

const hosts: Kinds = [
  [/\.accesspoint\.s3-global\./, multiRegion],
  [/(?:^|\.)s3-accesspoint(?:-fips)?\./, accessPoint],
  [/(?:^|\.)s3-object-lambda(?:-fips)?\./, objectLambda],
  [/(?:^|\.)s3-outposts(?:-fips)?\./, outposts],
  [/(?:^|\.)s3express-/, directory],
  [/(?:^|\.)s3-control(?:-fips)?\./, control],
  [/(?:^|\.)s3tables(?:-fips)?\./, tables],
  [/(?:^|\.)s3vectors(?:-fips)?\./, vectors],
  [/(?:^|\.)s3-website[.-]/, website],
]

/**
 * What SDKs write before an endpoint of ours when they are given an ARN. Of an access point it is `<name>-<account>`, which
 * any bucket may be called too; there NoSuchBucket has to do.
 */
const prefixes: Kinds = [
  [/\.accesspoint\.s3-global$/, multiRegion],
  [/-\d{12}\.s3-accesspoint(?:-fips)?(?:\.|$)/, accessPoint],
  [/-\d{12}\.s3-object-lambda(?:-fips)?(?:\.|$)/, objectLambda],
  [/-\d{12}\.op-[0-9a-f]{17}(?:\.|$)/, outposts],
  [/--x-s3\.s3express-/, directory],
]

const arns: Kinds = [
  [/^arn:[^:]*:s3-object-lambda:/, objectLambda],
  [/^arn:[^:]*:s3-outposts:/, outposts],
  [/^arn:[^:]*:s3express:/, directory],
  [/^arn:[^:]*:s3tables:/, tables],
  [/^arn:[^:]*:s3vectors:/, vectors],
  [/^arn:[^:]*:s3::[^:]*:accesspoint[:/]/, multiRegion],
  [/^arn:[^:]*:s3:[^:]*:[^:]*:accesspoint[:/]/, accessPoint],
]

/** The endings that no bucket of ours can have (domain/names.ts). */
const endings: Kinds = [
  [/--x-s3$/, directory],
  [/-s3alias$/, accessPoint],
  [/--ol-s3$/, objectLambda],
  [/\.mrap$/, multiRegion],
  [/--table-s3$/, tables],
]

/** `name` is the Host without its port, in lower case. Throws NotImplemented, and InvalidRequest as S3 for acceleration. */
export function refuseForeignHost(name: string): void {
  if (!amazonHost.test(name)) return
  if (/(?:^|\.)s3-accelerate\./.test(name)) {
    const says = 'S3 Transfer Acceleration is not configured on this bucket'
    throw new S3Error('InvalidRequest', {}, says)
  }
  refuse(name, hosts)
}

/** What stands before a domain of ours in the Host. Throws NotImplemented. */
export function refuseForeignPrefix(prefix: string): void {
  refuse(prefix, prefixes)
}

/** `path` begins where the bucket's name is due. Throws NotImplemented, and InvalidBucketName for the ARN of anything else. */
export function refuseArn(path: string): void {
  if (!path.startsWith('arn:')) return
  refuse(path, arns)
  throw new S3Error('InvalidBucketName', { BucketName: path })
}

/** For every request but the one that creates a bucket, which has S3's own error for such names. Throws NotImplemented. */
export function refuseReservedName(bucket: string): void {
  refuse(bucket, endings)
}

function refuse(name: string, kinds: Kinds): void {
  const found = kinds.find(([pattern]) => pattern.test(name))
  if (found === undefined) return
  const [resourceType, inWords] = found[1]
  const says = `${inWords} are not offered by this server; address a bucket by its name.`
  throw new S3Error('NotImplemented', { ResourceType: resourceType }, says)
}
