/**
 * How new bytes are to be encrypted: as the request says, else as the bucket does, else as the server does, else not at all.
 * It never follows the source of a copy.
 */
import { S3Error } from '../model/errors.ts'
import type { AskedEncryption } from '../payload/encryption/envelope.ts'
import type { BucketRow } from '../stores/metadata/records.ts'
import { decodeUtf8 } from '../wire/xml-text.ts'
import { configurationOf } from './configurations.ts'
import {
  encryptionArgument,
  namesCustomerKey,
  writingKey,
  type CustomerKeyMembers,
  type Transport,
} from './customer-keys.ts'
import type { Settings } from './settings.ts'

/** What PutObject, CreateMultipartUpload and CopyObject say of the encryption of what they make. */
export interface EncryptionMembers extends CustomerKeyMembers {
  readonly ServerSideEncryption?: string | undefined
  readonly SSEKMSKeyId?: string | undefined
  readonly SSEKMSEncryptionContext?: string | undefined
  readonly BucketKeyEnabled?: boolean | undefined
}

/** Where the bytes go: the Service of an operation. */
export interface Destination extends Transport {
  readonly bucket: BucketRow
  readonly settings: Pick<Settings, 'customerKeysOverHttp' | 'defaultEncryption'>
}

type Managed = 'SSE-S3' | KmsMethod
type KmsMethod = 'SSE-KMS' | 'DSSE-KMS'

/** S3's names of the methods that need no key from the customer. */
const managedMethods: ReadonlyMap<string, Managed> = new Map([
  ['AES256', 'SSE-S3'],
  ['aws:kms', 'SSE-KMS'],
  ['aws:kms:dsse', 'DSSE-KMS'],
])

/** Methods of S3's that this server does not have: storage of other services. */
export const foreignMethods: ReadonlySet<string> = new Set(['aws:fsx', 'aws:backup'])

/** The method of that name; undefined for what S3 does not know. */
export function managedMethod(name: string): Managed | undefined {
  return managedMethods.get(name)
}

/** What answers call a method. */
export function methodName(method: Managed): string {
  for (const [name, known] of managedMethods) if (known === method) return name
  throw new TypeError(`no such method: ${method}`)
}

/**
 * Undefined for bytes that stay plain. Throws InvalidArgument, InvalidEncryptionAlgorithmError, and NotImplemented for a
 * method of other services.
 */
export function askedEncryption(
  input: EncryptionMembers,
  destination: Destination,
): AskedEncryption | undefined {
  const { ServerSideEncryption: name } = input
  if (name !== undefined && namesCustomerKey(input)) throw invalid(name, incompatible)
  const method = name === undefined ? undefined : askedMethod(name)
  checkKmsMembers(input, method)
  const customer = writingKey(input, destination)
  if (customer !== undefined) return customer
  const rule = configurationOf(destination.bucket, 'encryption')
  const bucketDefault = rule?.ApplyServerSideEncryptionByDefault
  const chosen = method ?? defaultMethod(bucketDefault?.SSEAlgorithm, destination.settings)
  if (chosen === undefined || chosen === 'SSE-S3') {
    if (input.BucketKeyEnabled) throw invalid(name ?? 'null', noBucketKey)
    return chosen === undefined ? undefined : { method: chosen }
  }
  if (chosen === 'DSSE-KMS' && input.BucketKeyEnabled) throw invalid(name ?? 'null', noBucketKey)
  return {
    method: chosen,
    // A bucket's own key goes before the key store's default, whoever chose the method.
    keyId: input.SSEKMSKeyId ?? bucketDefault?.KMSMasterKeyID,
    context: contextOf(input.SSEKMSEncryptionContext),
    bucketKey: chosen === 'SSE-KMS' && (input.BucketKeyEnabled ?? rule?.BucketKeyEnabled ?? false),
  }
}

/** The request itself says how: a copy onto itself changes something then. */
export function namesEncryption(input: EncryptionMembers): boolean {
  return input.ServerSideEncryption !== undefined || namesCustomerKey(input)
}

function askedMethod(name: string): Managed {
  const method = managedMethod(name)
  if (method !== undefined) return method
  if (foreignMethods.has(name)) throw new S3Error('NotImplemented', { Header: encryptionArgument })
  throw invalid(name, unsupported)
}

/** Throws InvalidArgument for what only means something beside a KMS method, which the request itself has to name. */
export function checkKmsMembers(
  input: Pick<
    EncryptionMembers,
    'ServerSideEncryption' | 'SSEKMSKeyId' | 'SSEKMSEncryptionContext'
  >,
  method: Managed | undefined,
): void {
  if (input.SSEKMSKeyId === undefined && input.SSEKMSEncryptionContext === undefined) return
  if (method !== undefined && method !== 'SSE-S3') return
  throw invalid(input.ServerSideEncryption ?? 'null', requiresKms)
}

function defaultMethod(
  ofBucket: string | undefined,
  { defaultEncryption }: Pick<Settings, 'defaultEncryption'>,
): Managed | undefined {
  const name = ofBucket ?? (defaultEncryption === 'none' ? undefined : defaultEncryption)
  return name === undefined ? undefined : managedMethod(name)
}

/** Base64 of JSON, an object whose values are strings. */
function contextOf(text: string | undefined): Readonly<Record<string, string>> | undefined {
  if (text === undefined) return undefined
  const bytes = Buffer.from(text, 'base64')
  if (unpadded(bytes.toString('base64')) !== unpadded(text)) throw badContext()
  const json = decodeUtf8(bytes)
  const parsed = json === undefined ? undefined : parseJson(json)
  if (!isObject(parsed)) throw badContext()
  const pairs = Object.entries(parsed)
  if (!pairs.every(isTextPair)) throw badContext()
  // By its own names only: `__proto__` is one like any other.
  return Object.fromEntries(pairs)
}

function unpadded(base64: string): string {
  return base64.replace(/={1,2}$/, '')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTextPair(pair: [string, unknown]): pair is [string, string] {
  return typeof pair[1] === 'string'
}

function badContext(): S3Error {
  const name = 'x-amz-server-side-encryption-context'
  const sentence = `The header '${name}' shall be Base64-encoded UTF-8 string holding JSON which represents a string-string map`
  return new S3Error('InvalidArgument', { ArgumentName: name }, sentence)
}

const unsupported = 'The encryption method specified is not supported'
const incompatible =
  'Server Side Encryption with Customer provided key is incompatible with the encryption method specified'
const requiresKms =
  'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms'
const noBucketKey = 'An S3 Bucket Key is only for the encryption method aws:kms'

function invalid(value: string, sentence: string): S3Error {
  const detail = { ArgumentName: encryptionArgument, ArgumentValue: value }
  return new S3Error('InvalidArgument', detail, sentence)
}
