/** The data keys that operations seal and open bytes with. Every refusal comes before the first byte of a body is read or sent. */
import { authorizeEncryption, authorizeKms, type EncryptedWrite } from '../access/encryption.ts'
import { readingKey, writingKey, type CustomerKeyMembers } from '../domain/customer-keys.ts'
import { askedEncryption } from '../domain/encryption.ts'
import { openingKey, refuseWritingMembers, type WritingMembers } from '../domain/encrypted-reads.ts'
import { partKey } from '../domain/encrypted-uploads.ts'
import type { AskedEncryption, CustomerKey, DataKey } from '../payload/encryption/envelope.ts'
import type { BucketRow, ObjectRow, UploadRow } from '../stores/metadata/records.ts'
import type { Service } from './service.ts'

/**
 * How new bytes are to be encrypted, where bucket and caller allow it; undefined for bytes that stay plain. Throws AccessDenied
 * where the bucket does not, InvalidArgument where the caller may not use KMS, and what askedEncryption throws.
 */
export function admittedEncryption(
  input: EncryptedWrite,
  s3: Service,
): AskedEncryption | undefined {
  authorizeEncryption(input, s3)
  const asked = askedEncryption(input, s3)
  if (asked !== undefined) authorizeKms(asked, s3)
  return asked
}

/** The key of a new object or upload. Throws what admittedEncryption throws, and what the key store says. */
export async function newDataKey(input: EncryptedWrite, s3: Service): Promise<DataKey | undefined> {
  const asked = admittedEncryption(input, s3)
  if (asked === undefined) return undefined
  return await s3.envelopes.create(asked, { bucket: s3.bucket.name, key: input.Key })
}

/** The key of an upload, for its next part. Throws AccessDenied, rows 33 to 35, and what the key store says. */
export async function uploadDataKey(
  upload: UploadRow,
  input: EncryptedWrite,
  s3: Service,
): Promise<DataKey | undefined> {
  authorizeEncryption(input, s3)
  const customer = partKey(writingKey(input, s3), upload)
  const { encryption } = upload.attributes
  if (encryption === undefined) return undefined
  authorizeKms(encryption, s3)
  const place = { bucket: s3.bucket.name, key: upload.key }
  return await s3.envelopes.open(encryption, place, customer)
}

/** The customer's key that a read brings. Throws InvalidArgument and InvalidEncryptionAlgorithmError. */
export function broughtKey(
  input: CustomerKeyMembers & WritingMembers,
  s3: Service,
): CustomerKey | undefined {
  refuseWritingMembers(input)
  return readingKey(input, s3)
}

/** An object that is read, where it lies. */
export interface Reading {
  readonly bucket: BucketRow
  readonly row: ObjectRow
  readonly brought: CustomerKey | undefined
}

/**
 * What a customer's key opens, which is how it proves itself; undefined for an object that needs none. Nothing is told of the
 * object before. Throws InvalidRequest, AccessDenied.
 */
export async function customerDataKey(
  { bucket, row, brought }: Reading,
  s3: Service,
): Promise<DataKey | undefined> {
  const { encryption } = row.attributes
  const customer = openingKey(brought, encryption)
  if (customer === undefined || encryption === undefined) return undefined
  return await s3.envelopes.open(encryption, { bucket: bucket.name, key: row.key }, customer)
}

/** The key that an object's bytes open with, whoever keeps it; undefined for plain bytes. Throws what the key store says too. */
export async function openDataKey(reading: Reading, s3: Service): Promise<DataKey | undefined> {
  return (await customerDataKey(reading, s3)) ?? (await keptDataKey(reading, s3))
}

/** The same for who has asked for the customer's already. */
export async function keptDataKey(
  { bucket, row }: Omit<Reading, 'brought'>,
  s3: Service,
): Promise<DataKey | undefined> {
  const { encryption } = row.attributes
  if (encryption === undefined) return undefined
  authorizeKms(encryption, s3)
  const place = { bucket: bucket.name, key: row.key }
  return await s3.envelopes.open(encryption, place, undefined)
}
