/** Bucket names, by S3's rules for general purpose buckets. */
import { S3Error } from '../model/errors.ts'

const shape = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
/** Each label between dots is a name of its own, which neither begins nor ends with a hyphen. */
const brokenLabel = /\.\.|\.-|-\./
const addressShape = /^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$/
const reservedPrefixes = ['xn--', 'sthree-', 'amzn-s3-demo-']
const reservedSuffixes = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3']

/** Whether a bucket of this name may exist. */
export function isBucketName(name: string): boolean {
  if (!shape.test(name) || brokenLabel.test(name) || addressShape.test(name)) return false
  if (reservedPrefixes.some((prefix) => name.startsWith(prefix))) return false
  return !reservedSuffixes.some((suffix) => name.endsWith(suffix))
}

/** InvalidBucketName for a name that no bucket may have. */
export function checkBucketName(name: string): void {
  if (!isBucketName(name)) throw new S3Error('InvalidBucketName', { BucketName: name })
}
